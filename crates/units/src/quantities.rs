//! The quantities and their units.

use std::str::FromStr;

use crate::UnknownUnit;

/// Declares a quantity: its units with their symbols, and the conversion to the unit of records.
macro_rules! quantity {
    (
        $(#[$about:meta])*
        $quantity:ident, $name:literal, $(#[$result:meta])* $convert:ident(|$value:ident| ..) {
            $($(#[$doc:meta])* $unit:ident [$($symbol:literal),+] => $converted:expr;)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $quantity {
            $($(#[$doc])* $unit,)+
        }

        impl $quantity {
            $(#[$result])*
            pub fn $convert(self, $value: f64) -> f64 {
                match self {
                    $(Self::$unit => $converted,)+
                }
            }
        }

        impl FromStr for $quantity {
            type Err = UnknownUnit;

            fn from_str(symbol: &str) -> Result<Self, UnknownUnit> {
                match symbol {
                    $($($symbol)|+ => Ok(Self::$unit),)+
                    _ => Err(UnknownUnit { symbol: symbol.to_owned(), quantity: $name }),
                }
            }
        }
    };
}

quantity! {
    /// Temperature; records have °C.
    Temperature, "temperature",
    /// The temperature in °C.
    celsius(|value| ..) {
        /// °C
        Celsius ["°C", "C", "degC", "Cel"] => value;
        /// °F
        Fahrenheit ["°F", "F", "degF"] => (value - 32.0) / 1.8;
        /// K
        Kelvin ["K"] => value - 273.15;
    }
}

quantity! {
    /// Speed, of wind above all; records have m/s.
    Speed, "speed",
    /// The speed in m/s.
    meters_per_second(|value| ..) {
        /// m/s
        MetersPerSecond ["m/s", "m_s-1", "m.s-1"] => value;
        /// km/h
        KilometersPerHour ["km/h", "km_h-1", "km.h-1", "kph", "kmh"] => value / 3.6;
        /// mph, miles of 1609.344 m an hour
        MilesPerHour ["mph", "mi/h"] => value * 0.447_04;
        /// Knots, nautical miles of 1852 m an hour
        Knots ["kt", "kts", "kn", "knots"] => value * 1852.0 / 3600.0;
    }
}

quantity! {
    /// A part of a whole, such as humidity or a chance; records have %.
    Share, "share",
    /// The share in percent.
    percent(|value| ..) {
        /// %
        Percent ["%", "percent"] => value;
    }
}

quantity! {
    /// Pressure, of air above all; records have hPa.
    Pressure, "pressure",
    /// The pressure in hPa.
    hectopascals(|value| ..) {
        /// hPa, the same as millibars
        Hectopascals ["hPa", "mbar", "mb"] => value;
        /// Pa
        Pascals ["Pa"] => value / 100.0;
        /// kPa
        Kilopascals ["kPa"] => value * 10.0;
        /// Inches of mercury at 0 °C
        InchesOfMercury ["inHg", "\"Hg"] => value * 33.863_89;
        /// Millimeters of mercury, the same as torr in practice
        MillimetersOfMercury ["mmHg", "Torr"] => value * 1.333_224;
        /// Pounds per square inch
        Psi ["psi"] => value * 68.947_57;
    }
}

quantity! {
    /// Height and distance; records have m.
    Distance, "distance",
    /// The distance in m.
    meters(|value| ..) {
        /// m
        Meters ["m"] => value;
        /// km
        Kilometers ["km"] => value * 1000.0;
        /// cm
        Centimeters ["cm"] => value / 100.0;
        /// Feet
        Feet ["ft", "[ft_i]"] => value * 0.3048;
        /// Miles of 1609.344 m
        Miles ["mi", "[mi_i]"] => value * 1609.344;
        /// Nautical miles
        NauticalMiles ["NM", "nmi", "[nmi_i]"] => value * 1852.0;
    }
}

quantity! {
    /// Depth of rain and snow; records have mm.
    Precipitation, "precipitation",
    /// The depth in mm.
    millimeters(|value| ..) {
        /// mm, the same as liters per square meter
        Millimeters ["mm", "kg_m-2", "l/m²"] => value;
        /// cm
        Centimeters ["cm"] => value * 10.0;
        /// Meters, which the WMO's codes use for depths too
        Meters ["m"] => value * 1000.0;
        /// Inches
        Inches ["in", "\"", "[in_i]"] => value * 25.4;
    }
}

quantity! {
    /// Power; records have W.
    Power, "power",
    /// The power in W.
    watts(|value| ..) {
        /// W
        Watts ["W"] => value;
        /// mW
        Milliwatts ["mW"] => value / 1000.0;
        /// kW
        Kilowatts ["kW"] => value * 1000.0;
        /// MW
        Megawatts ["MW"] => value * 1e6;
    }
}

quantity! {
    /// Energy; records have kWh.
    Energy, "energy",
    /// The energy in kWh.
    kilowatt_hours(|value| ..) {
        /// kWh
        KilowattHours ["kWh"] => value;
        /// Wh
        WattHours ["Wh"] => value / 1000.0;
        /// `MWh`
        MegawattHours ["MWh"] => value * 1000.0;
        /// Watt minutes, as some plugs count
        WattMinutes ["Wmin", "Wm"] => value / 60_000.0;
        /// J
        Joules ["J", "Ws"] => value / 3.6e6;
        /// MJ
        Megajoules ["MJ"] => value / 3.6;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares to nine digits.
    #[track_caller]
    fn near(one: f64, other: f64) {
        assert!((one - other).abs() <= other.abs() * 1e-9 + 1e-9, "{one} is not {other}");
    }

    #[test]
    fn temperatures_meet_where_they_should() {
        near(Temperature::Fahrenheit.celsius(-40.0), -40.0);
        near(Temperature::Kelvin.celsius(273.15), 0.0);
        near(Temperature::Celsius.celsius(21.5), 21.5);
    }

    #[test]
    fn speeds_are_those_of_their_miles() {
        near(Speed::MilesPerHour.meters_per_second(1.0), 1609.344 / 3600.0);
        near(Speed::Knots.meters_per_second(1.0), 1852.0 / 3600.0);
        near(Speed::KilometersPerHour.meters_per_second(36.0), 10.0);
    }

    #[test]
    fn a_standard_atmosphere_is_the_same_in_every_unit() {
        let standard = 1013.25;
        near(Pressure::Pascals.hectopascals(101_325.0), standard);
        near(Pressure::Kilopascals.hectopascals(101.325), standard);
        for (unit, value) in [
            (Pressure::InchesOfMercury, 29.9213),
            (Pressure::MillimetersOfMercury, 760.0),
            (Pressure::Psi, 14.69595),
        ] {
            assert!((unit.hectopascals(value) - standard).abs() < 0.01, "{unit:?}");
        }
    }

    #[test]
    fn lengths_energies_and_powers_are_decimal_or_of_the_yard() {
        near(Distance::Feet.meters(1000.0), 304.8);
        near(Distance::Kilometers.meters(10.0), 10_000.0);
        near(Precipitation::Inches.millimeters(1.0), 25.4);
        near(Power::Milliwatts.watts(1500.0), 1.5);
        near(Energy::WattHours.kilowatt_hours(250.0), 0.25);
        near(Energy::WattMinutes.kilowatt_hours(60_000.0), 1.0);
        near(Energy::Joules.kilowatt_hours(3.6e6), 1.0);
    }

    #[test]
    fn a_unit_is_found_by_each_of_its_symbols() {
        for symbol in ["degF", "F", "°F"] {
            assert_eq!(symbol.parse(), Ok(Temperature::Fahrenheit));
        }
        assert_eq!("kn".parse(), Ok(Speed::Knots));
        assert_eq!("inHg".parse(), Ok(Pressure::InchesOfMercury));
    }

    #[test]
    fn a_symbol_of_another_quantity_is_unknown() {
        let error = "hPa".parse::<Temperature>().unwrap_err();
        assert_eq!(error.to_string(), "`hPa` is not a known unit of temperature");
        // Case counts: mW and MW differ by nine digits.
        assert!("kwh".parse::<Energy>().is_err());
    }
}
