use record::Record;

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    observed_at: String,
    temp: f64,
}

fn main() {}
