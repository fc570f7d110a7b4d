//! A port: a sensor on a thread of its own, behind a path that stays the same.

use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tempfile::TempDir;

use crate::random::Random;
use crate::terminal::Terminal;
use crate::{Faults, Sensor};

/// Options of a port.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Path of the port.
    pub place: Place,
    /// Faults of the line.
    pub faults: Faults,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// Path of a port.
#[derive(Debug, Clone, Default)]
pub enum Place {
    /// A path in a new folder, which is removed with the port.
    #[default]
    NewFolder,
    /// This path.
    At(PathBuf),
    /// The path of its terminal. Nothing has to be removed, and the path changes when it is plugged in again.
    Terminal,
}

/// A running sensor on a port. Dropping it stops it.
#[derive(Debug)]
pub struct Port {
    path: PathBuf,
    /// Whether the path is a link to the terminal, and not the terminal's own.
    is_link: bool,
    shared: Arc<Shared>,
    wake: PipeWriter,
    thread: Option<JoinHandle<()>>,
    _folder: Option<TempDir>,
}

impl Port {
    /// Starts `sensor` on a port.
    ///
    /// # Errors
    /// Fails if there is no pseudo-terminal or no thread, or if the path cannot be made.
    pub fn start(sensor: impl Sensor) -> io::Result<Self> {
        Self::start_with(Options::default(), sensor)
    }

    /// Starts `sensor` as `options` say.
    ///
    /// # Errors
    /// Fails if there is no pseudo-terminal or no thread, or if the path cannot be made.
    pub fn start_with(options: Options, sensor: impl Sensor) -> io::Result<Self> {
        let (path, folder) = match options.place {
            Place::NewFolder => {
                let folder = TempDir::with_prefix("serial-sim-")?;
                (folder.path().join("port"), Some(folder))
            }
            Place::At(path) => (path, None),
            Place::Terminal => (PathBuf::new(), None),
        };
        let is_link = !path.as_os_str().is_empty();
        let shared = Arc::new(Shared::default());
        let (woken, wake) = io::pipe()?;
        let mut port = Self { path, is_link, shared, wake, thread: None, _folder: folder };
        port.plug()?;
        let line = Line {
            shared: Arc::clone(&port.shared),
            woken,
            sensor,
            started: Instant::now(),
            faults: options.faults,
            random: Random::new(options.seed),
        };
        port.thread = Some(std::thread::Builder::new().name("serial-sim".into()).spawn(move || line.run())?);
        Ok(port)
    }

    /// The path a program opens. It is the same after the sensor was unplugged and plugged in again, but for
    /// [`Place::Terminal`].
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Pulls the plug: a program that has the port open sees its end, and the path is gone.
    pub fn unplug(&mut self) {
        self.unlink();
        self.change(|state| state.terminal = None);
    }

    /// Plugs the sensor in again. It starts anew.
    ///
    /// # Errors
    /// Fails if there is no pseudo-terminal, or if the path cannot be made.
    pub fn plug(&mut self) -> io::Result<()> {
        let terminal = Terminal::open()?;
        if self.is_link {
            let aside = self.path.with_extension("new");
            std::os::unix::fs::symlink(terminal.path(), &aside)?;
            std::fs::rename(&aside, &self.path)?;
        } else {
            terminal.path().clone_into(&mut self.path);
        }
        self.change(|state| {
            state.terminal = Some(Arc::new(terminal));
            state.resets = true;
        });
        Ok(())
    }

    /// Interrupts the power of the sensor.
    pub fn reset(&mut self) {
        self.change(|state| state.resets = true);
    }

    /// Every byte the sensor has received so far.
    pub fn received(&self) -> Vec<u8> {
        self.shared.state().received.clone()
    }

    fn unlink(&self) {
        if self.is_link {
            // A path that is removed already is no error.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.state());
        // A failed write means that the thread has ended, which needs no wake-up.
        let _ = self.wake.write(&[0]);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.change(|state| state.ends = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.unlink();
    }
}

/// State that the port shares with its thread.
#[derive(Debug, Default)]
struct Shared(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    terminal: Option<Arc<Terminal>>,
    resets: bool,
    ends: bool,
    received: Vec<u8>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sensor's thread.
struct Line<S> {
    shared: Arc<Shared>,
    woken: PipeReader,
    sensor: S,
    started: Instant,
    faults: Faults,
    random: Random,
}

impl<S: Sensor> Line<S> {
    fn run(mut self) {
        loop {
            let terminal = {
                let mut state = self.shared.state();
                if state.ends {
                    return;
                }
                if std::mem::take(&mut state.resets) {
                    self.sensor.reset(self.started.elapsed());
                }
                state.terminal.clone()
            };
            // Both fail when the other end is pulled out, and then nobody reads.
            if let Some(terminal) = &terminal {
                let _ = self.exchange(terminal);
            }
            let _ = self.wait(terminal.as_deref());
        }
    }

    /// Passes received bytes to the sensor, and sends its answers.
    fn exchange(&mut self, terminal: &Terminal) -> io::Result<()> {
        let mut buffer = [0; 256];
        let read = terminal.read(&mut buffer)?;
        let received = buffer.get(..read).unwrap_or_default();
        self.shared.state().received.extend(received);
        for frame in self.sensor.speak(received, self.started.elapsed()) {
            let fate = self.faults.strike(&frame, &mut self.random);
            terminal.write(&fate.bytes)?;
            if fate.resets {
                self.sensor.reset(self.started.elapsed());
            }
        }
        Ok(())
    }

    /// Waits until a program sends something, the sensor has something to say, or the port was changed.
    fn wait(&mut self, terminal: Option<&Terminal>) -> io::Result<()> {
        let due = terminal.and_then(|_| self.sensor.due());
        let left = due.map(|due| due.saturating_sub(self.started.elapsed()).max(Duration::from_millis(1)));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut waited_for = vec![PollFd::new(&self.woken, PollFlags::IN)];
        waited_for.extend(terminal.map(|terminal| PollFd::new(terminal, PollFlags::IN)));
        poll(&mut waited_for, left.as_ref())?;
        let is_woken = waited_for.first().is_some_and(|woken| !woken.revents().is_empty());
        drop(waited_for);
        if is_woken {
            let _ = self.woken.read(&mut [0; 64])?;
        }
        Ok(())
    }
}
