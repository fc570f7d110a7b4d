use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    observed_at: Timestamp,
    temp: f64,
    #[record(name = "temp")]
    temperature: f64,
}

fn main() {}
