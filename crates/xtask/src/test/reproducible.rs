//! The same commit makes the same image, to the byte, in whatever folder it is built, alone or beside other programs.

use std::fs;
use std::path::Path;

use testkit::Requirement;

use super::images::SAMPLES;
use super::progress::Progress;
use super::step::Outcome;
use crate::image::{Architecture, Origin, Places, Workshop};

/// Makes an image of a sample here, after a build of all samples together, and in a copy of the workspace that has built
/// nothing else, and compares.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    match compare(progress) {
        Ok(()) => Outcome::Passed,
        Err(reason) => Outcome::Failed(format!("{reason}\n")),
    }
}

fn compare(progress: &mut Progress) -> Result<(), String> {
    let here = Places::here()?;
    let copy = here.target.join("images/copied workspace");
    let elsewhere = here.elsewhere(&copy, &here.target.join("images/copied-target"));
    mirror(&here.root, &copy)?;
    // The copy has no history.
    let origin = Origin::of(&here.root)?;
    progress.say("building in two folders, in one of them beside other programs");
    let (one, other) = (digest(here, true, &origin)?, digest(elsewhere, false, &origin)?);
    if one == other { Ok(()) } else { Err(format!("two builds of one commit differ: {one} and {other}")) }
}

fn digest(places: Places, together: bool, origin: &Origin) -> Result<String, String> {
    let [sample, ..] = SAMPLES;
    let host = Architecture::host().ok_or("images are for amd64 and arm64, and this machine is neither")?;
    let workshop = Workshop::open(places)?;
    if together {
        workshop.build_ahead(&SAMPLES.map(str::to_owned), host)?;
    }
    let made = workshop.make(sample, &[host], origin)?;
    made.images().next().map(|image| image.digest().to_owned()).ok_or_else(|| "no image was made".to_owned())
}

/// Makes `copy` what git would take from `root`. Times are kept, so that a second call finds what the first has built.
fn mirror(root: &Path, copy: &Path) -> Result<(), String> {
    let listed = Requirement::Git
        .command()
        .map_err(|missing| missing.to_string())?
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output();
    let listed = listed.map_err(|error| format!("git does not start: {error}"))?;
    let failed = |error: std::io::Error| format!("{}: {error}", copy.display());
    if copy.exists() {
        fs::remove_dir_all(copy).map_err(failed)?;
    }
    let list = String::from_utf8_lossy(&listed.stdout).into_owned();
    for name in list.split_terminator('\0') {
        let (from, to) = (root.join(name), copy.join(name));
        // A tracked file may have been deleted.
        let Ok(metadata) = fs::metadata(&from) else { continue };
        to.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        fs::copy(&from, &to).map_err(failed)?;
        let time = metadata.modified().map_err(failed)?;
        fs::File::options().write(true).open(&to).and_then(|file| file.set_modified(time)).map_err(failed)?;
    }
    Ok(())
}
