//! Bounded buffer between the receive thread and the program.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::event::Event;
use crate::message::{Message, Token};

/// Number of buffered messages at which the thread stops reading.
const MOST_MESSAGES: usize = 4096;

/// Bytes of buffered messages at which the thread stops reading.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Messages and events on their way to the program, and acknowledgements on their way to the receive thread.
///
/// While the buffer is full the thread does not read, and the broker has to wait. Both sides take whole batches, so
/// that a lock and a wake-up are paid per batch and not per message.
#[derive(Debug, Default)]
pub(crate) struct ReceiveBuffer {
    state: Mutex<State>,
    /// Wakes the program: the buffer is not empty.
    data_ready: Notify,
    /// Wakes the thread: there is room, there are acknowledgements, or it has to stop.
    consumer_acted: Notify,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Entry>,
    messages: usize,
    bytes: usize,
    tokens: Vec<Token>,
    is_stopping: bool,
}

#[derive(Debug)]
enum Entry {
    Messages(VecDeque<Message>),
    Event(Event),
}

impl ReceiveBuffer {
    /// Moves all messages into the buffer.
    pub(crate) fn push_messages(&self, messages: &mut Vec<Message>) {
        if messages.is_empty() {
            return;
        }
        let mut state = self.lock();
        state.messages += messages.len();
        state.bytes += messages.iter().map(size_bytes).sum::<usize>();
        if let Some(Entry::Messages(waiting)) = state.entries.back_mut() {
            waiting.extend(messages.drain(..));
        } else {
            let waiting = messages.drain(..).collect();
            state.entries.push_back(Entry::Messages(waiting));
        }
        drop(state);
        self.data_ready.notify_one();
    }

    /// Appends a change of the connection.
    pub(crate) fn push_event(&self, event: Event) {
        let mut state = self.lock();
        let is_same = |entry: &mut Entry| {
            matches!((entry, &event), (Entry::Event(Event::Disconnected(_)), Event::Disconnected(_)))
        };
        // Repeated failures to connect do not pile up while the program is busy.
        if state.entries.back_mut().is_some_and(is_same) {
            state.entries.pop_back();
        }
        state.entries.push_back(Entry::Event(event));
        drop(state);
        self.data_ready.notify_one();
    }

    /// Whether the thread may read more.
    pub(crate) fn has_room(&self) -> bool {
        self.lock().has_room()
    }

    /// Waits for the next event or message, and takes it, or up to `most` messages.
    pub(crate) async fn take(&self, into: &mut Vec<Message>, most: usize) -> Event {
        loop {
            let event = self.try_take(into, most.max(1));
            match event {
                Some(event) => return event,
                None => self.data_ready.notified().await,
            }
        }
    }

    fn try_take(&self, into: &mut Vec<Message>, most: usize) -> Option<Event> {
        let mut state = self.lock();
        let was_full = !state.has_room();
        let event = match state.entries.pop_front()? {
            Entry::Event(event) => event,
            Entry::Messages(mut waiting) => {
                let taken = into.len();
                into.extend(waiting.drain(..most.min(waiting.len())));
                let taken = into.get(taken..).unwrap_or_default();
                state.messages -= taken.len();
                state.bytes -= taken.iter().map(size_bytes).sum::<usize>();
                if !waiting.is_empty() {
                    state.entries.push_front(Entry::Messages(waiting));
                }
                Event::Messages
            }
        };
        let is_full = !state.has_room();
        drop(state);
        if was_full && !is_full {
            self.consumer_acted.notify_one();
        }
        Some(event)
    }

    /// Passes an acknowledgement to the thread.
    pub(crate) fn acknowledge(&self, token: Token) {
        let mut state = self.lock();
        state.tokens.push(token);
        let is_first = state.tokens.len() == 1;
        drop(state);
        if is_first {
            self.consumer_acted.notify_one();
        }
    }

    /// Takes all acknowledgements.
    pub(crate) fn take_tokens(&self, into: &mut Vec<Token>) {
        into.clear();
        std::mem::swap(&mut self.lock().tokens, into);
    }

    /// Asks the thread to stop.
    pub(crate) fn stop(&self) {
        self.lock().is_stopping = true;
        self.consumer_acted.notify_one();
    }

    /// Whether the thread has been asked to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.lock().is_stopping
    }

    /// Waits until the program made room, acknowledged a message or asked to stop.
    pub(crate) async fn consumer_acted(&self) {
        self.consumer_acted.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&self) -> bool {
        self.messages < MOST_MESSAGES && self.bytes < MOST_BYTES
    }
}

fn size_bytes(message: &Message) -> usize {
    message.topic.len() + message.payload.len()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::Error;
    use crate::message::Qos;

    fn message(bytes: usize) -> Message {
        Message {
            topic: String::new(),
            payload: Bytes::from(vec![0; bytes]),
            size: bytes,
            retained: false,
            duplicate: false,
            qos: Qos::AtMostOnce,
            token: Token::NONE,
        }
    }

    fn taken(buffer: &ReceiveBuffer, most: usize) -> Option<usize> {
        let mut messages = Vec::new();
        buffer.try_take(&mut messages, most).map(|_| messages.len())
    }

    #[test]
    fn batches_that_wait_are_taken_as_one() {
        let buffer = ReceiveBuffer::default();
        buffer.push_messages(&mut vec![message(1), message(2)]);
        buffer.push_messages(&mut vec![message(3)]);
        assert_eq!([taken(&buffer, 2), taken(&buffer, 2), taken(&buffer, 2)], [Some(2), Some(1), None]);
    }

    #[test]
    fn an_event_keeps_its_place_between_messages() {
        let buffer = ReceiveBuffer::default();
        buffer.push_messages(&mut vec![message(1)]);
        buffer.push_event(Event::Disconnected(Error::Unavailable));
        buffer.push_messages(&mut vec![message(1), message(1)]);
        assert_eq!([taken(&buffer, 9), taken(&buffer, 9), taken(&buffer, 9)], [Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn it_is_full_by_count_and_by_bytes_until_enough_is_taken() {
        let buffer = ReceiveBuffer::default();
        buffer.push_messages(&mut (0..MOST_MESSAGES).map(|_| message(0)).collect());
        assert!(!buffer.has_room());
        taken(&buffer, 1);
        assert!(buffer.has_room());
        buffer.push_messages(&mut vec![message(MOST_BYTES)]);
        assert!(!buffer.has_room());
        taken(&buffer, MOST_MESSAGES);
        assert!(buffer.has_room());
    }

    #[test]
    fn failures_to_connect_do_not_pile_up() {
        let buffer = ReceiveBuffer::default();
        (0..9).for_each(|_| buffer.push_event(Event::Disconnected(Error::Unavailable)));
        assert_eq!([taken(&buffer, 1), taken(&buffer, 1)], [Some(0), None]);
    }
}
