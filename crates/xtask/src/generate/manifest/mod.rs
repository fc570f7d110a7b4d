//! The manifests: `[package.metadata.pipeline]` of each program, `[workspace.metadata.delivery]` of the workspace.
//!
//! `docs/manifest.md` explains every key.

mod binding;
mod delivery;
mod keys;
mod program;

pub(super) use binding::{Origin, Reference, is_name};
pub(super) use delivery::{Delivery, FILE as DELIVERY_FILE, TABLE as DELIVERY_TABLE};
pub(super) use program::{Device, Manifest, Resources, Served, Storage, TABLE};
