//! The time zone of local times in imported files, as users name it.

use crate::protocol::{ErrorCode, IpcError};
use zafu_core::message;
use zafu_formats::{TZ_VARIANTS, Tz};

/// How similar a name has to be to be suggested, of at most 1.
const MIN_SIMILARITY: f64 = 0.85;

/// Returns the zone with this name, in upper or lower case, or of this UTC offset of whole hours, such as `+02:00`. Without a
/// name, returns that of the environment or of the system; UTC if that is not known.
///
/// # Errors
/// [`ErrorCode::BadRequest`] if there is no such zone.
pub(super) fn zone(name: Option<&str>) -> Result<Tz, IpcError> {
    let Some(name) = name else {
        let name = environment_zone().or_else(|| iana_time_zone::get_timezone().ok());
        return Ok(name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC));
    };
    let found = || TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)).copied();
    if let Some(zone) = name.parse().ok().or_else(|| of_offset(name)).or_else(found) {
        return Ok(zone);
    }
    let message = match similar(name) {
        Some(zone) => {
            message!("import-unknown-zone-similar", similar = zone.name(), zone = name)
        }
        None => message!("import-unknown-zone", zone = name),
    };
    Err(IpcError::new(ErrorCode::BadRequest, message))
}

/// Returns the zone that the environment variable `TZ` names, as sits are recorded with it; `None` if it names none of the
/// IANA database.
#[must_use]
pub fn environment_zone() -> Option<String> {
    named(&std::env::var("TZ").ok()?)
}

fn named(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(':').unwrap_or(variable);
    name.parse().ok().map(|zone: Tz| zone.name().to_owned())
}

/// Returns the zone of a UTC offset such as `+02:00`, `-0300` or `+2`. There are zones for whole hours only.
fn of_offset(text: &str) -> Option<Tz> {
    let (sign, digits) = match text.strip_prefix('+') {
        Some(digits) => ('-', digits),
        None => ('+', text.strip_prefix(['-', '−'])?),
    };
    let hours = match digits.split_once(':') {
        Some((hours, "00")) => hours,
        Some(_) => return None,
        None => digits.strip_suffix("00").filter(|hours| hours.len() == 2).unwrap_or(digits),
    };
    let is_number = (1..=2).contains(&hours.len()) && hours.bytes().all(|it| it.is_ascii_digit());
    let hours: u8 = hours.parse().ok().filter(|_| is_number)?;
    // These names have the sign of POSIX: hours to add to the local time.
    format!("Etc/GMT{sign}{hours}").parse().ok()
}

/// Returns the zone whose name, or whose city, is most similar to `name`.
fn similar(name: &str) -> Option<Tz> {
    let lower = |text: &str| text.to_lowercase().replace(' ', "_");
    let name = lower(name);
    let similarity = |zone: &Tz| {
        let zone = lower(zone.name());
        let city = zone.rsplit('/').next().unwrap_or(&zone);
        strsim::jaro_winkler(&zone, &name).max(strsim::jaro_winkler(city, &name))
    };
    TZ_VARIANTS
        .iter()
        .map(|zone| (similarity(zone), *zone))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, zone)| zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_name_in_any_case_and_by_an_offset_of_whole_hours() {
        for (name, expected) in [
            ("Europe/Berlin", Tz::Europe__Berlin),
            ("europe/berlin", Tz::Europe__Berlin),
            ("AMERICA/NEW_YORK", Tz::America__New_York),
            ("utc", Tz::UTC),
            ("+02:00", Tz::Etc__GMTMinus2),
            ("+0200", Tz::Etc__GMTMinus2),
            ("+2", Tz::Etc__GMTMinus2),
            ("-11:00", Tz::Etc__GMTPlus11),
            ("+00:00", Tz::Etc__GMTMinus0),
        ] {
            assert_eq!(zone(Some(name)).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn an_unknown_zone_is_rejected_with_a_similar_one_if_there_is_one() {
        for (name, similar) in [
            ("Europe/Berlni", Some("Europe/Berlin")),
            ("berlin", Some("Europe/Berlin")),
            ("New York", Some("America/New_York")),
            ("Mars/Olympus", None),
            ("+05:30", None),
            ("+25", None),
            ("+", None),
            ("", None),
        ] {
            let error = zone(Some(name)).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            let expected = match similar {
                Some(similar) => {
                    message!("import-unknown-zone-similar", similar = similar, zone = name)
                }
                None => message!("import-unknown-zone", zone = name),
            };
            assert_eq!(error.message, expected);
        }
    }

    #[test]
    fn the_variable_of_the_environment_names_a_zone_or_none() {
        let zone = |variable: &str| named(variable);
        assert_eq!(zone("Asia/Tokyo").as_deref(), Some("Asia/Tokyo"));
        assert_eq!(zone(":Asia/Tokyo").as_deref(), Some("Asia/Tokyo"));
        for other in ["", "JST-9", "/usr/share/zoneinfo/Asia/Tokyo"] {
            assert_eq!(zone(other), None, "{other}");
        }
    }
}
