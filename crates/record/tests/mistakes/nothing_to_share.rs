use record::Fields;

#[derive(Fields)]
struct Nothing {}

fn main() {}
