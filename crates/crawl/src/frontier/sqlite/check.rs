//! Checks whether a state is consistent, and repairs derived data.
//!
//! Counts and queues are derived from the URLs, so they can be computed again. Damage of the file, of records or
//! of marks cannot be repaired without guessing, so it is only reported.

use rusqlite::{Connection, ErrorCode, params};

use super::failure::StoreResult;
use super::urls::{self, HOST_SHIFT};
use crate::frontier::CheckFinding;

/// Findings of `SQLite`'s own check that are reported. A damaged file can have millions.
const MAX_REPORTED: usize = 20;

/// A query that must return no rows, and what it means if it does.
struct IntegrityRule {
    sql: &'static str,
    message: &'static str,
    can_be_repaired: bool,
}

const RULES: &[IntegrityRule] = &[
    IntegrityRule {
        sql: "SELECT 1 FROM (SELECT job, state, count(*) AS urls FROM urls GROUP BY job, state) r
              FULL JOIN (SELECT * FROM counts WHERE urls <> 0) c ON c.job = r.job AND c.state = r.state
              WHERE r.urls IS NOT c.urls",
        message: "wrong counts of URLs by state",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM (SELECT job, pattern, count(*) AS urls FROM urls WHERE pattern IS NOT NULL
              GROUP BY job, pattern) r
              FULL JOIN patterns p ON p.job = r.job AND p.hash = r.pattern WHERE r.urls IS NOT p.urls",
        message: "wrong counts of URLs by pattern",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM (SELECT host, job, min(next_visit) AS due FROM urls INDEXED BY urls_due
              WHERE next_visit IS NOT NULL GROUP BY host, job) r
              FULL JOIN queues q ON q.host = r.host AND q.job = r.job WHERE r.due IS NOT q.due",
        message: "queues with a wrong time of the first due URL",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM queues q LEFT JOIN hosts h ON h.id = q.host WHERE q.ready IS NOT NULL
              AND q.ready < 9223372036854775807 AND q.ready > max(coalesce(h.leased_until, -1e18), coalesce(h.next_at, -1e18),
              coalesce(h.back_off_until, -1e18))",
        message: "queues that wait longer than their hosts",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM texts t LEFT JOIN urls u ON u.id = t.url WHERE u.id IS NULL",
        message: "texts of unknown URLs",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM robots r LEFT JOIN hosts h ON h.id = r.host WHERE h.id IS NULL",
        message: "robots.txt files of unknown hosts",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM hosts WHERE (owner IS NULL) <> (leased_until IS NULL)",
        message: "host leases without an owner or an end",
        can_be_repaired: true,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM urls u LEFT JOIN hosts h ON h.id = u.host LEFT JOIN jobs j ON j.id = u.job
              WHERE h.id IS NULL OR j.id IS NULL OR u.host <> u.id >> {shift}
              OR (u.id & ((1 << {shift}) - 1)) > h.last_number",
        message: "URLs of an unknown or wrong host or job",
        can_be_repaired: false,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM urls a JOIN urls b INDEXED BY urls_by_hash
              ON b.job = a.job AND b.hash = a.hash AND b.id > a.id WHERE a.url = b.url",
        message: "duplicate URLs",
        can_be_repaired: false,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM outbox o LEFT JOIN jobs j ON j.id = o.job
              LEFT JOIN runs r ON r.id = o.run WHERE j.id IS NULL OR r.job IS NOT o.job",
        message: "records in the outbox of an unknown or wrong job or run",
        can_be_repaired: false,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM outputs o LEFT JOIN jobs j ON j.id = o.job WHERE j.id IS NULL OR o.covered >
              coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)",
        message: "outputs ahead of the outbox",
        can_be_repaired: false,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM runs GROUP BY job HAVING count(*) > sum(ended_at IS NOT NULL) + 1",
        message: "jobs with several open runs",
        can_be_repaired: false,
    },
    IntegrityRule {
        sql: "SELECT 1 FROM runs r LEFT JOIN jobs j ON j.id = r.job WHERE j.id IS NULL
              UNION ALL SELECT 1 FROM notes n LEFT JOIN jobs j ON j.id = n.job WHERE j.id IS NULL
              UNION ALL SELECT 1 FROM hours h LEFT JOIN jobs j ON j.id = h.job WHERE j.id IS NULL",
        message: "runs, notes or hourly counts of unknown jobs",
        can_be_repaired: false,
    },
];

/// Checks a whole state, in one transaction.
pub(super) fn check(db: &Connection) -> StoreResult<Vec<CheckFinding>> {
    let mut findings = integrity(db)?;
    if !findings.is_empty() {
        // Queries on a damaged file can return anything, so their results would mislead.
        return Ok(findings);
    }
    for rule in RULES {
        let sql = rule.sql.replace("{shift}", &HOST_SHIFT.to_string());
        let sql = format!("SELECT count(*) FROM ({sql})");
        let count: i64 = db.query_row(&sql, [], |row| row.get(0))?;
        if count > 0 {
            findings.push(CheckFinding {
                message: format!("{}: {count}", rule.message),
                can_be_repaired: rule.can_be_repaired,
            });
        }
    }
    let lost = count_wrong_hashes(db)?;
    if lost > 0 {
        let message = format!("URLs with a wrong hash: {lost}");
        findings.push(CheckFinding { message, can_be_repaired: false });
    }
    Ok(findings)
}

fn integrity(db: &Connection) -> StoreResult<Vec<CheckFinding>> {
    let mut select = db.prepare(&format!("PRAGMA integrity_check({MAX_REPORTED})"))?;
    let mut findings = Vec::new();
    for line in select.query_map([], |row| row.get::<_, String>(0))? {
        let line = match line {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                error.to_string()
            }
            line => line?,
        };
        if line != "ok" {
            let message = format!("the file is damaged: {line}");
            findings.push(CheckFinding { message, can_be_repaired: false });
        }
    }
    Ok(findings)
}

fn count_wrong_hashes(db: &Connection) -> StoreResult<u64> {
    let mut lost = 0;
    let mut select = db.prepare("SELECT url, hash FROM urls")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if urls::hash_of(row.get_ref(0)?.as_str().unwrap_or_default()) != row.get::<_, i64>(1)? {
            lost += 1;
        }
    }
    Ok(lost)
}

/// Computes derived data again.
pub(super) fn repair(db: &Connection) -> StoreResult<()> {
    db.execute_batch(
        "DELETE FROM counts;
         INSERT INTO counts SELECT job, state, count(*) FROM urls GROUP BY job, state;
         DELETE FROM patterns;
         INSERT INTO patterns SELECT job, pattern, count(*) FROM urls WHERE pattern IS NOT NULL
         GROUP BY job, pattern;
         DELETE FROM texts WHERE url NOT IN (SELECT id FROM urls);
         DELETE FROM robots WHERE host NOT IN (SELECT id FROM hosts);
         UPDATE hosts SET owner = NULL, leased_until = NULL
         WHERE (owner IS NULL) <> (leased_until IS NULL);
         DELETE FROM queues;",
    )?;
    // NULL in `ready` is always valid: a lease checks the row of the host again.
    db.execute(
        "INSERT INTO queues (host, job, due, ready) SELECT host, job, min(next_visit), ?1
         FROM urls INDEXED BY urls_due WHERE next_visit IS NOT NULL GROUP BY host, job",
        params![None::<i64>],
    )?;
    Ok(())
}
