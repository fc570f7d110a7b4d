use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    observed_at: Timestamp,
    temp: f32,
}

fn main() {}
