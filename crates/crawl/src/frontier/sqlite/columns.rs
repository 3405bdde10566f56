//! How values are stored: enums as small numbers, times in milliseconds since 1970.

use copydesk_clean::ChangeKind;
use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::frontier::{DiscoverySource, RunEnd, UrlKind, UrlState, VisitOutcome};

/// The numbers are in the files of users, so none is ever changed or reused.
macro_rules! codes {
    ($($name:ident { $($variant:ident = $code:literal,)+ })+) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let code: i64 = match self { $(Self::$variant => $code),+ };
                Ok(code.into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_i64()? {
                    $($code => Ok(Self::$variant),)+
                    other => Err(FromSqlError::OutOfRange(other)),
                }
            }
        }
    )+};
}

codes! {
    UrlKind { Page = 1, Hub = 2, Feed = 3, Sitemap = 4, Unknown = 5, }
    DiscoverySource { Seed = 1, Feed = 2, Sitemap = 3, Link = 4, Redirect = 5, }
    UrlState { Active = 1, Gone = 2, Alias = 3, Excluded = 4, }
    VisitOutcome {
        New = 1, Changed = 2, Unchanged = 3, NotModified = 4, Gone = 5, Missing = 6, Empty = 7,
        Excluded = 8, Links = 9, Alias = 10, Robots = 11, Failed = 12,
    }
    RunEnd { Complete = 1, Budget = 2, Stopped = 3, Failed = 4, }
}

/// A [`ChangeKind`]. A wrapper, because the type is of another crate.
#[derive(Clone, Copy)]
pub(super) struct ChangeColumn(pub(super) ChangeKind);

impl ToSql for ChangeColumn {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let code: i64 = match self.0 {
            ChangeKind::New => 1,
            ChangeKind::Changed => 2,
            ChangeKind::Gone => 3,
        };
        Ok(code.into())
    }
}

impl FromSql for ChangeColumn {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            1 => Ok(Self(ChangeKind::New)),
            2 => Ok(Self(ChangeKind::Changed)),
            3 => Ok(Self(ChangeKind::Gone)),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

/// A time, truncated to the millisecond.
#[derive(Clone, Copy)]
pub(super) struct TimeColumn(pub(super) Timestamp);

impl ToSql for TimeColumn {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for TimeColumn {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = value.as_i64()?;
        Timestamp::from_millisecond(millis).map(Self).map_err(|_| FromSqlError::OutOfRange(millis))
    }
}

/// The time of a number of milliseconds since 1970, clamped to the range of [`Timestamp`].
pub(super) fn time(millis: i64) -> Timestamp {
    let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(nearest)
}

/// A count for a column. Counts above `i64::MAX` do not occur in practice and are clamped.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from a column. A damaged file may contain negative ones, which become 0.
pub(super) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(value: &dyn ToSql) -> i64 {
        match value.to_sql().unwrap() {
            ToSqlOutput::Owned(rusqlite::types::Value::Integer(code)) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_value_has_its_own_code_and_is_read_back() {
        macro_rules! check {
            ($($name:ident)+) => {$(
                for (expected, value) in (1..).zip($name::ALL) {
                    let code = code(value);
                    assert_eq!(code, expected, "{value}");
                    assert_eq!($name::column_result(ValueRef::Integer(code)).unwrap(), *value);
                }
                assert!($name::column_result(ValueRef::Integer(99)).is_err());
            )+};
        }
        check!(UrlKind DiscoverySource UrlState VisitOutcome RunEnd);
        for change in [ChangeKind::New, ChangeKind::Changed, ChangeKind::Gone] {
            let code = code(&ChangeColumn(change));
            assert_eq!(ChangeColumn::column_result(ValueRef::Integer(code)).unwrap().0, change);
        }
    }

    #[test]
    fn times_are_stored_to_the_millisecond() {
        let precise: Timestamp = "2026-03-29T00:59:59.123456Z".parse().unwrap();
        let kept =
            TimeColumn::column_result(ValueRef::Integer(code(&TimeColumn(precise)))).unwrap();
        assert_eq!(kept.0.to_string(), "2026-03-29T00:59:59.123Z");
        assert!(TimeColumn::column_result(ValueRef::Integer(i64::MAX)).is_err());
    }
}
