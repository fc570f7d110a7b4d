use record::{Fields, Record};

#[derive(Fields)]
struct Conditions {
    temp: f64,
}

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(flatten)]
    conditions: Conditions,
}

fn main() {}
