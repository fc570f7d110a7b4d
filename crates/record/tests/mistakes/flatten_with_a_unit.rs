use record::{Fields, Record, Timestamp};

#[derive(Fields)]
struct Conditions {
    temp: f64,
}

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    at: Timestamp,
    #[record(flatten, unit = "°C")]
    conditions: Conditions,
}

fn main() {}
