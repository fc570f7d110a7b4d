//! Points of the compass.

const POINTS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

/// The degrees of a point of the compass, clockwise from north, as in `SSW`; `None` for any other text, such as `VRB`.
pub fn degrees_of_direction(point: &str) -> Option<f64> {
    let index = POINTS.iter().position(|known| *known == point)?;
    u32::try_from(index).ok().map(|index| f64::from(index) * 22.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_has_degrees_and_other_text_has_none() {
        assert_eq!(["N", "E", "SSW"].map(degrees_of_direction), [Some(0.0), Some(90.0), Some(202.5)]);
        assert_eq!(degrees_of_direction("VRB"), None);
    }
}
