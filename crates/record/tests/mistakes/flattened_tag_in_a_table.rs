use record::{Fields, Record};

#[derive(Fields)]
struct Origin {
    #[record(tag)]
    sensor: String,
}

#[derive(Record)]
#[record(table = "sensors")]
struct Sensor {
    #[record(key)]
    id: i64,
    #[record(flatten)]
    origin: Origin,
}

fn main() {}
