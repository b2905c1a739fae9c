//! Classifies failed calls by their codes, never by their texts.

use crate::remote::Fault;

/// The class of a failed call, which determines how it is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// It passes: retry later.
    Transient,
    /// It took too long: retry later, with fewer rows.
    TooSlow,
    /// The access token was rejected: refresh it.
    Session,
    /// The token cannot be refreshed: the user must sign in.
    SignIn,
    /// The account is blocked, which only the owner of the project can change.
    Blocked,
    /// The project's key was rejected.
    Key,
    /// A row that was sent can never be stored.
    Row,
    /// A column that the server derives cannot be stored: the server is at fault, not the row.
    Derived,
    /// The request was too large.
    TooLarge,
    /// The account was deleted.
    Account,
    /// The server is misconfigured. Nothing that this device does will help.
    Configuration,
    /// Unknown: retry later; no row becomes a dead letter for it.
    Unknown,
}

/// Classifies a failed call.
#[must_use]
pub(crate) fn classify(fault: &Fault) -> ErrorClass {
    match fault {
        // Untrusted: the device leaves the intercepting network, the certificate is renewed, or the clock corrected.
        Fault::Unreachable | Fault::Untrusted(_) | Fault::InvalidResponse => ErrorClass::Transient,
        Fault::TimedOut => ErrorClass::TooSlow,
        Fault::OtherAccount => ErrorClass::SignIn,
        Fault::KeyRejected => ErrorClass::Key,
        Fault::Status { status, code } => code
            .as_deref()
            .and_then(|code| by_code(*status, code))
            .unwrap_or_else(|| by_status(*status)),
    }
}

fn by_code(status: u16, code: &str) -> Option<ErrorClass> {
    Some(match code {
        // Ours: see supabase/README.md.
        "PT401" => ErrorClass::Session,
        "PT410" => ErrorClass::Account,
        "PT412" => ErrorClass::Configuration,
        "PT413" => ErrorClass::TooLarge,
        "PT429" => ErrorClass::Transient,
        // PostgREST: its connection to the database; tokens; bodies; a schema that is not ours or not fresh.
        "PGRST000" | "PGRST001" | "PGRST002" | "PGRST003" => ErrorClass::Transient,
        "PGRST301" | "PGRST302" | "PGRST303" => ErrorClass::Session,
        "PGRST102" => ErrorClass::TooLarge,
        "PGRST202" | "PGRST204" | "PGRST205" => ErrorClass::Configuration,
        // The auth server.
        "refresh_token_not_found"
        | "refresh_token_already_used"
        | "session_not_found"
        | "session_expired"
        | "user_not_found" => ErrorClass::SignIn,
        "user_banned" => ErrorClass::Blocked,
        "conflict" | "over_request_rate_limit" => ErrorClass::Transient,
        "bad_jwt" | "no_authorization" => ErrorClass::Session,
        _ => return by_sqlstate(status, code),
    })
}

fn by_sqlstate(status: u16, code: &str) -> Option<ErrorClass> {
    if code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return None;
    }
    Some(match code {
        "57014" => ErrorClass::TooSlow,
        "57P01" => ErrorClass::Transient,
        // Without an accepted token, the request ran as the anonymous role.
        "42501" if status == 401 => ErrorClass::Session,
        "42501" | "25006" | "42P01" | "42703" | "42883" | "42P17" => ErrorClass::Configuration,
        // The same id twice in one request.
        "21000" => ErrorClass::TooLarge,
        // `push_sessions` validates each row before it writes any, and rejects invalid ones with a row outcome. A
        // constraint that fails all the same is on a column that the server derives.
        "23502" | "23514" => ErrorClass::Derived,
        "23503" => ErrorClass::Account,
        // The row exists: sending it again returns its state.
        "23505" => ErrorClass::Transient,
        _ => match &code[..2] {
            "08" | "40" | "53" | "55" => ErrorClass::Transient,
            "22" => ErrorClass::Row,
            "P0" => ErrorClass::Configuration,
            _ => ErrorClass::Unknown,
        },
    })
}

