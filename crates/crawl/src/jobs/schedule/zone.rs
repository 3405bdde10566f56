//! Time zones by their names.

use jiff::tz::{self, TimeZone};

use super::ScheduleError;
use copydesk_core::string_enum::nearest;

/// The zone of this IANA name, from the system's database or else the one that comes with the program.
pub(super) fn find_zone(written: &str) -> Result<TimeZone, ScheduleError> {
    let unknown =
        || ScheduleError::Zone { written: written.into(), nearest: nearest_zone_name(written) };
    // It is a zone to the library, but no place has it.
    if written.eq_ignore_ascii_case("Etc/Unknown") {
        return Err(unknown());
    }
    TimeZone::get(written).map_err(|_| unknown())
}

/// The zone that was most likely meant: misspelled, or a city without its continent.
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
