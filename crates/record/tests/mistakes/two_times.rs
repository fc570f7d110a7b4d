use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    observed_at: Timestamp,
    #[record(time)]
    issued_at: Timestamp,
    temp: f64,
}

fn main() {}
