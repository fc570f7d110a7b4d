use record::{Json, Record, Timestamp};

#[derive(Record)]
#[record(measurement = "quakes", event)]
struct Quake {
    #[record(time)]
    at: Timestamp,
    #[record(label)]
    properties: Json,
}

fn main() {}
