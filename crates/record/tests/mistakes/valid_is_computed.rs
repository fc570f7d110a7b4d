use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "air")]
struct Air {
    #[record(time)]
    at: Timestamp,
    #[record(valid = 0.0..=f64::MAX)]
    pm2: f64,
}

fn main() {}
