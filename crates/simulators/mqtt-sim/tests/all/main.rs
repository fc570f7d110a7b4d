//! The broker and the program from outside, over real sockets.

// Clippy knows the tests themselves, not the functions they share.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests may panic")]

mod broker;
mod faults;
mod program;
mod sessions;

use std::time::Duration;

use mqtt_sim::Client;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits for what must not come.
const MOMENT: Duration = Duration::from_millis(50);

/// The next messages, as topic and text.
fn heard(client: &mut Client, messages: usize) -> Vec<(String, String)> {
    let next = || client.next(PATIENCE).unwrap().expect("a message in time");
    std::iter::repeat_with(next)
        .take(messages)
        .map(|message| (message.topic.clone(), message.text()))
        .collect()
}

/// Whether nothing more comes.
fn is_silent(client: &mut Client) -> bool {
    client.next(MOMENT).unwrap().is_none()
}
