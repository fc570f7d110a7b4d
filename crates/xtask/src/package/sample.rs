//! A small package for tests.

use std::path::Path;
use std::sync::LazyLock;

use super::contents::Package;
use crate::generate::systemd::Unit;
use crate::generate::{CallOption, ExitCode, Variable};
use crate::image::{Architecture, Origin};

static ORIGIN: LazyLock<Origin> = LazyLock::new(|| Origin {
    revision: "0f1e".to_owned(),
    created: "2026-11-22T04:28:17Z".parse().unwrap(),
});

/// A package of the workspace at `root`.
pub(super) fn package(root: &Path) -> Package<'_> {
    Package {
        version: "1.2.3",
        architecture: Architecture::Arm64,
        origin: &ORIGIN,
        homepage: "https://example.org/lego",
        root,
    }
}

/// A job with a schedule, a secret and a setting.
pub(super) fn tides() -> Unit {
    let variable = |name: &str, required, default: Option<&str>, description: &str| Variable {
        name: name.to_owned(),
        also: Vec::new(),
        takes: "text".to_owned(),
        required,
        secret: required,
        default: default.map(str::to_owned),
        description: description.to_owned(),
    };
    Unit {
        name: "tides".to_owned(),
        folder: "crates/secret".to_owned(),
        description: "Water levels, from the tide gauges of ports.".to_owned(),
        maintainer: "Lego <lego@example.org>".to_owned(),
        service: "[Service]\nExecStart=/usr/bin/tides\n".to_owned(),
        timer: Some("[Timer]\nOnCalendar=*:7\n".to_owned()),
        settings: vec![("tides.env".to_owned(), "# Settings of tides.\n#STATION=\n".to_owned())],
        schedule: Some("7 * * * * (Etc/UTC)".to_owned()),
        options: vec![CallOption {
            option: "--check".to_owned(),
            description: "try the settings".to_owned(),
        }],
        exit_codes: vec![ExitCode { code: 75, description: "temporary".to_owned() }],
        variables: vec![
            variable("TIDES_KEY", true, None, "Key of the service."),
            variable("STATION", false, Some("a-b"), ".profile of a station, as in `a\\b`."),
        ],
    }
}
