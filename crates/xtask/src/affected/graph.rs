//! The graph of packages as cargo resolves it: what each program is linked from.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use serde::Deserialize;

use crate::workspace;

/// Target systems of images. Dependencies of other systems only are in no image.
const PLATFORMS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
/// Architectures of an image whose manifest names none.
const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];

/// The packages of the workspace and their dependencies.
pub(super) struct Graph {
    packages: BTreeMap<String, Package>,
}

/// A package, of the workspace or of the registry.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// Its folder below the root, if it is of the workspace.
    pub(super) folder: Option<String>,
    /// Architectures that it ships for, if it is a program that ships.
    architectures: Option<Vec<String>>,
    /// Packages that are linked into it or build it, without those of tests.
    needs: BTreeSet<String>,
}

/// A program that ships.
pub(super) struct Program<'a> {
    id: &'a str,
    pub(super) name: &'a str,
    pub(super) folder: &'a str,
    pub(super) architectures: &'a [String],
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    workspace_members: Vec<String>,
    workspace_root: String,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    name: String,
    version: String,
    manifest_path: String,
    #[serde(default)]
    metadata: serde_json::Value,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Need>,
}

#[derive(Deserialize)]
struct Need {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

impl Graph {
    /// Asks cargo about the workspace as it is now.
    pub(super) fn read() -> Result<Self, String> {
        let mut cargo = workspace::cargo();
        cargo.args(["metadata", "--format-version", "1", "--locked"]);
        cargo.args(PLATFORMS.iter().flat_map(|platform| ["--filter-platform", platform]));
        let output = cargo.output().map_err(|error| format!("cargo metadata: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
        }
        Self::parse(&output.stdout)
    }

    fn parse(json: &[u8]) -> Result<Self, String> {
        let metadata: Metadata =
            serde_json::from_slice(json).map_err(|error| format!("cargo metadata: {error}"))?;
        let members: BTreeSet<_> = metadata.workspace_members.into_iter().collect();
        let root = Path::new(&metadata.workspace_root);
        let mut needs: BTreeMap<_, _> =
            metadata.resolve.nodes.into_iter().map(|node| (node.id.clone(), node.needs())).collect();
        let packages = metadata.packages.into_iter().map(|described| {
            let is_member = members.contains(&described.id);
            let needs = needs.remove(&described.id).unwrap_or_default();
            (described.id.clone(), described.package(is_member, root, needs))
        });
        Ok(Self { packages: packages.collect() })
    }

    /// The packages of the workspace.
    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.folder.is_some())
    }

    /// Every program that ships, by name.
    pub(super) fn programs(&self) -> Vec<Program<'_>> {
        let mut programs: Vec<_> =
            self.packages.iter().filter_map(|(id, package)| package.program(id)).collect();
        programs.sort_by_key(|program| program.name);
        programs
    }

    /// The packages that a program is linked from and built with, by distance: itself first.
    pub(super) fn linked<'a>(&'a self, program: &Program<'a>) -> Vec<&'a Package> {
        let (mut seen, mut linked) = (BTreeSet::from([program.id]), Vec::new());
        let mut open = VecDeque::from([program.id]);
        while let Some(package) = open.pop_front().and_then(|id| self.packages.get(id)) {
            linked.push(package);
            open.extend(package.needs.iter().map(String::as_str).filter(|id| seen.insert(id)));
        }
        linked
    }
}

impl Package {
    fn program<'a>(&'a self, id: &'a str) -> Option<Program<'a>> {
        let (folder, architectures) = (self.folder.as_deref()?, self.architectures.as_deref()?);
        Some(Program { id, name: &self.name, folder, architectures })
    }
}

impl Node {
    fn needs(self) -> BTreeSet<String> {
        let is_built = |need: &Need| need.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"));
        self.deps.into_iter().filter(is_built).map(|need| need.pkg).collect()
    }
}

impl Described {
    fn package(self, is_member: bool, root: &Path, needs: BTreeSet<String>) -> Package {
        let folder =
            Path::new(&self.manifest_path).parent().and_then(|folder| folder.strip_prefix(root).ok());
        let folder = folder.filter(|_| is_member).map(|folder| folder.to_string_lossy().into_owned());
        let architectures = self.architectures().filter(|_| is_member);
        Package { name: self.name, version: self.version, folder, architectures, needs }
    }

    fn architectures(&self) -> Option<Vec<String>> {
        let manifest = self.metadata.get("pipeline")?;
        let is_program = self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "bin"));
        let declared =
            manifest.get("architectures").and_then(|declared| serde_json::from_value(declared.clone()).ok());
        is_program.then(|| declared.unwrap_or_else(|| ARCHITECTURES.map(str::to_owned).to_vec()))
    }
}
