//! HTTP requests to a project: encrypted, with a deadline, without redirects.

use super::Project;
use crate::remote::{Distrust, Fault, RemoteError};
use crate::wire::HttpResponse;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use std::error::Error;
use std::io;
use std::time::Duration;

/// Time limit for opening a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Time limit for a whole request with its response, also if data still arrives slowly.
const DEADLINE: Duration = Duration::from_secs(30);
/// Maximum size of a response in bytes. The server limits the texts in one of its responses to a megabyte.
const LONGEST: usize = 32 << 20;
/// Requests errors as `{code, message}`; older servers ignore it.
const API_VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-supabase-api-version"), HeaderValue::from_static("2024-01-01"));
const API_KEY: HeaderName = HeaderName::from_static("apikey");

/// An HTTP client for one project.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    project: Project,
}

impl Http {
    /// Creates a client. It does not connect yet.
    ///
    /// # Errors
    /// [`Fault::Untrusted`] if the system has no trust store; [`Fault::Unreachable`] if the key cannot be sent in a
    /// header.
    pub fn new(project: Project) -> Result<Self, RemoteError> {
        // The first call installs the provider. Later calls fail, which is harmless: the provider is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::from_iter([API_VERSION]);
        let mut key = HeaderValue::from_str(project.key()).map_err(|_| Fault::Unreachable)?;
        key.set_sensitive(true);
        headers.insert(API_KEY, key);
        let client = reqwest::Client::builder()
            .user_agent(concat!("zafu/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(DEADLINE)
            // A connection that was open during suspend is dead, and the system does not report it.
            .pool_idle_timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| {
                // None of the other options can fail.
                tracing::warn!(%error, "there is no trust store");
                Fault::Untrusted(Distrust::NoIssuers)
            })?;
        Ok(Self { client, project })
    }

    /// Returns the project.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Sends `body` to `path`, authenticated by `token` if there is one. Returns the response, whatever its status.
    ///
    /// # Errors
    /// [`RemoteError`] if no complete response arrived, or one of more than 32 MiB.
    pub async fn post(
        &self,
        path: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<HttpResponse, RemoteError> {
        let mut request = self
            .client
            .post(format!("{}{path}", self.project.url()))
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(token) = token {
            let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
            let mut bearer = bearer.map_err(|_| Fault::Status { status: 401, code: None })?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        let mut answer = request.send().await.map_err(fault)?;
        let status = answer.status().as_u16();
        let retry_after = retry_after(answer.headers());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(fault)? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(Fault::InvalidResponse.into());
            }
        }
        Ok(HttpResponse { status, retry_after, body })
    }
}

/// Parses `Retry-After`, which is a number of seconds or a date. A date is compared with the server's own clock, in
/// `Date`, because the clock of this computer may be wrong.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let header = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let after = header(RETRY_AFTER)?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(after).ok()?;
    let now = httpdate::parse_http_date(header(DATE)?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

fn fault(error: reqwest::Error) -> RemoteError {
    let error = error.without_url();
    tracing::debug!(%error, "a request failed");
    if let Some(why) = distrust(&error) {
        Fault::Untrusted(why).into()
    } else if error.is_timeout() {
        Fault::TimedOut.into()
    } else if error.is_body() || error.is_decode() {
        // The response started and is incomplete: it is not known whether the server carried out the request.
        Fault::InvalidResponse.into()
    } else {
        Fault::Unreachable.into()
    }
}

/// Returns why the certificate was not trusted, if that caused the error.
fn distrust(error: &(dyn Error + 'static)) -> Option<Distrust> {
    use rustls::CertificateError::*;
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(match why {
                UnknownIssuer => Distrust::Issuer,
                NotValidForName | NotValidForNameContext { .. } => Distrust::Name,
                Expired | ExpiredContext { .. } => Distrust::Expired,
                NotValidYet | NotValidYetContext { .. } => Distrust::NotYetValid,
                _ => Distrust::Other,
            });
        }
        // `source` of an I/O error skips the error that it wraps, so that `get_ref` is needed.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|error| error as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let date = "Sun, 01 Mar 2026 06:00:00 GMT";
        let read = |after: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, after.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers).map(|after| after.as_secs())
        };
        assert_eq!(read(" 240 ", None), Some(240));
        assert_eq!(read("Sun, 01 Mar 2026 06:04:00 GMT", Some(date)), Some(240));
        assert_eq!(read("Sun, 01 Mar 2026 05:00:00 GMT", Some(date)), Some(0), "it has passed");
        assert_eq!(read("Sun, 01 Mar 2026 06:04:00 GMT", None), None, "no clock to compare with");
        assert_eq!(read("soon", Some(date)), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
