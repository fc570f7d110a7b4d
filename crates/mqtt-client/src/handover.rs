//! Messages on their way from the thread that reads them to the program that takes them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::message::{Message, Token};
use crate::subscription::Event;

/// The thread stops reading while this many messages wait.
const MOST_MESSAGES: usize = 4096;

/// The thread stops reading while messages of this many bytes wait.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// What lies between the two. All of it is bounded: while it is full the thread does not read, and the broker waits.
///
/// Both sides take what is there in one go, so that a lock and a wake-up are paid per batch and not per message.
#[derive(Debug, Default)]
pub(crate) struct Handover {
    state: Mutex<State>,
    /// Wakes the program: there is something to take.
    filled: Notify,
    /// Wakes the thread: there is room, there are acknowledgements, or it is to end.
    turned: Notify,
}

#[derive(Debug, Default)]
struct State {
    parts: VecDeque<Part>,
    messages: usize,
    bytes: usize,
    tokens: Vec<Token>,
    is_ending: bool,
}

#[derive(Debug)]
enum Part {
    Messages(VecDeque<Message>),
    Event(Event),
}

impl Handover {
    /// Adds messages, and leaves `messages` empty.
    pub(crate) fn put(&self, messages: &mut Vec<Message>) {
        if messages.is_empty() {
            return;
        }
        let mut state = self.lock();
        state.messages += messages.len();
        state.bytes += messages.iter().map(weight).sum::<usize>();
        if let Some(Part::Messages(waiting)) = state.parts.back_mut() {
            waiting.extend(messages.drain(..));
        } else {
            let waiting = messages.drain(..).collect();
            state.parts.push_back(Part::Messages(waiting));
        }
        drop(state);
        self.filled.notify_one();
    }

    /// Adds what happened to the connection.
    pub(crate) fn tell(&self, event: Event) {
        let mut state = self.lock();
        let is_same = |part: &mut Part| {
            matches!((part, &event), (Part::Event(Event::Disconnected(_)), Event::Disconnected(_)))
        };
        // While nobody takes anything, attempts to connect do not pile up.
        if state.parts.back_mut().is_some_and(is_same) {
            state.parts.pop_back();
        }
        state.parts.push_back(Part::Event(event));
        drop(state);
        self.filled.notify_one();
    }

    /// Whether more may be read.
    pub(crate) fn has_room(&self) -> bool {
        self.lock().has_room()
    }

    /// Waits until something is there and takes the next event, or up to `most` messages.
    pub(crate) async fn take(&self, into: &mut Vec<Message>, most: usize) -> Event {
        loop {
            let event = self.try_take(into, most.max(1));
            match event {
                Some(event) => return event,
                None => self.filled.notified().await,
            }
        }
    }

    fn try_take(&self, into: &mut Vec<Message>, most: usize) -> Option<Event> {
        let mut state = self.lock();
        let was_full = !state.has_room();
        let event = match state.parts.pop_front()? {
            Part::Event(event) => event,
            Part::Messages(mut waiting) => {
                let taken = into.len();
                into.extend(waiting.drain(..most.min(waiting.len())));
                let taken = into.get(taken..).unwrap_or_default();
                state.messages -= taken.len();
                state.bytes -= taken.iter().map(weight).sum::<usize>();
                if !waiting.is_empty() {
                    state.parts.push_front(Part::Messages(waiting));
                }
                Event::Messages
            }
        };
        let is_full = !state.has_room();
        drop(state);
        if was_full && !is_full {
            self.turned.notify_one();
        }
        Some(event)
    }

    /// Hands an acknowledgement to the thread.
    pub(crate) fn acknowledge(&self, token: Token) {
        let mut state = self.lock();
        state.tokens.push(token);
        let is_first = state.tokens.len() == 1;
        drop(state);
        if is_first {
            self.turned.notify_one();
        }
    }

    /// Takes all acknowledgements.
    pub(crate) fn take_tokens(&self, into: &mut Vec<Token>) {
        into.clear();
        std::mem::swap(&mut self.lock().tokens, into);
    }

    /// Tells the thread to end.
    pub(crate) fn end(&self) {
        self.lock().is_ending = true;
        self.turned.notify_one();
    }

    /// Whether the thread is to end.
    pub(crate) fn is_ending(&self) -> bool {
        self.lock().is_ending
    }

    /// Waits until the program has done something that concerns the thread.
    pub(crate) async fn turned(&self) {
        self.turned.notified().await;
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

fn weight(message: &Message) -> usize {
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

    fn taken(handover: &Handover, most: usize) -> Option<usize> {
        let mut messages = Vec::new();
        handover.try_take(&mut messages, most).map(|_| messages.len())
    }

    #[test]
    fn batches_that_wait_are_taken_as_one() {
        let handover = Handover::default();
        handover.put(&mut vec![message(1), message(2)]);
        handover.put(&mut vec![message(3)]);
        assert_eq!([taken(&handover, 2), taken(&handover, 2), taken(&handover, 2)], [Some(2), Some(1), None]);
    }

    #[test]
    fn an_event_keeps_its_place_between_messages() {
        let handover = Handover::default();
        handover.put(&mut vec![message(1)]);
        handover.tell(Event::Disconnected(Error::Unavailable));
        handover.put(&mut vec![message(1), message(1)]);
        assert_eq!(
            [taken(&handover, 9), taken(&handover, 9), taken(&handover, 9)],
            [Some(1), Some(0), Some(2)]
        );
    }

    #[test]
    fn it_is_full_by_count_and_by_bytes_until_enough_is_taken() {
        let handover = Handover::default();
        handover.put(&mut (0..MOST_MESSAGES).map(|_| message(0)).collect());
        assert!(!handover.has_room());
        taken(&handover, 1);
        assert!(handover.has_room());
        handover.put(&mut vec![message(MOST_BYTES)]);
        assert!(!handover.has_room());
        taken(&handover, MOST_MESSAGES);
        assert!(handover.has_room());
    }

    #[test]
    fn failures_to_connect_do_not_pile_up() {
        let handover = Handover::default();
        (0..9).for_each(|_| handover.tell(Event::Disconnected(Error::Unavailable)));
        assert_eq!([taken(&handover, 1), taken(&handover, 1)], [Some(0), None]);
    }
}
