use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    observed_at: Timestamp,
    #[record(tag)]
    city: String,
}

fn main() {}
