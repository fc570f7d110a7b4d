//! `cargo xtask new`.

pub(crate) fn run(_arguments: &[String]) -> Result<(), String> {
    Err("not built yet".to_owned())
}
