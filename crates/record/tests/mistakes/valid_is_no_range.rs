use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "air")]
struct Air {
    #[record(time)]
    at: Timestamp,
    #[record(valid = 5.0)]
    pm2: f64,
}

fn main() {}
