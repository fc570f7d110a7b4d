//! Making the images of a program, and their bills of materials.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::catalogue::{Catalogue, Package};
use super::manifest::{Image, Labels};
use super::sbom::Inventory;
use super::{Architecture, Origin, Places, build, catalogue, layout, sbom};

/// A workspace whose programs are made into images.
pub(crate) struct Workshop {
    pub(crate) places: Places,
    /// Registry of images.
    pub(super) registry: Option<String>,
    /// The cargo profile of the programs.
    profile: String,
    catalogue: Catalogue,
    programs: BTreeMap<String, Package>,
    /// URL of the published source.
    repository: Option<String>,
}

/// The images of one program.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) version: String,
    parts: Vec<Part>,
}

/// Build result of one architecture.
struct Part {
    image: Image,
    /// Bill of materials.
    bill: Value,
}

impl Workshop {
    pub(crate) fn open(places: Places) -> Result<Self, String> {
        let catalogue = Catalogue::read(&places)?;
        let programs = catalogue.programs(&places);
        let repository = catalogue::repository(&places)?;
        let registry = catalogue.registry().map(str::to_owned);
        let profile = build::SHIPPED.to_owned();
        Ok(Self { places, registry, profile, catalogue, programs, repository })
    }

    /// The same with another cargo profile, if one is named.
    pub(crate) fn with_profile(self, profile: Option<&str>) -> Self {
        match profile {
            Some(profile) => Self { profile: profile.to_owned(), ..self },
            None => self,
        }
    }

    /// The names of these programs, or of all.
    pub(crate) fn programs(&self, names: Option<&[String]>) -> Result<Vec<String>, String> {
        let Some(names) = names else { return Ok(self.programs.keys().cloned().collect()) };
        names.iter().try_for_each(|name| self.package(name).map(drop))?;
        Ok(names.to_vec())
    }

    pub(crate) fn version(&self, program: &str) -> Result<&str, String> {
        Ok(&self.package(program)?.version)
    }

    /// URL of the published source.
    pub(crate) fn repository(&self) -> Result<&str, String> {
        self.repository
            .as_deref()
            .ok_or_else(|| "Cargo.toml: [workspace.package] has no `repository`".to_owned())
    }

    /// The name of a program's image in the registry, without a tag.
    pub(crate) fn place(&self, program: &str) -> Result<String, String> {
        let registry = self.registry.as_deref();
        let registry =
            registry.ok_or("Cargo.toml: [workspace.metadata.delivery] does not say which `registry`")?;
        Ok(format!("{registry}/{program}"))
    }

    /// Builds a program and gives its path.
    pub(crate) fn build(&self, program: &str, architecture: Architecture) -> Result<PathBuf, String> {
        build::program(&self.places, &self.profile, program, architecture)
    }

    /// Builds programs together, so that building each of them later finds it there. One that does not build is no error
    /// before its own turn.
    pub(crate) fn build_ahead(&self, programs: &[String], architecture: Architecture) -> Result<(), String> {
        build::ahead(&self.places, &self.profile, programs, architecture)
    }

    /// Builds a program and makes its images.
    pub(crate) fn make(
        &self,
        program: &str,
        architectures: &[Architecture],
        origin: &Origin,
    ) -> Result<Made, String> {
        let package = self.package(program)?;
        let part = |architecture: &Architecture| self.part(package, *architecture, origin);
        let parts = architectures.iter().map(part).collect::<Result<_, _>>()?;
        Ok(Made { name: program.to_owned(), version: package.version.clone(), parts })
    }

    fn part(&self, package: &Package, architecture: Architecture, origin: &Origin) -> Result<Part, String> {
        let name = &package.name;
        let path = self.build(name, architecture)?;
        let program = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        self.lay_out(name, architecture, &path)?;
        let inventory = Inventory::of(&self.places, &self.catalogue, name, architecture)?;
        let bill = sbom::bill(&program, &inventory, origin).map_err(|error| format!("{name}: {error}"))?;
        let labels = labels(package, self.repository.as_deref(), origin);
        let image = Image::of(&program, architecture, &labels, origin);
        Ok(Part { image: image.map_err(|error| format!("{name}: {error}"))?, bill })
    }

    /// Puts a program where `docker/Dockerfile` expects it.
    fn lay_out(&self, name: &str, architecture: Architecture, program: &Path) -> Result<(), String> {
        let context = self.places.context();
        let folder = context.join(architecture.name());
        let copied = fs::create_dir_all(context.join("data"))
            .and_then(|()| fs::create_dir_all(&folder))
            .and_then(|()| fs::copy(program, folder.join(name)));
        copied.map(drop).map_err(|error| format!("{}: {error}", context.display()))
    }

    fn package(&self, name: &str) -> Result<&Package, String> {
        let known = || self.programs.keys().cloned().collect::<Vec<_>>().join(", ");
        self.programs.get(name).ok_or_else(|| format!("there is no program `{name}`; these are: {}", known()))
    }
}

impl Made {
    pub(crate) fn images(&self) -> impl Iterator<Item = &Image> {
        self.parts.iter().map(|part| &part.image)
    }

    /// Writes the images into `folder/<program>`, and a bill of materials for each beside it. Gives the digest by which
    /// all of them together are known.
    pub(crate) fn write(&self, folder: &Path, tags: &[String]) -> Result<String, String> {
        let images: Vec<_> = self.images().collect();
        let digest = layout::write(&folder.join(&self.name), tags, &images)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        for Part { image, bill } in &self.parts {
            let file = folder.join(format!("{}.{}.cdx.json", self.name, image.architecture.name()));
            fs::write(&file, format!("{bill:#}\n"))
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok(digest)
    }
}

fn labels(package: &Package, repository: Option<&str>, origin: &Origin) -> Labels {
    let labels = [
        ("title", Some(package.name.clone())),
        ("description", package.description.clone()),
        ("version", Some(package.version.clone())),
        ("licenses", package.license.clone()),
        ("source", repository.map(str::to_owned)),
        ("revision", Some(origin.revision.clone())),
        ("created", Some(origin.created.to_string())),
    ];
    let known = labels.into_iter().filter_map(|(key, value)| Some((key, value?)));
    known.map(|(key, value)| (format!("org.opencontainers.image.{key}"), value)).collect()
}
