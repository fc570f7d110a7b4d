//! Finding the port of a USB adapter in Linux's sysfs.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use settings::Setting;

use crate::Error;

/// A USB adapter, by the numbers of its make and, among several of a make, by its serial number or its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbId {
    vendor: u16,
    product: u16,
    which: Option<String>,
}

/// `1a86:7523`, `1a86:7523:0001`.
impl fmt::Display for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)?;
        self.which.iter().try_for_each(|which| write!(f, ":{which}"))
    }
}

impl Setting for UsbId {
    const TAKES: &'static str = "vendor and product of a USB adapter, as in 1a86:7523, and perhaps a colon and its serial number or socket";

    fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.trim().splitn(3, ':');
        let mut number =
            || parts.next().filter(|part| part.len() == 4).map(|part| u16::from_str_radix(part, 16));
        match (number(), number(), parts.next()) {
            (Some(Ok(vendor)), Some(Ok(product)), which) if which != Some("") => {
                Ok(Self { vendor, product, which: which.map(str::to_owned) })
            }
            _ => Err(format!("must be {}", Self::TAKES)),
        }
    }
}

/// A serial port that is on a USB adapter.
struct Port {
    path: PathBuf,
    /// The place of the adapter, as in `1-1.2`: bus and sockets on the way.
    socket: String,
    serial: Option<String>,
}

impl Port {
    fn is(&self, which: &str) -> bool {
        self.socket == which || self.serial.as_deref() == Some(which)
    }

    /// Many adapters have no number of their own, or all the same one.
    fn label(&self) -> String {
        format!("{} [{}]", self.path.display(), self.socket)
    }
}

/// The port of the adapter `id`, with sysfs at `sys` and devices at `dev`.
pub(crate) fn port_of(id: &UsbId, sys: &Path, dev: &Path) -> Result<PathBuf, Error> {
    let ttys = fs::read_dir(sys.join("class/tty")).map_err(Error::NoSysfs)?;
    let ports = ttys.flatten().filter_map(|tty| {
        let adapter = adapter_of(&tty.path())?;
        let is_make = attribute(&adapter, "idVendor")? == format!("{:04x}", id.vendor)
            && attribute(&adapter, "idProduct")? == format!("{:04x}", id.product);
        let socket = adapter.file_name()?.to_string_lossy().into_owned();
        let serial = attribute(&adapter, "serial");
        is_make.then(|| Port { path: dev.join(tty.file_name()), socket, serial })
    });
    let mut ports: Vec<_> =
        ports.filter(|port| id.which.as_ref().is_none_or(|which| port.is(which))).collect();
    ports.sort_by(|one, other| one.path.cmp(&other.path));
    match &ports[..] {
        [] => Err(Error::NotPlugged { id: id.clone() }),
        [port] => Ok(port.path.clone()),
        _ => Err(Error::Several { id: id.clone(), ports: ports.iter().map(Port::label).collect() }),
    }
}

/// The USB device a terminal belongs to: the nearest one above it that has a vendor.
fn adapter_of(tty: &Path) -> Option<PathBuf> {
    let device = tty.join("device").canonicalize().ok()?;
    device.ancestors().find(|folder| folder.join("idVendor").exists()).map(Path::to_owned)
}

fn attribute(adapter: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(adapter.join(name)).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A sysfs with adapters in it.
    struct Sys(tempfile::TempDir);

    impl Sys {
        fn new() -> Self {
            let sys = Self(tempfile::TempDir::new().unwrap());
            fs::create_dir_all(sys.0.path().join("class/tty")).unwrap();
            // The serial port of the board itself is on no adapter.
            sys.add("ttyS0", &sys.0.path().join("devices/platform/serial0"));
            sys
        }

        fn plug(&self, tty: &str, socket: &str, attributes: &[(&str, &str)]) {
            let adapter = self.0.path().join("devices/usb1").join(socket);
            fs::create_dir_all(&adapter).unwrap();
            for (name, value) in attributes {
                fs::write(adapter.join(name), format!("{value}\n")).unwrap();
            }
            self.add(tty, &adapter.join(format!("{socket}:1.0")).join(tty));
        }

        fn add(&self, tty: &str, device: &Path) {
            fs::create_dir_all(device).unwrap();
            let class = self.0.path().join("class/tty").join(tty);
            fs::create_dir_all(&class).unwrap();
            symlink(device, class.join("device")).unwrap();
        }

        fn find(&self, id: &str) -> Result<PathBuf, Error> {
            port_of(&UsbId::parse(id).unwrap(), self.0.path(), Path::new("/dev"))
        }
    }

    const CH340: [(&str, &str); 2] = [("idVendor", "1a86"), ("idProduct", "7523")];
    const FTDI: [(&str, &str); 3] = [("idVendor", "0403"), ("idProduct", "6001"), ("serial", "A50285BI")];

    #[test]
    fn a_port_is_found_by_its_adapter_wherever_it_is() {
        let sys = Sys::new();
        sys.plug("ttyUSB3", "1-1.4", &CH340);
        sys.plug("ttyUSB0", "1-1.2", &FTDI);
        assert_eq!(sys.find("1a86:7523").unwrap(), Path::new("/dev/ttyUSB3"));
        assert_eq!(sys.find("0403:6001:A50285BI").unwrap(), Path::new("/dev/ttyUSB0"));
    }

    #[test]
    fn an_adapter_that_is_not_there_may_come() {
        let sys = Sys::new();
        sys.plug("ttyUSB0", "1-1.2", &FTDI);
        for id in ["1a86:7523", "0403:6001:other"] {
            let error = sys.find(id).unwrap_err();
            assert!(matches!(error, Error::NotPlugged { .. }) && fault::Fault::kind(&error).is_passing());
        }
    }

    #[test]
    fn of_two_alike_each_can_be_chosen_by_its_socket() {
        let sys = Sys::new();
        sys.plug("ttyUSB0", "1-1.2", &CH340);
        sys.plug("ttyUSB1", "1-1.3", &CH340);
        let error = sys.find("1a86:7523").unwrap_err();
        assert_eq!(
            error.to_string(),
            "2 serial ports are meant by SERIAL_USB=1a86:7523: /dev/ttyUSB0 [1-1.2], /dev/ttyUSB1 [1-1.3]; add a colon and what is in brackets"
        );
        assert!(!fault::Fault::kind(&error).is_passing());
        assert_eq!(sys.find("1a86:7523:1-1.3").unwrap(), Path::new("/dev/ttyUSB1"));
    }

    #[test]
    fn where_there_is_no_sysfs_a_path_is_needed() {
        let error = port_of(&UsbId::parse("1a86:7523").unwrap(), Path::new("/nowhere"), Path::new("/dev"));
        assert!(error.unwrap_err().to_string().ends_with("set SERIAL_PORT"));
    }

    #[test]
    fn an_adapter_is_four_digits_twice() {
        for wrong in ["1a86", "1a86:", "1a8:7523", "1a86:75230", "xxxx:7523", "1a86:7523:", "/dev/ttyUSB0"] {
            assert!(UsbId::parse(wrong).is_err(), "{wrong}");
        }
    }
}
