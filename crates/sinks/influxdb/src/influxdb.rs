//! The sink: batches in, parts of line protocol out.

use fault::Kind;
use record::{Batch, LineEncoder, Schema};
use sink::{Error, Sink, Written};

use crate::delivery::Delivery;
use crate::part::Part;
use crate::write_api::WriteApi;
use crate::{Config, NAME};

/// Lines in one request: as the makers recommend, and well within the default limits of every version.
const PART_LINES: usize = 5_000;

/// A bucket of an InfluxDB.
#[derive(Debug)]
pub struct InfluxdbSink {
    api: WriteApi,
}

impl InfluxdbSink {
    /// The bucket that `config` names. It is contacted when it is first used.
    pub fn new(config: &Config, http: &http_client::Client) -> Self {
        Self { api: WriteApi::new(config, http) }
    }
}

impl Sink for InfluxdbSink {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Writes a measurement in requests of at most 5,000 lines.
    ///
    /// Every row that is not refused was in a request answered by 204. InfluxDB Cloud answers so when the points are
    /// queued, and some versions of VictoriaMetrics answer so to lines they skip; neither can be told from here.
    ///
    /// A server that neither counts nor names the lines it refuses is asked some 260 times at most about each 5,000
    /// of them. Rows that are still in doubt then are refused together, and their reason says so.
    ///
    /// # Errors
    ///
    /// - [`Kind::Temporary`] and [`Kind::RateLimited`]: the server cannot be reached, is busy, or asks to wait.
    /// - [`Kind::Unauthorized`]: the token is not known, or must not write to the bucket.
    /// - [`Kind::Configuration`]: no such organization or bucket, no write API at the address, or the batch is a table.
    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        let mut encoder = encoder(batch.schema())?;
        let mut delivery = Delivery::new(&self.api);
        for rows in batch_parts(batch.len()) {
            let (part, refused) = Part::encode(batch, rows, &mut encoder);
            delivery.refuse(refused);
            delivery.deliver(&part).await?;
        }
        Ok(Written { refused: delivery.into_refused() })
    }

    /// Writes a comment and no point.
    ///
    /// InfluxDB 2 looks at token, organization, bucket and permission in this order before it reads the body, and
    /// InfluxDB 1 at user and database. VictoriaMetrics knows none of these, so there it only shows that the server
    /// is reached. For InfluxDB Cloud the order is not documented; a server that answers that it found no line to
    /// write counts as good as well.
    async fn check(&self) -> Result<(), Error> {
        match self.api.probe().await? {
            Some(bad_request) if !bad_request.is_about_lines() => {
                Err(self.api.failed(bad_request.into_error()))
            }
            _ => Ok(()),
        }
    }
}

fn encoder(schema: &Schema) -> Result<LineEncoder, Error> {
    let name = &schema.name;
    if !schema.is_measurement() {
        let message = format!("cannot hold the table `{name}`; tables need postgres or sqlite");
        return Err(Error::new(NAME, Kind::Configuration, message));
    }
    LineEncoder::new(schema).map_err(|error| {
        let message = format!("line protocol has no form for the name of `{name}` or one of its columns");
        Error::new(NAME, Kind::Configuration, message).with_source(error)
    })
}

fn batch_parts(rows: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..rows).step_by(PART_LINES).map(move |start| start..rows.min(start.saturating_add(PART_LINES)))
}
