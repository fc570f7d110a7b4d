//! `cargo xtask image`: the programs as images, for two architectures, with no engine and no emulation.
//!
//! A program is built static, put into the one layer of an image, and described by labels and a bill of materials. The
//! same commit makes the same bytes, by any builder on any machine: the digest of an image is known before it is pushed.

mod architecture;
mod auditable;
mod blob;
mod build;
mod call;
mod catalogue;
pub(crate) mod engine;
mod features;
mod foreign;
mod layer;
mod layout;
mod make;
mod manifest;
mod origin;
mod places;
mod registry;
mod sbom;
mod toolchain;

pub(crate) use architecture::Architecture;
pub(crate) use blob::digest;
pub(crate) use call::Arguments;
pub(crate) use call::architecture;
use call::{Call, Destination};
pub(crate) use features::groups;
pub(crate) use make::{Made, Workshop};
pub(crate) use origin::Origin;
pub(crate) use places::Places;
pub(crate) use registry::join;
pub(crate) use toolchain::Toolchain;

pub(crate) fn run(arguments: Arguments) -> Result<(), String> {
    let call = arguments.call().unwrap_or_else(|mistake| mistake.exit());
    let mut workshop = Workshop::open(Places::here()?)?.with_profile(call.profile.as_deref());
    workshop.registry = call.registry.clone().or(workshop.registry);
    let programs = workshop.programs(call.programs.as_deref())?;
    let loads = match call.destination {
        Destination::Engine => true,
        Destination::Default => engine::answers(),
        _ => false,
    };
    if !matches!(call.destination, Destination::Joined(_)) {
        for architecture in architectures(&call, loads)? {
            workshop.build_ahead(&programs, architecture)?;
        }
    }
    for name in &programs {
        if let Destination::Joined(digests) = &call.destination {
            let place = workshop.place(name)?;
            let tags = tags(&call, workshop.version(name)?);
            println!("{place}@{}", join(&place, digests, &tags)?);
        } else {
            let made =
                workshop.make(name, &architectures(&call, loads)?, &Origin::of(&workshop.places.root)?)?;
            print(&made);
            deliver(&workshop, &call, &made, loads)?;
        }
    }
    Ok(())
}

/// An engine runs what is for its machine; anything else is for both.
fn architectures(call: &Call, loads: bool) -> Result<Vec<Architecture>, String> {
    if !call.architectures.is_empty() {
        return Ok(call.architectures.clone());
    }
    if loads {
        let host =
            Architecture::host().ok_or("images are for amd64 and arm64, and this machine is neither")?;
        return Ok(vec![host]);
    }
    Ok(Architecture::ALL.to_vec())
}

fn tags(call: &Call, version: &str) -> Vec<String> {
    if call.tags.is_empty() { vec![version.to_owned()] } else { call.tags.clone() }
}

fn deliver(workshop: &Workshop, call: &Call, made: &Made, loads: bool) -> Result<(), String> {
    let place = workshop.place(&made.name)?;
    let tags = tags(call, &made.version);
    if loads {
        return tags.iter().try_for_each(|tag| load(made, &format!("{place}:{tag}")));
    }
    let folder = match &call.destination {
        Destination::Folder(folder) => folder.clone(),
        _ => workshop.places.layouts(),
    };
    let digest = made.write(&folder, &tags)?;
    if call.destination == Destination::Registry {
        let layout = folder.join(&made.name);
        let by_digest = [format!("@{digest}")];
        let by_tag: Vec<_> = tags.iter().map(|tag| format!(":{tag}")).collect();
        let names = if made.images().count() == 1 && call.tags.is_empty() { &by_digest[..] } else { &by_tag };
        names.iter().try_for_each(|name| registry::push(&layout, &place, name))?;
    }
    println!("{place}@{digest}");
    Ok(())
}

/// Pushes the images of a program by their digest alone, and gives it.
pub(crate) fn push(workshop: &Workshop, made: &Made) -> Result<String, String> {
    let (folder, place) = (workshop.places.layouts(), workshop.place(&made.name)?);
    let digest = made.write(&folder, std::slice::from_ref(&made.version))?;
    registry::push(&folder.join(&made.name), &place, &format!("@{digest}"))?;
    Ok(digest)
}

/// Hands the image to the engine and runs it once, if it is for the engine's machine.
fn load(made: &Made, reference: &str) -> Result<(), String> {
    for image in made.images() {
        engine::load(image, reference)?;
        if Some(image.architecture) == Architecture::host() {
            eprintln!("{} runs", engine::version(reference)?);
        }
        println!("{reference}");
    }
    Ok(())
}

fn print(made: &Made) {
    for image in made.images() {
        let (name, architecture) = (&made.name, image.architecture.name());
        let [packed, unpacked] = [image.size(), image.unpacked()].map(megabytes);
        eprintln!("{name:<28} {architecture}  {packed:.2} MB, {unpacked:.2} MB unpacked");
    }
}

/// The size in MB of a million bytes.
#[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
