use record::Record;

#[derive(Record)]
#[record(table = "tasks")]
struct Task {
    name: String,
}

fn main() {}
