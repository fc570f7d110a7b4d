//! Program that serves simulated services on one port, for the demo and for people.

mod arguments;

use std::fs::File;
use std::io::{self, Write as _};
use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser as _;
use http_sim::services::{Files, FilesError, Paths};
use http_sim::{Options, Server};

fn main() -> ExitCode {
    match serve(Arguments::parse()) {
        Ok(_server) => loop {
            std::thread::park();
        },
        Err(error) => {
            let cause =
                std::error::Error::source(&*error).map_or_else(String::new, |cause| format!(": {cause}"));
            eprintln!("http-sim: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

/// Starts everything and prints its addresses: the base URL on the first line, then each service.
fn serve(arguments: Arguments) -> Result<Server, Box<dyn std::error::Error>> {
    let services = arguments.services();
    let names: Vec<_> = services.iter().map(|(name, _)| *name).collect();
    let mounted = mount(services, &arguments)?;
    let log = arguments.log.map(|path| File::options().create(true).append(true).open(path)).transpose()?;
    let log = log.map(|file| Box::new(file) as Box<dyn io::Write + Send>);
    let server = Server::start_with(Options { port: arguments.port, log }, mounted)?;
    arguments.faults.into_iter().for_each(|fault| server.set_fault(fault));
    let base = server.url();
    let lines =
        names.iter().fold(format!("{base}\n"), |lines, name| lines + &format!("{name} {base}/{name}\n"));
    // One write: a reader of the first line alone may close the pipe after it.
    io::stdout().write_all(lines.as_bytes())?;
    Ok(server)
}

/// Mounts each service at a path of its name, and the files, or a single service, at the root.
fn mount(services: arguments::Services, arguments: &Arguments) -> Result<Paths, FilesError> {
    let alone = services.len() == 1 && arguments.files.is_none();
    let mut paths = Paths::new();
    for (name, service) in services {
        let at_root = alone.then(|| service.clone());
        paths = paths.mount_shared(&format!("/{name}"), service);
        if let Some(service) = at_root {
            paths = paths.mount_shared("/", service);
        }
    }
    match &arguments.files {
        Some(folder) => Ok(paths.mount("/", Files::open(folder)?)),
        None => Ok(paths),
    }
}
