//! Dead letters: an object with a line of JSON for each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spool::{DeadLetter, Limits};

use crate::Error;
use crate::name::{DEAD_LETTERS, Item};
use crate::remote::RemoteSpool;

/// A dead letter, as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    destination: String,
    record: String,
    reason: String,
    at: Timestamp,
}

impl RemoteSpool {
    /// Keeps letters for a person to look at, all or none. They are durable when this returns.
    ///
    /// The oldest go where there are more than [`Limits::DEAD_LETTERS`] or [`Limits::dead_letter_bytes`].
    ///
    /// # Errors
    ///
    /// The reason why they are not kept.
    pub async fn bury(&self, letters: &[DeadLetter]) -> Result<(), Error> {
        if letters.is_empty() {
            return Ok(());
        }
        let mut items = self.letter_items().await?;
        let content: String = letters.iter().map(line).collect();
        let sequence = items.last().map_or(1, |last| last.sequence.saturating_add(1));
        let count = u64::try_from(letters.len()).unwrap_or(u64::MAX);
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let item = Item::new(DEAD_LETTERS, sequence, Timestamp::now(), count, bytes);
        self.storage.write(&item.name, content.as_bytes()).await?;
        items.push(item);
        self.forget_oldest(&items).await
    }

    /// Every dead letter, oldest first.
    ///
    /// # Errors
    ///
    /// The reason why they cannot be read.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, Error> {
        let mut letters = Vec::new();
        for item in self.letter_items().await? {
            let Some(content) = self.storage.read(&item.name, self.largest()).await? else { continue };
            // A line that cannot be read stays for a person.
            let lines =
                content.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
            letters.extend(lines.map(|Line { destination, record, reason, at }| DeadLetter {
                destination,
                record,
                reason,
                at,
            }));
        }
        Ok(letters)
    }

    /// Puts other letters in the place of one. Without others it is removed. A letter that is gone is no error.
    ///
    /// A run that is killed meanwhile leaves both.
    ///
    /// # Errors
    ///
    /// The reason why it is still there.
    pub async fn replace_letter(&self, letter: &DeadLetter, others: &[DeadLetter]) -> Result<(), Error> {
        for item in self.letter_items().await? {
            let Some(content) = self.storage.read(&item.name, self.largest()).await? else { continue };
            let lines: Vec<_> = content.split_inclusive(|byte| *byte == b'\n').collect();
            let wanted = line(letter);
            let Some(index) = lines.iter().position(|line| *line == wanted.as_bytes()) else { continue };
            self.bury(others).await?;
            let mut left = lines;
            left.remove(index);
            if !left.is_empty() {
                let left = left.concat();
                let bytes = u64::try_from(left.len()).unwrap_or(u64::MAX);
                // In its place in the order.
                let shorter = Item::new(
                    DEAD_LETTERS,
                    item.sequence,
                    item.spooled_at,
                    item.records.saturating_sub(1),
                    bytes,
                );
                self.storage.write(&shorter.name, &left).await?;
            }
            return self.storage.remove(&item.name).await;
        }
        self.bury(others).await
    }

    async fn letter_items(&self) -> Result<Vec<Item>, Error> {
        let listed = self.storage.list(DEAD_LETTERS).await?;
        let mut items: Vec<_> = listed.iter().filter_map(|(name, bytes)| Item::parse(name, *bytes)).collect();
        items.sort_by(|a, b| (a.sequence, &a.name).cmp(&(b.sequence, &b.name)));
        Ok(items)
    }

    /// Removes the oldest letters beyond the limits, by whole objects.
    async fn forget_oldest(&self, items: &[Item]) -> Result<(), Error> {
        let mut count: u64 = items.iter().map(|item| item.records).sum();
        let mut bytes: u64 = items.iter().map(|item| item.bytes).sum();
        for item in items {
            if count <= Limits::DEAD_LETTERS && bytes <= self.limits().dead_letter_bytes() {
                break;
            }
            self.storage.remove(&item.name).await?;
            tracing::warn!(letters = item.records, "the oldest dead letters made room for newer ones");
            count -= item.records;
            bytes -= item.bytes;
        }
        Ok(())
    }
}

fn line(letter: &DeadLetter) -> String {
    let DeadLetter { destination, record, reason, at } = letter.clone();
    let line = serde_json::to_string(&Line { destination, record, reason, at });
    // Texts and a time always have a JSON form.
    line.unwrap_or_default() + "\n"
}
