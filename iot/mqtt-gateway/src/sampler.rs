//! Sampling of dead letters: a few per topic and hour, so that a flood of faulty messages does not fill the disk.

use std::collections::HashMap;
use std::time::Duration;

use record::Timestamp;
use serde_json::json;
use tokio::time::Instant;

/// Largest number of topics counted separately. Beyond it, all others count as one.
const MOST_TOPICS: usize = 1_000;
/// Bytes of a payload kept in a dead letter.
const LONGEST_PAYLOAD: usize = 16 * 1024;
const HOUR: Duration = Duration::from_hours(1);

/// Decides which faulty messages become dead letters.
#[derive(Debug)]
pub struct Sampler {
    most: u32,
    began: Instant,
    taken: HashMap<Box<str>, u32>,
}

impl Sampler {
    /// Creates a sampler that takes at most `most` messages per topic and hour.
    pub fn new(most: u32, now: Instant) -> Self {
        Self { most, began: now, taken: HashMap::new() }
    }

    /// Whether one more message of a topic becomes a dead letter.
    pub fn takes(&mut self, topic: &str, now: Instant) -> bool {
        if now.duration_since(self.began) >= HOUR {
            self.began = now;
            self.taken.clear();
        }
        let topic = if self.taken.len() < MOST_TOPICS || self.taken.contains_key(topic) { topic } else { "" };
        let taken = match self.taken.get_mut(topic) {
            Some(taken) => taken,
            None => self.taken.entry(topic.into()).or_default(),
        };
        *taken = taken.saturating_add(1);
        *taken <= self.most
    }
}

/// Builds the dead letter of a message.
pub fn dead_letter(topic: &str, payload: &[u8], arrival: Timestamp) -> String {
    let kept = payload.get(..LONGEST_PAYLOAD).unwrap_or(payload);
    let text = String::from_utf8_lossy(kept);
    let mut letter = json!({ "topic": topic, "payload": text, "arrival": arrival.to_string() });
    if kept.len() < payload.len()
        && let Some(members) = letter.as_object_mut()
    {
        members.insert("bytes".to_owned(), payload.len().into());
    }
    letter.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_of_each_topic_and_hour_are_taken() {
        let start = Instant::now();
        let mut sampler = Sampler::new(2, start);
        let taken = |sampler: &mut Sampler, topic: &str, after: u64| {
            let now = start + Duration::from_secs(after);
            (0..5).filter(|_| sampler.takes(topic, now)).count()
        };
        assert_eq!(taken(&mut sampler, "a", 0), 2);
        assert_eq!(taken(&mut sampler, "b", 10), 2);
        assert_eq!(taken(&mut sampler, "a", 3_599), 0);
        assert_eq!(taken(&mut sampler, "a", 3_600), 2);
    }

    #[test]
    fn a_flood_of_topics_is_limited() {
        let now = Instant::now();
        let mut sampler = Sampler::new(1, now);
        let taken = (0..10_000).filter(|at| sampler.takes(&at.to_string(), now)).count();
        assert_eq!(taken, MOST_TOPICS + 1);
    }

    #[test]
    fn a_letter_holds_the_beginning_of_a_long_payload() {
        let letter = dead_letter("a/b", &vec![b'x'; 1 << 20], Timestamp::UNIX_EPOCH);
        assert!(letter.len() < 20_000 && letter.contains("\"bytes\":1048576"));
    }
}
