use record::Record;

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    temp: f64,
}

fn main() {}
