//! The project of an account: its URL, and its publishable key.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Url};
use zafu_core::message;
use zafu_core::message::Message;

/// A Supabase project. The key is public: it grants no access beyond the policies of the project.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    url: Url,
    key: String,
}

/// The URL or the key that the user entered is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectError {
    /// The URL does not begin with http:// or https://, or its host is missing or has other characters than those of names.
    InvalidUrl,
    /// The URL is not encrypted, so that requests could be read in transit.
    NotEncrypted,
    /// The key is empty, or has other characters than those of a token.
    InvalidKey,
    /// The key is a secret key, which bypasses all policies and must not be on a desktop.
    SecretKey,
}

impl ProjectError {
    /// Returns its text.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::InvalidUrl => message!("server-project-url-invalid"),
            Self::NotEncrypted => message!("server-project-url-not-encrypted"),
            Self::InvalidKey => message!("server-project-key-invalid"),
            Self::SecretKey => message!("server-project-key-secret"),
        }
    }
}

zafu_core::message_error!(ProjectError);

impl Project {
    /// Parses the URL and the key that the user entered, or that an invitation of somebody else contains.
    ///
    /// Neither can contain a character that a shell interprets: commands with both are printed for the user to paste.
    ///
    /// # Errors
    /// [`ProjectError`].
    pub fn new(url: &str, key: &str) -> Result<Self, ProjectError> {
        let mut url = Url::parse(url.trim()).map_err(|_| ProjectError::InvalidUrl)?;
        let host = url.host().filter(is_plain).ok_or(ProjectError::InvalidUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_this_computer(&host) => {}
            "http" => return Err(ProjectError::NotEncrypted),
            _ => return Err(ProjectError::InvalidUrl),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProjectError::InvalidUrl);
        }
        // The user may have copied the URL of any page of the project.
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        let key = key.trim();
        if !is_token(key) {
            return Err(ProjectError::InvalidKey);
        }
        if key.starts_with("sb_secret_") || role(key).as_deref() == Some("service_role") {
            return Err(ProjectError::SecretKey);
        }
        Ok(Self { url, key: key.to_owned() })
    }

    /// Returns the URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Returns the publishable key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Project").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Returns whether a host has only the characters of host names; the parser of URLs allows many more, such as `$` and `;`.
fn is_plain(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            name.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    }
}

/// Returns whether a key has only the characters of a bearer token (RFC 6750), as publishable keys and JWTs do. One that
/// begins with a letter or a digit is not taken for an option of a command.
fn is_token(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphanumeric())
        && key.bytes().all(|it| it.is_ascii_alphanumeric() || b"._~+/=-".contains(&it))
}

fn is_this_computer(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Returns the role in a key, if the key is a JWT as in older projects.
fn role(key: &str) -> Option<String> {
    use base64::Engine as _;
    let claims = key.split('.').nth(1)?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Some(claims.get("role")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_url_is_found_in_the_url_of_any_page() {
        for entered in [
            "https://abc.supabase.co",
            " https://abc.supabase.co/ ",
            "https://abc.supabase.co/rest/v1/?x=y#z",
        ] {
            let project = Project::new(entered, "sb_publishable_x").unwrap();
            assert_eq!(project.url(), "https://abc.supabase.co", "{entered}");
        }
        for entered in ["http://127.0.0.1:54321", "http://localhost:1", "http://[::1]:8000"] {
            assert_eq!(Project::new(entered, "k").unwrap().url(), entered);
        }
    }

    #[test]
    fn an_invalid_project_url_has_its_own_error() {
        use ProjectError::*;
        let anon = "x.eyJyb2xlIjoiYW5vbiJ9.x";
        let service = "x.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x";
        for (url, key, error) in [
            ("", "k", Some(InvalidUrl)),
            ("abc.supabase.co", "k", Some(InvalidUrl)),
            ("ftp://abc.supabase.co", "k", Some(InvalidUrl)),
            ("https://me:word@abc.supabase.co", "k", Some(InvalidUrl)),
            ("http://abc.supabase.co", "k", Some(NotEncrypted)),
            ("http://127.0.0.1.example.org", "k", Some(NotEncrypted)),
            ("https://abc.supabase.co", " ", Some(InvalidKey)),
            ("https://abc.supabase.co", "two words", Some(InvalidKey)),
            ("https://abc.supabase.co", "sb_secret_x", Some(SecretKey)),
            ("https://abc.supabase.co", service, Some(SecretKey)),
            ("https://abc.supabase.co", anon, None),
        ] {
            assert_eq!(Project::new(url, key).err(), error, "{url} {key}");
        }
    }

    #[test]
    fn neither_key_nor_host_has_a_character_that_a_shell_interprets() {
        let https = "https://abc.supabase.co";
        for part in [
            "a;b", "a$b", "a$(b)", "a`b`", "a'b", "a\"b", "a&b", "a!b", "a*", "{a,b}", "(a)",
            "a|b", "a<b", "a>b", "a\\b", "a#b", "[a]", "a?", "a^b", "a%20b", "a,b", "a:b", "a@b",
        ] {
            let error = Project::new(https, part).err();
            assert_eq!(error, Some(ProjectError::InvalidKey), "{part}");
            let Ok(project) = Project::new(&format!("https://{part}.example"), "k") else {
                continue;
            };
            // The character ends the host.
            assert_eq!(project.url(), "https://a", "{part}");
        }
        for key in ["--email", "~root", "=ls"] {
            assert_eq!(Project::new(https, key).err(), Some(ProjectError::InvalidKey), "{key}");
        }
        let key = "sb_publishable_A-z.0~9+/=";
        assert_eq!(Project::new("https://my_pond-1.example:8443", key).unwrap().key(), key);
    }

    #[test]
    fn debug_output_does_not_contain_the_key() {
        let project = Project::new("https://abc.supabase.co", "sb_publishable_x").unwrap();
        assert!(!format!("{project:?}").contains("sb_publishable_x"));
    }
}
