//! The list of levels.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterFn, LevelFilter, Targets, filter_fn};

use crate::Error;

/// Reads a list such as `info,http-client=debug`.
///
/// The parser of `Targets` takes a misspelled level for the name of a crate, and silences everything else.
pub(crate) fn parse(list: &str) -> Result<Targets, Error> {
    let mut parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.try_fold(Targets::new().with_default(LevelFilter::INFO), |targets, part| {
        let Some((name, level)) = part.split_once('=') else {
            return Ok(targets.with_default(parse_level(part, part)?));
        };
        // A crate is known by the name of its package, and to the compiler by another.
        let target = name.trim().replace('-', "_");
        Ok(targets.with_target(target, parse_level(level.trim(), part)?))
    })
}

/// Keeps spans of level info and above at any level: even a log of errors alone should name the stage.
pub(crate) fn outer_spans() -> FilterFn<fn(&Metadata<'_>) -> bool> {
    let is_outer: fn(&Metadata<'_>) -> bool =
        |metadata| metadata.is_span() && *metadata.level() <= Level::INFO;
    filter_fn(is_outer).with_max_level_hint(LevelFilter::INFO)
}

fn parse_level(level: &str, part: &str) -> Result<LevelFilter, Error> {
    let wrong = || Error::Level { part: part.to_owned() };
    // An empty level would parse as `error`.
    if level.is_empty() { Err(wrong()) } else { level.parse().map_err(|_| wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_has_its_own_level_under_either_name() {
        for list in ["warn,http-client=debug", " http_client = DEBUG , warn,"] {
            let targets = parse(list).unwrap();
            assert!(targets.would_enable("http_client::retry", &Level::DEBUG), "{list}");
            assert!(!targets.would_enable("runner", &Level::INFO), "{list}");
            assert!(targets.would_enable("runner", &Level::WARN), "{list}");
        }
    }

    #[test]
    fn without_a_level_for_all_it_is_info() {
        for list in ["", "spool=off"] {
            let targets = parse(list).unwrap();
            assert!(targets.would_enable("runner", &Level::INFO), "{list}");
            assert!(!targets.would_enable("runner", &Level::DEBUG), "{list}");
        }
    }

    #[test]
    fn a_misspelled_level_is_named() {
        for part in ["inof", "spool=loud", "spool="] {
            let error = parse(&format!("warn,{part}")).unwrap_err().to_string();
            assert!(error.contains(&format!("`{part}`")), "{error}");
        }
    }
}
