//! A network of containers, with doors to servers of this machine. It reaches nothing else.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::door;
use crate::engine::{docker, output};

/// A network of containers. Dropping it removes it with all that is on it.
pub struct Network {
    pub name: String,
    folder: TempDir,
}

const DOOR: &str = "images-test-door";

impl Network {
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("images-test-{}-{number}", std::process::id());
        docker(&["network", "create", "--internal", &name]);
        let folder = TempDir::with_prefix("doors-").unwrap();
        // Nobody, as whom containers run, has to find the sockets.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { name, folder }
    }

    /// Makes `name:port` on this network a server that listens on the loopback address.
    pub fn open(&self, name: &str, port: u16, url: &str) {
        let socket = self.folder.path().join(name);
        serve(&socket, port_of(url));
        let mount = format!("{}:/doors:ro", self.folder.path().display());
        let container = format!("{}-{name}", self.name);
        let place =
            ["--network", &self.name, "--network-alias", name, "--name", &container, "--label", &self.name];
        let inside = [DOOR, &port.to_string(), &format!("/doors/{name}")];
        door_image();
        docker(&[&["run", "--detach", "--user=65532", "--volume", &mount][..], &place, &inside].concat());
    }

    /// A file that containers may read.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        path
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let label = format!("label={}", self.name);
        let list = output(&["ps", "--all", "--quiet", "--filter", &label]).stdout;
        let list = String::from_utf8_lossy(&list).into_owned();
        let containers: Vec<_> = list.split_whitespace().collect();
        if !containers.is_empty() {
            output(&[&["rm", "--force", "--volumes"][..], &containers].concat());
        }
        output(&["network", "rm", &self.name]);
    }
}

/// The port of `scheme://host:port/path`.
fn port_of(url: &str) -> u16 {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    url.split(':').filter_map(|part| digits(part).parse().ok()).next_back().unwrap()
}

/// Hands what comes to the socket on to the port.
fn serve(socket: &Path, port: u16) {
    let listener = UnixListener::bind(socket).unwrap();
    fs::set_permissions(socket, fs::Permissions::from_mode(0o666)).unwrap();
    thread::spawn(move || {
        for caller in listener.incoming().flatten() {
            if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                thread::spawn(move || door::join(server, caller));
            }
        }
    });
}

/// The door as an image: compiled by itself, since it needs nothing but the standard library.
fn door_image() {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        let context = TempDir::with_prefix("door-").unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images/door.rs");
        let mut rustc = commands::rustc();
        rustc.args(["--edition=2024", "-Ctarget-feature=+crt-static", "-Copt-level=1", "-o"]);
        let status = rustc.arg(context.path().join("door")).arg(source).status().unwrap();
        assert!(status.success(), "the door does not compile");
        let recipe = "FROM scratch\nCOPY door /door\nENTRYPOINT [\"/door\"]\n";
        fs::write(context.path().join("Dockerfile"), recipe).unwrap();
        docker(&["build", "--quiet", "--tag", DOOR, context.path().to_str().unwrap()]);
    });
}
