use record::Record;

#[derive(Record)]
struct Weather {
    temp: f64,
}

fn main() {}
