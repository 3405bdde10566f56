//! Counts of URLs by state, and by pattern where the pattern has a limit. They are stored, because counting
//! millions of rows for the status page would take too long.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::failure::StoreResult;
use crate::frontier::UrlState;

/// Changes of a job's counts, collected so that each row is written once.
#[derive(Default)]
pub(super) struct CountChanges {
    states: BTreeMap<UrlState, i64>,
    /// By pattern: the stored count, and its change.
    patterns: BTreeMap<i64, (i64, i64)>,
}

impl CountChanges {
    /// Counts the change of a URL from one state to another. `None` means that the URL does not exist.
    pub(super) fn change_state(&mut self, from: Option<UrlState>, to: Option<UrlState>) {
        if from != to {
            if let Some(from) = from {
                *self.states.entry(from).or_default() -= 1;
            }
            if let Some(to) = to {
                *self.states.entry(to).or_default() += 1;
            }
        }
    }

    /// Counts a new URL of a pattern, and returns whether the pattern had room for it.
    pub(super) fn admit_to_pattern(
        &mut self,
        db: &Connection,
        job: i64,
        pattern: i64,
        limit: u32,
    ) -> StoreResult<bool> {
        let count = self.pattern(db, job, pattern)?;
        let is_admitted = count.0 + count.1 < i64::from(limit);
        if is_admitted {
            count.1 += 1;
        }
        Ok(is_admitted)
    }

    /// Counts the removal of a URL of a pattern.
    pub(super) fn remove_from_pattern(
        &mut self,
        db: &Connection,
        job: i64,
        pattern: i64,
    ) -> StoreResult<()> {
        self.pattern(db, job, pattern)?.1 -= 1;
        Ok(())
    }

    fn pattern(&mut self, db: &Connection, job: i64, pattern: i64) -> StoreResult<&mut (i64, i64)> {
        use std::collections::btree_map::Entry;
        match self.patterns.entry(pattern) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let stored: Option<i64> = db
                    .prepare_cached("SELECT urls FROM patterns WHERE job = ?1 AND hash = ?2")?
                    .query_row([job, pattern], |row| row.get(0))
                    .optional()?;
                Ok(entry.insert((stored.unwrap_or(0), 0)))
            }
        }
    }

    pub(super) fn write(&self, db: &Connection, job: i64) -> StoreResult<()> {
        for (state, change) in self.states.iter().filter(|(_, change)| **change != 0) {
            db.prepare_cached(
                "INSERT INTO counts (job, state, urls) VALUES (?1, ?2, ?3)
                 ON CONFLICT (job, state) DO UPDATE SET urls = urls + excluded.urls",
            )?
            .execute(params![job, state, change])?;
        }
        for (pattern, (stored, change)) in &self.patterns {
            match stored + change {
                _ if *change == 0 => {}
                ..=0 => {
                    db.prepare_cached("DELETE FROM patterns WHERE job = ?1 AND hash = ?2")?
                        .execute([job, *pattern])?;
                }
                count => {
                    db.prepare_cached(
                        "INSERT OR REPLACE INTO patterns (job, hash, urls) VALUES (?1, ?2, ?3)",
                    )?
                    .execute([job, *pattern, count])?;
                }
            }
        }
        Ok(())
    }
}
