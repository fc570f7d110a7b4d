use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    observed_at: Timestamp,
    #[record(tag)]
    temp: Option<f64>,
    humidity: f64,
}

fn main() {}
