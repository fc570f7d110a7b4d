use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "air")]
struct Air {
    #[record(time)]
    at: Timestamp,
    #[record(valid = 0.0..=1.0)]
    quality: String,
}

fn main() {}
