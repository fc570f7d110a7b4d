//! Bounded cache by topic.

use std::collections::HashMap;

/// A bounded cache that drops entries without recent use.
///
/// It has two generations. An entry that is used moves to the young generation; when that is full, it becomes the old
/// one, and the previous old one is dropped. A lookup costs one hash, and no order has to be maintained.
#[derive(Debug)]
pub struct Cache<T> {
    young: HashMap<Box<str>, T>,
    old: HashMap<Box<str>, T>,
    generation: usize,
}

impl<T: Clone> Cache<T> {
    /// Creates a cache for at most `most` topics.
    pub fn new(most: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation: (most / 2).max(1) }
    }

    /// Looks up a topic.
    pub fn get(&mut self, topic: &str) -> Option<T> {
        if let Some(kept) = self.young.get(topic) {
            return Some(kept.clone());
        }
        let (topic, kept) = self.old.remove_entry(topic)?;
        self.keep(topic, kept.clone());
        Some(kept)
    }

    /// Inserts the value of a topic.
    pub fn insert(&mut self, topic: &str, value: T) {
        self.old.remove(topic);
        self.keep(topic.into(), value);
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    fn keep(&mut self, topic: Box<str>, value: T) {
        if self.young.len() >= self.generation {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(topic, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recently_used_entries_stay_and_others_are_dropped() {
        let mut cache = Cache::new(4);
        cache.insert("busy", 0);
        for n in 1..100 {
            cache.insert(&n.to_string(), n);
            assert_eq!(cache.get("busy"), Some(0), "after {n}");
            assert!(cache.young.len() + cache.old.len() <= 4);
        }
        assert_eq!(cache.get("1"), None);
        assert_eq!(cache.get("99"), Some(99));
        cache.clear();
        assert_eq!(cache.get("99"), None);
    }
}
