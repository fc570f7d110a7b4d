//! Memory use of a restart with a backlog: fills a spool, starts again, delivers all of it.
//!
//! ```sh
//! cargo run --release -p spool --example restart -- 64
//! ```
//!
//! The number is the backlog in MiB. Linux only, since the numbers are those of `/proc`.

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use jiff::Timestamp;
use spool::{Entry, Limits, Spool};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A hundred records of 200 bytes.
const BATCH: usize = 20_000;

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [mib] => {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("spool.db");
            fill(&path, mib.parse()?)?;
            // Another process, whose memory is that of a restart alone.
            commands::built(env::current_exe()?).args([Path::new("deliver"), &path]).status()?;
            Ok(())
        }
        [_, path] => deliver(Path::new(path)),
        _ => Err("the backlog in MiB is missing".into()),
    }
}

fn fill(path: &Path, mib: u64) -> Result<()> {
    let limits = Limits { bytes: 4 << 30, ..Limits::default() };
    let mut spool = Spool::open(path, limits)?;
    let payload = vec![b'x'; BATCH];
    let at = Timestamp::UNIX_EPOCH;
    let entry = Entry { destination: "a", payload: &payload, records: 100, first: at, last: at };
    while spool.backlog("a")?.bytes < mib << 20 {
        let _ = spool.push(&[entry; 10], at)?;
    }
    println!("{mib} MiB wait in a file of {} KiB", fs::metadata(path)?.len() >> 10);
    Ok(())
}

fn deliver(path: &Path) -> Result<()> {
    let before = resident_kib()?;
    let start = Instant::now();
    let mut spool = Spool::open(path, Limits::default())?;
    let first = spool.oldest("a")?.is_some();
    println!("opened after {:?}, a batch is there: {first}", start.elapsed());
    println!("resident: {before} KiB before, {} KiB more with the spool open", resident_kib()? - before);
    let start = Instant::now();
    while let Some(batch) = spool.oldest("a")? {
        spool.remove(&[batch.id])?;
    }
    println!("delivered all after {:?}; at most {} KiB more", start.elapsed(), peak_kib()? - before);
    drop(spool);
    println!("the file has {} KiB now", fs::metadata(path)?.len() >> 10);
    Ok(())
}

fn resident_kib() -> Result<u64> {
    status("VmRSS:")
}

fn peak_kib() -> Result<u64> {
    status("VmHWM:")
}

fn status(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("a line is missing")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
