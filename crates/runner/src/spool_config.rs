//! The settings of the spool: its limits, and its place.

use std::time::Duration;

use settings::{Setting, Settings, Source, Variable};
use spool::{Limits, WhenFull};

/// Configured limits of the spool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpoolConfig(pub(crate) Limits);

#[derive(Settings)]
#[setting(group = "spool")]
struct Written {
    /// Bytes that the spool may use on the disk.
    // An empty spool has some 100 KiB. With less than this it would hold no record at all.
    #[setting(name = "SPOOL_MAX_BYTES", default = "1073741824", range = 131072.., unit = "bytes")]
    bytes: u64,
    /// Hours after which a record that waits in the spool is given up; without it, never.
    #[setting(name = "SPOOL_MAX_AGE_HOURS")]
    age: Option<Hours>,
    /// Behavior when the spool is full: `drop-oldest`, `drop-newest`, or `block`, which takes nothing new.
    #[setting(name = "SPOOL_WHEN_FULL", default = "drop-oldest")]
    when_full: Full,
}

/// The place of a job's spool that is no file, as it is set.
#[derive(Debug, Settings)]
#[setting(group = "spool")]
pub(crate) struct RemoteSpoolConfig {
    /// Place of the spool where it is no file in `SPOOL_DIR`: `s3://BUCKET/PREFIX`, or `postgres`.
    #[setting(name = "SPOOL_URL")]
    pub(crate) url: Option<SpoolUrl>,
    #[setting(block)]
    pub(crate) s3: s3_client::Config,
}

/// A place for spools that is no file.
#[derive(Debug)]
pub(crate) enum SpoolUrl {
    Bucket { bucket: String, prefix: String },
    Postgres,
}

struct Hours(Duration);

struct Full(WhenFull);

impl Settings for SpoolConfig {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let Written { bytes, age, when_full } = Written::read(source)?;
        Some(Self(Limits { bytes, age: age.map(|hours| hours.0), when_full: when_full.0 }))
    }
}

impl Setting for SpoolUrl {
    const TAKES: &'static str = "s3://BUCKET, s3://BUCKET/PREFIX or postgres";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be {}", Self::TAKES);
        let text = text.trim();
        if text == "postgres" {
            return Ok(Self::Postgres);
        }
        let place = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let is_safe = |text: &str| text.chars().all(|it| it.is_ascii_alphanumeric() || "._-/=".contains(it));
        let parts = || prefix.split('/').filter(|part| !part.is_empty());
        if bucket.is_empty() || !is_safe(place) || parts().any(|part| part == "." || part == "..") {
            return Err(wrong());
        }
        let prefix = parts().fold(String::new(), |prefix, part| prefix + part + "/");
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix })
    }
}

impl Setting for Hours {
    const TAKES: &'static str = "a number of hours above 0";

    fn parse(text: &str) -> Result<Self, String> {
        let hours: Option<f64> = text.trim().parse().ok();
        let age = hours.and_then(|hours| Duration::try_from_secs_f64(hours * 3600.0).ok());
        age.filter(|age| !age.is_zero()).map(Self).ok_or_else(|| format!("must be {}", Self::TAKES))
    }
}

impl Setting for Full {
    const TAKES: &'static str = "drop-oldest, drop-newest or block";

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "drop-oldest" => Ok(Self(WhenFull::DropOldest)),
            "drop-newest" => Ok(Self(WhenFull::DropNewest)),
            "block" => Ok(Self(WhenFull::Block)),
            _ => Err(format!("must be {}", Self::TAKES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Limits, String> {
        let mut source = Source::of(variables.iter().copied());
        let config = SpoolConfig::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        config.map(|config| config.0).ok_or_else(|| "nothing read and no mistake".to_owned())
    }

    #[test]
    fn without_settings_it_holds_a_gibibyte_of_any_age_and_drops_the_oldest() {
        assert_eq!(read(&[]), Ok(Limits::default()));
    }

    #[test]
    fn each_limit_can_be_set_and_mistakes_are_named() {
        let limits =
            Limits { bytes: 8_388_608, age: Some(Duration::from_mins(90)), when_full: WhenFull::Block };
        let set =
            [("SPOOL_MAX_BYTES", "8388608"), ("SPOOL_MAX_AGE_HOURS", "1.5"), ("SPOOL_WHEN_FULL", "Block")];
        assert_eq!(read(&set), Ok(limits));
        let wrong =
            [("SPOOL_MAX_BYTES", "512"), ("SPOOL_MAX_AGE_HOURS", "0"), ("SPOOL_WHEN_FULL", "explode")];
        let mistakes = "SPOOL_MAX_BYTES must be a whole number, at least 131072 bytes\n\
                    SPOOL_MAX_AGE_HOURS must be a number of hours above 0\n\
                    SPOOL_WHEN_FULL must be drop-oldest, drop-newest or block";
        assert_eq!(read(&wrong), Err(mistakes.to_owned()));
    }
}