fn by_status(status: u16) -> ErrorClass {
    match status {
        // A captive portal redirects.
        300..=399 | 408 | 429 | 502..=504 | 520..=524 => ErrorClass::Transient,
        544 => ErrorClass::TooSlow,
        401 => ErrorClass::Session,
        402 | 540 => ErrorClass::Configuration,
        413 => ErrorClass::TooLarge,
        _ => ErrorClass::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::Distrust;

    fn class(status: u16, code: &str) -> ErrorClass {
        let code = (!code.is_empty()).then(|| code.to_owned());
        classify(&Fault::Status { status, code })
    }

    #[test]
    fn each_failure_has_its_class() {
        use ErrorClass::*;
        let table: &[(u16, &str, ErrorClass)] = &[
            (408, "", Transient),
            (429, "", Transient),
            (429, "PT429", Transient),
            (502, "", Transient),
            (503, "", Transient),
            (504, "", Transient),
            (520, "", Transient),
            (524, "", Transient),
            (544, "", TooSlow),
            (302, "", Transient),
            (503, "PGRST000", Transient),
            (503, "PGRST001", Transient),
            (503, "PGRST002", Transient),
            (504, "PGRST003", Transient),
            (500, "08006", Transient),
            (500, "40P01", Transient),
            (500, "40001", Transient),
            (503, "53300", Transient),
            (500, "55P03", Transient),
            (500, "57014", TooSlow),
            (503, "57P01", Transient),
            (401, "PGRST301", Session),
            (401, "PGRST302", Session),
            (401, "PGRST303", Session),
            (401, "42501", Session),
            (401, "PT401", Session),
            (401, "", Session),
            (403, "bad_jwt", Session),
            (400, "refresh_token_not_found", SignIn),
            (400, "refresh_token_already_used", SignIn),
            (400, "session_not_found", SignIn),
            (400, "session_expired", SignIn),
            (400, "user_banned", Blocked),
            (409, "conflict", Transient),
            (400, "22007", Row),
            (400, "22P02", Row),
            (400, "22P05", Row),
            (400, "23502", Derived),
            (400, "23514", Derived),
            (410, "PT410", Account),
            (412, "PT412", Configuration),
            (409, "23503", Account),
            (403, "42501", Configuration),
            (405, "25006", Configuration),
            (404, "42P01", Configuration),
            (400, "42703", Configuration),
            (404, "42883", Configuration),
            (500, "42P17", Configuration),
            (400, "P0001", Configuration),
            (404, "PGRST202", Configuration),
            (400, "PGRST204", Configuration),
            (404, "PGRST205", Configuration),
            (402, "", Configuration),
            (540, "", Configuration),
            (409, "23505", Transient),
            (500, "21000", TooLarge),
            (400, "PGRST102", TooLarge),
            (413, "", TooLarge),
            (413, "PT413", TooLarge),
            (400, "PT400", Unknown),
            (407, "", Unknown),
            (418, "", Unknown),
            (500, "", Unknown),
            (400, "", Unknown),
            (500, "XX000", Unknown),
            (500, "57P04", Unknown),
            (404, "", Unknown),
        ];
        for (status, code, expected) in table {
            assert_eq!(class(*status, code), *expected, "{status} {code}");
        }
    }

    #[test]
    fn without_a_known_code_the_status_decides() {
        assert_eq!(class(503, "something new"), ErrorClass::Transient);
        assert_eq!(class(540, "paused"), ErrorClass::Configuration);
    }

    #[test]
    fn each_failure_without_a_response_has_its_class() {
        assert_eq!(classify(&Fault::Unreachable), ErrorClass::Transient);
        assert_eq!(classify(&Fault::Untrusted(Distrust::Issuer)), ErrorClass::Transient);
        assert_eq!(classify(&Fault::InvalidResponse), ErrorClass::Transient);
        assert_eq!(classify(&Fault::TimedOut), ErrorClass::TooSlow);
        assert_eq!(classify(&Fault::OtherAccount), ErrorClass::SignIn);
        assert_eq!(classify(&Fault::KeyRejected), ErrorClass::Key);
    }
}
