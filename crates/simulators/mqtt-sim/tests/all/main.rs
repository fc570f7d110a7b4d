//! Tests of broker and program over sockets.

// Clippy knows the tests themselves, not the functions they share.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests may panic")]

mod broker;
mod faults;
mod program;
mod sessions;

use std::time::Duration;

use mqtt_sim::Client;

/// Time limit for expected messages.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time without an unexpected message.
const SILENCE: Duration = Duration::from_millis(50);

/// Receives the next messages, as topic and text.
fn receive(client: &mut Client, messages: usize) -> Vec<(String, String)> {
    let next = || client.next(PATIENCE).unwrap().expect("a message in time");
    std::iter::repeat_with(next)
        .take(messages)
        .map(|message| (message.topic.clone(), message.text()))
        .collect()
}

/// Whether no more messages come.
fn is_silent(client: &mut Client) -> bool {
    client.next(SILENCE).unwrap().is_none()
}
