//! Standard output as a sink: one JSON object per record.
//!
//! It takes records of any shape, measurements and tables alike, and knows no other store.

use std::cell::RefCell;
use std::io::{Stdout, Write};

use fault::Kind;
use record::Batch;
use sink::{Error, Sink, Written};

const NAME: &str = "stdout";

/// Prints each record as one line of JSON, as `SINK=stdout` and a dry run do.
///
/// Logs go to standard error, so the output of a program can be piped into another as it is.
#[derive(Debug)]
pub struct StdoutSink<W = Stdout> {
    output: RefCell<W>,
}

impl StdoutSink {
    /// A sink that prints to the standard output of the program.
    pub fn new() -> Self {
        Self::to(std::io::stdout())
    }
}

impl Default for StdoutSink {
    fn default() -> Self {
        Self::new()
    }
}

impl<W: Write> StdoutSink<W> {
    /// A sink that prints to `output`.
    pub fn to(output: W) -> Self {
        Self { output: RefCell::new(output) }
    }

    /// Gives the output back.
    pub fn into_inner(self) -> W {
        self.output.into_inner()
    }
}

impl<W: Write> Sink for StdoutSink<W> {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Prints the batch in one write and flushes it, so that no other output comes between its lines and a reader
    /// sees it at once.
    ///
    /// # Errors
    ///
    /// [`Kind::Temporary`] when the output takes no more: the reader of a pipe is gone, or a disk is full.
    /// The records are sound, and the next run may have a reader, so they are to be kept.
    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        let mut lines = Vec::new();
        for row in 0..batch.len() {
            serde_json::to_writer(&mut lines, &batch.row(row)).map_err(|error| {
                Error::new(NAME, Kind::Rejected, "a record has no form in JSON").with_source(error)
            })?;
            lines.push(b'\n');
        }
        let mut output = self.output.borrow_mut();
        output.write_all(&lines).and_then(|()| output.flush()).map_err(closed)?;
        Ok(Written::default())
    }

    /// An output that cannot be written to shows it only when something is written, so this always succeeds.
    async fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn closed(error: std::io::Error) -> Error {
    Error::new(NAME, Kind::Temporary, "the output takes no more records").with_source(error)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use fault::Fault;
    use record::{Decimal, Record, Timestamp};

    use super::*;

    /// Price of a token.
    #[derive(Record)]
    #[record(table = "prices")]
    struct Price {
        #[record(key)]
        symbol: String,
        /// Price.
        cost: Decimal,
        /// Time of the request.
        asked_at: Option<Timestamp>,
    }

    /// Temperature of the air.
    #[derive(Record)]
    #[record(measurement = "weather")]
    struct Weather {
        #[record(time)]
        time: Timestamp,
        /// Air temperature.
        temp: f64,
    }

    /// Records writes and flushes, and takes nothing once it is closed.
    #[derive(Default)]
    struct Pipe {
        writes: Vec<Vec<u8>>,
        flushed: usize,
        is_closed: bool,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.is_closed {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            self.writes.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            self.flushed = self.writes.len();
            Ok(())
        }
    }

    fn weather(temps: &[f64]) -> Vec<Weather> {
        temps.iter().map(|temp| Weather { time: Timestamp::UNIX_EPOCH, temp: *temp }).collect()
    }

    #[tokio::test]
    async fn a_batch_is_one_write_and_is_flushed() {
        let sink = StdoutSink::to(Pipe::default());
        sink.write(&Batch::of(&weather(&[1.0, 2.5]))).await.unwrap();
        let pipe = sink.into_inner();
        let text = "{\"measurement\":\"weather\",\"time\":\"1970-01-01T00:00:00Z\",\"temp\":1.0}\n\
                    {\"measurement\":\"weather\",\"time\":\"1970-01-01T00:00:00Z\",\"temp\":2.5}\n";
        assert_eq!((pipe.writes, pipe.flushed), (vec![text.as_bytes().to_vec()], 1));
    }

    #[tokio::test]
    async fn a_table_is_taken_as_well() {
        let sink = StdoutSink::to(Vec::new());
        let price = Price { symbol: "A\n\"B\"".to_owned(), cost: "0.10".parse().unwrap(), asked_at: None };
        sink.write(&Batch::of(&[price])).await.unwrap();
        let text = "{\"table\":\"prices\",\"symbol\":\"A\\n\\\"B\\\"\",\"cost\":\"0.10\"}\n";
        assert_eq!(String::from_utf8(sink.into_inner()).unwrap(), text);
    }

    #[tokio::test]
    async fn a_closed_pipe_is_a_passing_fault() {
        let sink = StdoutSink::to(Pipe { is_closed: true, ..Pipe::default() });
        let error = sink.write(&Batch::of(&weather(&[1.0]))).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary);
    }
}
