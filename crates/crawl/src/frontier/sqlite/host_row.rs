//! The row of a host, which leases and queues share.

use rusqlite::{Connection, OptionalExtension, Row};

use super::failure::StoreResult;

/// A host, without its `robots.txt`. Times are in milliseconds since 1970.
pub(super) struct HostRow {
    pub(super) id: i64,
    pub(super) name: String,
    /// The number of the URL that was entered last; see [`super::urls::HOST_SHIFT`].
    pub(super) last_number: i64,
    /// The fencing token of the latest lease.
    pub(super) token: i64,
    pub(super) leased_until: Option<i64>,
    pub(super) next_at: Option<i64>,
    pub(super) back_off_until: Option<i64>,
}

/// The columns of [`HostRow::from_row`], of the table `hosts` under the name `h`.
macro_rules! host_columns {
    () => {
        "h.id, h.name, h.last_number, h.token, h.leased_until, h.next_at, h.back_off_until"
    };
}
pub(super) use host_columns;

impl HostRow {
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            last_number: row.get(2)?,
            token: row.get(3)?,
            leased_until: row.get(4)?,
            next_at: row.get(5)?,
            back_off_until: row.get(6)?,
        })
    }

    pub(super) fn by_id(db: &Connection, id: i64) -> StoreResult<Option<Self>> {
        let sql = concat!("SELECT ", host_columns!(), " FROM hosts h WHERE h.id = ?1");
        Ok(db.prepare_cached(sql)?.query_row([id], Self::from_row).optional()?)
    }

    pub(super) fn by_name(db: &Connection, name: &str) -> StoreResult<Option<Self>> {
        let sql = concat!("SELECT ", host_columns!(), " FROM hosts h WHERE h.name = ?1");
        Ok(db.prepare_cached(sql)?.query_row([name], Self::from_row).optional()?)
    }

    /// When it can be leased next: after its lease, its crawl delay and its back-off. `None` if none of
    /// them was ever set.
    pub(super) fn ready_at(&self) -> Option<i64> {
        [self.leased_until, self.next_at, self.back_off_until].into_iter().flatten().max()
    }

    pub(super) fn is_free(&self, now: i64) -> bool {
        self.ready_at().is_none_or(|ready| ready <= now)
    }
}
