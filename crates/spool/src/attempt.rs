//! Statements on a file that may turn out to be damaged, to be gone, or to be on a full disk.

use rusqlite::Connection;

use crate::file::{Failed, SpoolFile};
use crate::removals::Removals;
use crate::rows::Read;
use crate::{BatchId, Error, Spool, queue, removals, reserve};

impl Spool {
    /// Runs statements that change nothing. Damage they find is for the next call that may replace the file.
    pub(crate) fn read<T>(&self, act: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.file.read(act).map_err(|failed| failed.into_error(&self.path))
    }

    /// Runs statements all or nothing, in the file that is at the path then.
    pub(crate) fn write<T>(
        &mut self,
        act: impl Fn(&SpoolFile, &Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        match self.file.write(|connection| act(&self.file, connection)) {
            Ok(value) => return Ok(value),
            Err(failed) => self.recover(failed)?,
        }
        let again = self.file.write(|connection| act(&self.file, connection));
        again.map_err(|failed| failed.into_error(&self.path))
    }

    /// The first batch for `destination` that is not known to be removed up to some row.
    pub(crate) fn next(&mut self, destination: &str) -> Result<Option<Read>, Error> {
        match self.try_next(destination) {
            Ok(next) => return Ok(next),
            Err(failed) => self.recover(failed)?,
        }
        self.try_next(destination).map_err(|failed| failed.into_error(&self.path))
    }

    /// Removes and counts a damaged batch.
    pub(crate) fn discard(&mut self, id: BatchId) -> Result<(), Error> {
        match self.write(|file, connection| queue::discard(connection, file.name, id)) {
            Err(error) if error.is_disk() => self.remove_on_full_disk(&[id], error),
            discarded => discarded,
        }
    }

    /// Removes batches where that failed because of the disk: now, if there is a reserve to give up, or later.
    pub(crate) fn remove_on_full_disk(&mut self, ids: &[BatchId], error: Error) -> Result<(), Error> {
        if !self.removals.have_room_for(ids.len()) {
            return Err(error);
        }
        let is_first = self.removals.is_empty();
        self.remember(ids)?;
        if self.has_reserve && reserve::give_up(&self.path) {
            self.has_reserve = false;
            if self.settle().is_ok() {
                return Ok(());
            }
        }
        if is_first {
            let (error, spool) = (fault::chain(&error), self.path.display());
            tracing::warn!(error, %spool, "what was delivered cannot be removed from the spool yet");
        }
        Ok(())
    }

    /// Makes sure that there is something to give up when the disk is full the next time.
    pub(crate) fn renew_reserve(&mut self) {
        self.has_reserve = self.has_reserve || reserve::keep(&self.path);
    }

    /// Remembers removals that the disk does not take now.
    fn remember(&mut self, ids: &[BatchId]) -> Result<(), Error> {
        for id in ids.iter().filter(|id| id.file == self.file.name) {
            let removals = &mut self.removals;
            let added = self.file.read(|connection| removals.add(connection, *id));
            added.map_err(|failed| failed.into_error(&self.path))?;
        }
        Ok(())
    }

    /// Makes good for the removals that the disk did not take.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        while !self.removals.is_empty() {
            let ids = self.removals.next();
            self.write(|file, connection| removals::remove(connection, file.name, &ids))?;
            self.removals.forget(&ids);
        }
        Ok(())
    }

    fn try_next(&self, destination: &str) -> Result<Option<Read>, Failed> {
        let (behind, removed) = (self.removals.passed(destination), self.removals.sum(destination));
        self.file.read(|connection| queue::next(connection, self.file.name, destination, behind, removed))
    }

    /// Prepares another attempt: goes over to another file, or makes room in this one.
    fn recover(&mut self, failed: Failed) -> Result<(), Error> {
        self.file = match failed {
            Failed::Moved => self.file.reopen()?,
            Failed::Damaged(reason) => self.file.replace(&reason)?,
            // The log may be full of pages that could be in the file by now, so that it can begin anew.
            Failed::Error(error) if error.is_disk() => return self.file.write_back().map_err(|_| error),
            Failed::Error(error) => return Err(error),
        };
        // They speak of batches in the other file.
        self.removals = Removals::default();
        Ok(())
    }
}
