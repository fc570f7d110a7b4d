//! Calibrates the sensor to the CO2 of the present air: `recalibrate [BUS] PPM`. It changes the sensor for good, so it is no part
//! of the program that runs by itself, and asks before it begins.
//!
//! Bring the sensor into fresh air (about 425 ppm), out of the sun and the wind, and let nobody breathe at it.

use std::io::Write as _;
use std::process::ExitCode;

use i2c_bus::Config;
use scd4x::Scd4x;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (path, ppm) = match &arguments[..] {
        [ppm] => ("/dev/i2c-1", ppm),
        [path, ppm] => (path.as_str(), ppm),
        _ => ("", &String::new()),
    };
    let Ok(ppm) = ppm.parse() else {
        eprintln!("Usage: recalibrate [BUS] PPM, as in: recalibrate /dev/i2c-1 425");
        return ExitCode::from(64);
    };
    match recalibrate(path, ppm) {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("recalibrate: {}", fault::chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn recalibrate(path: &str, ppm: u16) -> Result<String, Box<dyn std::error::Error>> {
    let (bus, timer) = Config { address: path.into() }.open()?;
    print!("The sensor on {path} will take the present air for {ppm} ppm. Type {ppm} to go on: ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if answer.trim() != ppm.to_string() {
        return Ok("Nothing was changed.".to_owned());
    }
    println!("It measures for three minutes first.");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let correction = runtime.block_on(Scd4x::new(bus, timer).recalibrate_in_air(ppm))?;
    Ok(format!("Done: it corrects itself by {correction} ppm."))
}
