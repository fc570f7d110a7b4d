use record::Record;

#[derive(Record)]
#[record(table = "tasks", write = "append")]
struct Task {
    #[record(tag)]
    name: String,
}

fn main() {}
