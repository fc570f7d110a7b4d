//! Alert for a disk that cannot be read.

use record::Timestamp;
use runner::{Finding, Severity, Verdict};

/// Whether the disk at `mount` can be read. The rest of the machine is stored either way.
pub fn of(mount: &str, disk: Result<&sensor_host::Disk, &sensor_host::Error>, now: Timestamp) -> Finding {
    Finding {
        rule: "disk",
        subject: [("mount".to_owned(), mount.to_owned())].into(),
        verdict: if disk.is_ok() { Verdict::Good } else { Verdict::Bad },
        since: now,
        severity: Severity::Warning,
        concern: None,
        title: format!("the disk at {mount} cannot be read"),
        resolved_title: format!("the disk at {mount} can be read again"),
        detail: disk.err().and_then(std::error::Error::source).map(ToString::to_string).unwrap_or_default(),
        condition: "unreadable".to_owned(),
        value: None,
        limit: None,
        unit: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_disk_is_reported_with_its_reason() {
        let error = sensor_host::Error::Disk { mount: "/usb".into(), source: std::io::Error::other("gone") };
        let finding = of("/usb", Err(&error), Timestamp::UNIX_EPOCH);
        assert_eq!((finding.verdict, finding.detail.as_str()), (Verdict::Bad, "gone"));
        let disk = sensor_host::Disk { total: 1, free: 1, available: 1 };
        assert_eq!(of("/usb", Ok(&disk), Timestamp::UNIX_EPOCH).verdict, Verdict::Good);
    }
}
