//! What a failure means, by its code and never by its text.

use crate::remote::{Fault, RemoteError};

/// What a failure means for what is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It passes: try again later.
    Transient,
    /// It passes, and took too long: try again later, with less.
    TooSlow,
    /// The token was not taken: get a new one.
    Session,
    /// There will be no new token: the person has to sign in.
    SignIn,
    /// The account is blocked: only whoever runs the project can change that.
    Blocked,
    /// The project's key is not accepted.
    Key,
    /// Something in what was sent can never be stored.
    Row,
    /// Something that the server adds to what was sent cannot be stored: the fault is the server's.
    Derived,
    /// Too much was sent at once.
    TooLarge,
    /// The account is gone.
    Account,
    /// The server is not as it must be. Nothing that this device does will help.
    Configuration,
    /// Nobody knows. Nothing is thrown away for it.
    Unknown,
}

/// What `error` means.
#[must_use]
pub fn class(error: &RemoteError) -> Class {
    match &error.fault {
        // A network that intercepts connections is left again, a certificate renewed, a clock set right.
        Fault::Unreachable | Fault::Untrusted(_) | Fault::Unreadable => Class::Transient,
        Fault::TimedOut => Class::TooSlow,
        Fault::OtherAccount => Class::SignIn,
        Fault::KeyRefused => Class::Key,
        Fault::Answer { status, code } => code
            .as_deref()
            .and_then(|code| by_code(*status, code))
            .unwrap_or_else(|| by_status(*status)),
    }
}

/// What a code means, if it is known.
fn by_code(status: u16, code: &str) -> Option<Class> {
    Some(match code {
        // Ours: see supabase/README.md.
        "PT401" => Class::Session,
        "PT410" => Class::Account,
        "PT412" => Class::Configuration,
        "PT413" => Class::TooLarge,
        "PT429" => Class::Transient,
        // PostgREST: its connection to the database; tokens; bodies; a schema that is not ours or not fresh.
        "PGRST000" | "PGRST001" | "PGRST002" | "PGRST003" => Class::Transient,
        "PGRST301" | "PGRST302" | "PGRST303" => Class::Session,
        "PGRST102" => Class::TooLarge,
        "PGRST202" | "PGRST204" | "PGRST205" => Class::Configuration,
        // The auth server.
        "refresh_token_not_found"
        | "refresh_token_already_used"
        | "session_not_found"
        | "session_expired"
        | "user_not_found" => Class::SignIn,
        "user_banned" => Class::Blocked,
        "conflict" | "over_request_rate_limit" => Class::Transient,
        "bad_jwt" | "no_authorization" => Class::Session,
        _ => return by_sqlstate(status, code),
    })
}

/// What an SQLSTATE means, if `code` is one.
fn by_sqlstate(status: u16, code: &str) -> Option<Class> {
    if code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return None;
    }
    Some(match code {
        "57014" => Class::TooSlow,
        "57P01" => Class::Transient,
        // Without a token that was taken, the request ran as nobody.
        "42501" if status == 401 => Class::Session,
        "42501" | "25006" | "42P01" | "42703" | "42883" | "42P17" => Class::Configuration,
        // The same sit twice in one call.
        "21000" => Class::TooLarge,
        // `push_sessions` looks at each row before it writes any, and rejects what breaks a rule with a row outcome. What
        // breaks one all the same is something that the server itself adds.
        "23502" | "23514" => Class::Derived,
        "23503" => Class::Account,
        // The sit is there: sending it again reads it back.
        "23505" => Class::Transient,
        _ => match &code[..2] {
            "08" | "40" | "53" | "55" => Class::Transient,
            "22" => Class::Row,
            "P0" => Class::Configuration,
            _ => Class::Unknown,
        },
    })
}

/// What a status means by itself.
fn by_status(status: u16) -> Class {
    match status {
        // A captive portal leads elsewhere.
        300..=399 | 408 | 429 | 502..=504 | 520..=524 => Class::Transient,
        544 => Class::TooSlow,
        401 => Class::Session,
        402 | 540 => Class::Configuration,
        413 => Class::TooLarge,
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::Distrust;

    fn said(status: u16, code: &str) -> Class {
        let code = (!code.is_empty()).then(|| code.to_owned());
        class(&Fault::Answer { status, code }.into())
    }

    #[test]
    fn each_failure_has_its_class() {
        use Class::*;
        let table: &[(u16, &str, Class)] = &[
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
        for (status, code, class) in table {
            assert_eq!(said(*status, code), *class, "{status} {code}");
        }
    }

    #[test]
    fn what_is_no_code_of_ours_leaves_the_status_to_speak() {
        assert_eq!(said(503, "something new"), Class::Transient);
        assert_eq!(said(540, "paused"), Class::Configuration);
    }

    #[test]
    fn what_never_was_an_answer_has_its_class_too() {
        assert_eq!(class(&Fault::Unreachable.into()), Class::Transient);
        assert_eq!(class(&Fault::Untrusted(Distrust::Issuer).into()), Class::Transient);
        assert_eq!(class(&Fault::Unreadable.into()), Class::Transient);
        assert_eq!(class(&Fault::TimedOut.into()), Class::TooSlow);
        assert_eq!(class(&Fault::OtherAccount.into()), Class::SignIn);
        assert_eq!(class(&Fault::KeyRefused.into()), Class::Key);
    }
}
