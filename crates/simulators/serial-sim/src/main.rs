//! The program: a simulated sensor on a port, for the demo and for people.

mod arguments;

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use arguments::{Arguments, Called};
use serial_sim::{Port, Sds011};

/// The exit code of a wrong call, as `sysexits.h` has it.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let arguments = match arguments::read(std::env::args().skip(1)) {
        Ok(Called::Run(arguments)) => arguments,
        Ok(Called::Help) => return print(arguments::HELP),
        Ok(Called::Version) => return print(concat!("serial-sim ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(error) => {
            eprintln!("serial-sim: {error}\nTry `serial-sim --help`.");
            return ExitCode::from(USAGE);
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("serial-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the sensor, tells where it is, and does what is asked for on standard input, until it is stopped.
fn run(arguments: Arguments) -> io::Result<()> {
    let mut port = Port::start_with(arguments.options, Sds011::new(arguments.street))?;
    writeln!(io::stdout(), "{}", port.path().display())?;
    for line in io::stdin().lock().lines() {
        match line?.trim() {
            "unplug" => port.unplug(),
            "plug" => {
                port.plug()?;
                writeln!(io::stdout(), "{}", port.path().display())?;
            }
            "reset" => port.reset(),
            "" => {}
            other => eprintln!("serial-sim: `{other}` is none of unplug, plug, reset"),
        }
    }
    // Nobody is left to ask for anything; the sensor goes on.
    loop {
        std::thread::park();
    }
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
