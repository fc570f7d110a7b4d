//! Stored records on pages.

use std::collections::BTreeMap;
use std::time::Duration;

use history::Dataset;
use jiff::Timestamp;
use serde::Serialize;

use crate::chart::Line;

/// Time range of charts, up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Range {
    /// A day.
    #[serde(rename = "24h")]
    Day,
    /// A week.
    #[serde(rename = "7d")]
    Week,
    /// Thirty days.
    #[serde(rename = "30d")]
    Month,
}

/// List of measurements and tables.
#[derive(Debug, Serialize)]
pub struct Catalogue {
    /// Time of reading.
    pub at: Timestamp,
    /// The measurements and tables, by name.
    pub datasets: Vec<Dataset>,
    /// Errors of reading.
    pub problems: Vec<String>,
}

/// A measurement on its own page.
#[derive(Debug, Serialize)]
pub struct MeasurementPage {
    /// Time of reading.
    pub at: Timestamp,
    /// Time range.
    pub range: Range,
    /// The measurement.
    pub measurement: Measurement,
    /// Errors of reading.
    pub problems: Vec<String>,
}

/// A measurement or table.
#[derive(Debug, Serialize)]
pub struct Measurement {
    /// Name.
    pub name: String,
    /// Meaning of its records.
    pub description: String,
    /// End of its charts: now, or the time of its latest record if that is in the future, as in a forecast.
    pub until: Timestamp,
    /// Usual time between its records.
    #[serde(rename = "spacing_seconds")]
    pub spacing: Option<f64>,
    /// Latest record of each series.
    pub latest: Vec<Latest>,
    /// Its numeric fields.
    pub fields: Vec<Field>,
}

/// The latest record of a series.
#[derive(Debug, Serialize)]
pub struct Latest {
    /// Time; a row of a table has none.
    pub at: Option<Timestamp>,
    /// Label of the series.
    pub label: String,
    /// Tags of the series.
    pub tags: BTreeMap<String, String>,
    /// Its fields.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// A numeric field over time.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Meaning.
    pub description: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Its series.
    pub lines: Vec<Line>,
}

/// The page of one field.
#[derive(Debug, Serialize)]
pub struct FieldPage {
    /// Time of reading.
    pub at: Timestamp,
    /// Its measurement.
    pub measurement: String,
    /// Time range.
    pub range: Range,
    /// End of its chart.
    pub until: Timestamp,
    /// Usual time between its records.
    #[serde(rename = "spacing_seconds")]
    pub spacing: Option<f64>,
    /// The field.
    pub field: Field,
    /// Errors of reading.
    pub problems: Vec<String>,
}

impl Range {
    /// All ranges, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Value of the query parameter.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// Text for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// Length.
    pub fn length(self) -> Duration {
        Duration::from_hours(match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        })
    }

    /// Range with this name; a day for any other.
    pub fn named(name: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|range| Some(range.name()) == name).unwrap_or(Self::Day)
    }
}
