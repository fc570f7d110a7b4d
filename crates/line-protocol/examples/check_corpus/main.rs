//! Checks the crate against test corpora in the format of `corpus.json` of `influxdata/line-protocol`.
//!
//! `cargo run -p line-protocol --example check_corpus -- ENCODE.json DECODE.json`
//!
//! A file is a list of encode vectors, a list of decode vectors, or both under the keys `encode` and `decode`.

mod decode;
mod encode;
mod form;

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use form::{Corpus, Vector};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut failures = Vec::new();
    let mut count = 0;
    for path in std::env::args().skip(1) {
        let corpus: Corpus = serde_json::from_reader(BufReader::new(File::open(&path)?))?;
        for vector in corpus.into_vectors() {
            count += 1;
            let verdict = match &vector {
                Vector::Encode(vector) => encode::check(vector),
                Vector::Decode(vector) => decode::check(vector),
            };
            failures.extend(verdict.err().map(|why| format!("{path}: {why}")));
        }
    }
    for failure in &failures {
        println!("{failure}");
    }
    println!("{} passed, {} failed", count - failures.len(), failures.len());
    Ok(if failures.is_empty() && count > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
