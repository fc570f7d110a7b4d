//! Panics as log lines.

use std::panic::{PanicHookInfo, set_hook, take_hook};

/// Logs a panic as an error, with its message and place, in place of the text the standard library prints.
///
/// A panic before the log is set up is printed as ever.
pub fn install_panic_hook() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        if tracing::dispatcher::has_been_set() {
            log(panic);
        } else {
            print(panic);
        }
    }));
}

fn log(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic.location().map(ToString::to_string);
    tracing::error!(location, "panicked: {message}");
}
