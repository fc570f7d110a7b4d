use record::Record;

#[derive(Record)]
#[record(table = "tasks")]
struct Task {
    #[record(key)]
    id: Option<i64>,
    name: String,
}

fn main() {}
