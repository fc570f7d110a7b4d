//! Images of all programs: their sizes, the start of their programs, the memory of one.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};
use std::time::Instant;

use http_sim::services::OpenWeatherSim;
use http_sim::{Reply, Request, Server, Service};

use super::measure;
use crate::image::{Architecture, Origin, Places, Toolchain, Workshop, megabytes};

const RUNS: usize = 30;
/// The program whose first request is measured.
const JOB: &str = "openweather-current";
const KEY: &str = "bench-key";
/// The path of the heartbeat: the last that a run asks for.
const HEARTBEAT: &str = "/heartbeat";

pub(crate) fn run() -> Result<(), String> {
    let workshop = Workshop::open(Places::here()?)?;
    let origin = Origin::of(&workshop.places.root)?;
    println!("\n== images: compressed and unpacked; start: `--describe`, median of {RUNS} runs");
    println!("| program | architecture | compressed, MB | unpacked, MB | start, ms |");
    println!("|---|---|---|---|---|");
    for architecture in Architecture::ALL.into_iter().filter(|one| Toolchain::find(*one).is_ok()) {
        for program in workshop.programs(None)? {
            let made = workshop.make(&program, &[architecture], &origin)?;
            let start = describe(&workshop, &program, architecture)?;
            for image in made.images() {
                let [packed, unpacked] = [image.size(), image.unpacked()].map(megabytes);
                println!("| {program} | {} | {packed:.2} | {unpacked:.2} | {start} |", architecture.name());
            }
        }
    }
    Architecture::host().map_or(Ok(()), |host| whole_run(&workshop, host))
}

/// Time of a run without settings and requests. Of an emulated program it would mean nothing.
fn describe(workshop: &Workshop, program: &str, architecture: Architecture) -> Result<String, String> {
    if Architecture::host() != Some(architecture) {
        return Ok(String::new());
    }
    let path = workshop.build(program, architecture)?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(measure::command(Command::new(&path).arg("--describe"))?.wall.as_secs_f64() * 1e3);
    }
    let [_, median, _] = measure::spread(times).unwrap_or_default();
    Ok(format!("{median:.1}"))
}

/// An event of a run, as its source sees it.
enum Seen {
    Asked(Instant),
    Ended,
}

/// A source that reports each request. It holds the answer to the last one back, so that the program stays.
struct Watched {
    weather: OpenWeatherSim,
    sender: Mutex<Sender<Seen>>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Service for Watched {
    fn reply(&self, request: &Request) -> Reply {
        let is_last = request.path == HEARTBEAT;
        let seen = if is_last { Seen::Ended } else { Seen::Asked(Instant::now()) };
        // Nobody measures any more when the channel is closed.
        let _ = self.sender.lock().map(|sender| sender.send(seen));
        if !is_last {
            return self.weather.reply(request);
        }
        let _ = self.go_on.lock().map(|go_on| go_on.recv());
        Reply::empty(200)
    }
}

/// From the start of a job to its first request, and the memory it has taken when all is done but its end.
fn whole_run(workshop: &Workshop, host: Architecture) -> Result<(), String> {
    let program = workshop.build(JOB, host)?;
    let ((sender, receiver), (release, go_on)) = (mpsc::channel(), mpsc::channel());
    let source =
        Watched { weather: OpenWeatherSim::new(KEY), sender: Mutex::new(sender), go_on: Mutex::new(go_on) };
    let server = Server::start(source).map_err(|error| format!("no simulator: {error}"))?;
    let (mut waits, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let mut command = Command::new(&program);
        command.current_dir(folder.path()).env_clear().env("OPENWEATHER_URL", server.url());
        command.env("HEARTBEAT_URL", format!("{}{HEARTBEAT}", server.url()));
        command.envs([("OPENWEATHER_KEY", KEY), ("CITY", "Seattle")]).stderr(Stdio::null());
        let started = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        while let Ok(Seen::Asked(asked)) = receiver.recv() {
            waits.push(asked.duration_since(started).as_secs_f64() * 1e3);
        }
        memory.extend(most_resident(child.id()));
        release.send(()).map_err(|error| error.to_string())?;
        child.wait().map_err(|error| error.to_string())?;
    }
    for (what, unit, values) in [("start to first request", "ms", waits), ("resident memory", "MB", memory)] {
        let [least, median, most] = measure::spread(values).unwrap_or_default();
        println!("{JOB}, {what}: {least:.1}, {median:.1}, {most:.1} {unit} (least, median, most)");
    }
    Ok(())
}

/// Peak memory in MB. The kernel's figure for a child that has ended includes its parent, which holds images.
/// Source: `proc_pid_status(5)`.
fn most_resident(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(megabytes(kibibytes * 1024))
}
