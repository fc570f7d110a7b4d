//! What surrounds the program: the world of a device, with a simulated bus or with none.

use std::path::PathBuf;
use std::sync::OnceLock;

use testkit::Program;
use testkit::world::World;

/// The world of the program as it ships, which finds no bus here.
pub(crate) fn shipped() -> World {
    World::without_source(&testkit::program!())
}

/// The world of the program on a simulated bus.
pub(crate) fn simulated() -> World {
    World::without_source(&Program { path: example(), ..testkit::program!() })
}

/// The example lies beside the tests, where `cargo test` puts both. `cargo test --test device` alone builds no example.
fn example() -> &'static str {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| {
        let tests: PathBuf = std::env::current_exe().unwrap().parent().unwrap().into();
        tests.parent().unwrap().join("examples/simulated")
    });
    assert!(path.exists(), "`cargo build -p scd4x-co2 --example simulated` builds what is tested here");
    path.to_str().unwrap()
}
