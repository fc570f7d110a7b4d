use record::Record;

#[derive(Record)]
#[record(table = "listings", write = "append", event)]
struct Listing {
    price: f64,
}

fn main() {}
