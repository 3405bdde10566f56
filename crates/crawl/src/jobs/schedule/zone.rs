//! Time zones by name.

use jiff::tz::{self, TimeZone};

use super::ScheduleError;
use copydesk_core::string_enum::nearest;

/// The time zone of an IANA name, from the database of the system, or otherwise from the embedded one.
pub(super) fn find_zone(written: &str) -> Result<TimeZone, ScheduleError> {
    let unknown =
        || ScheduleError::Zone { written: written.into(), nearest: nearest_zone_name(written) };
    // The library accepts this name, but it means that the zone is unknown.
    if written.eq_ignore_ascii_case("Etc/Unknown") {
        return Err(unknown());
    }
    TimeZone::get(written).map_err(|_| unknown())
}

/// The most similar name: a different spelling, or a city without its continent.
fn nearest_zone_name(written: &str) -> Option<String> {
    let names: Vec<String> = tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let plain = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let got = plain(written);
    let plain: Vec<(String, &String)> = names.iter().map(|name| (plain(name), name)).collect();
    let city = |name: &str| name.rsplit('/').next().is_some_and(|city| city == got);
    if let Some((_, name)) = plain.iter().find(|(plain, _)| city(plain)) {
        return Some((*name).clone());
    }
    let near = nearest(&got, plain.iter().map(|(plain, _)| plain.as_str()))?;
    plain.iter().find(|(plain, _)| plain == near).map(|(_, name)| (*name).clone())
}
