use record::{Record, Timestamp};

struct Conditions {
    temp: f64,
}

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    at: Timestamp,
    #[record(flatten)]
    conditions: Conditions,
    humidity: f64,
}

fn main() {}
