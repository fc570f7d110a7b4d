use record::{Record, Timestamp};

#[derive(Record)]
#[record(measurement = "quakes", event)]
struct Quake {
    #[record(time)]
    at: Timestamp,
    #[record(tag, label)]
    network: String,
    magnitude: f64,
}

fn main() {}
