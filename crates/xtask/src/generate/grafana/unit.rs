//! Units, as records name them and as Grafana does.

use std::borrow::Cow;

/// Units of records on the left, and their names in Grafana on the right. Source:
/// <https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts>.
const UNITS: [(&str, &str); 45] = [
    ("%", "percent"),
    ("A", "amp"),
    ("Ah", "amph"),
    ("B", "bytes"),
    ("B/s", "binBps"),
    ("EUR", "currencyEUR"),
    ("Hz", "hertz"),
    ("K", "kelvin"),
    ("L/min", "flowlpm"),
    ("MHz", "rotmhz"),
    ("Pa", "pressurepa"),
    ("USD", "currencyUSD"),
    ("V", "volt"),
    ("VA", "voltamp"),
    ("W", "watt"),
    ("Wh", "watth"),
    ("bit/s", "bps"),
    ("d", "d"),
    ("dB", "dB"),
    ("dBm", "dBm"),
    ("h", "h"),
    ("hPa", "pressurehpa"),
    ("kB", "deckbytes"),
    ("kPa", "pressurekpa"),
    ("kW", "kwatt"),
    ("kWh", "kwatth"),
    ("km", "lengthkm"),
    ("km/h", "velocitykmh"),
    ("lx", "lux"),
    ("m", "lengthm"),
    ("m/s", "velocityms"),
    ("mA", "mamp"),
    ("mV", "mvolt"),
    ("mg/m³", "conmgm3"),
    ("min", "m"),
    ("mm", "lengthmm"),
    ("mph", "velocitymph"),
    ("ms", "ms"),
    ("ppb", "conppb"),
    ("ppm", "ppm"),
    ("rpm", "rotrpm"),
    ("s", "s"),
    ("°", "degree"),
    ("°C", "celsius"),
    // Grafana writes it with a Greek mu, records with the sign for micro.
    ("µg/m³", "conμgm3"),
];

/// Name of a unit in Grafana. A unit without one is a suffix of the number.
pub(super) fn grafana(unit: Option<&str>) -> Cow<'static, str> {
    let Some(unit) = unit else { return "short".into() };
    // Both signs for micro mean the same.
    let unit = unit.replace('μ', "µ");
    let known = UNITS.iter().find(|(sign, _)| *sign == unit);
    known.map_or_else(|| format!("suffix: {unit}").into(), |(_, word)| (*word).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_grafana_has_no_word_for_stands_behind_the_number() {
        assert_eq!(grafana(Some("°C")), "celsius");
        assert_eq!(grafana(Some("furlong")), "suffix: furlong");
        assert_eq!(grafana(None), "short");
    }

    #[test]
    fn both_signs_for_micro_are_one() {
        assert_eq!(grafana(Some("\u{b5}g/m³")), grafana(Some("\u{3bc}g/m³")));
        assert_eq!(grafana(Some("µg/m³")), "conμgm3");
    }
}
