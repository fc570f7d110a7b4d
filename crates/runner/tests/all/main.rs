//! Programs of the runner from outside: devices, services, copies of one program.

mod copies;
mod device;
mod service;
