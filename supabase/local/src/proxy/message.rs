//! What goes over a connection: requests and answers of HTTP/1.1, as bytes.

use anyhow::{Result, ensure};
use std::io::BufRead;

/// An answer that is not the server's.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The status.
    pub status: u16,
    /// Other headers than the body's, each a line.
    pub headers: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Said {
    /// A status and nothing else.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A code, as PostgREST words it.
    #[must_use]
    pub fn code(status: u16, code: &str) -> Self {
        let body =
            serde_json::json!({ "code": code, "message": "", "details": null, "hint": null });
        let headers = vec!["content-type: application/json".into()];
        Self { status, headers, body: body.to_string().into() }
    }

    /// A page for people.
    #[must_use]
    pub fn page(status: u16) -> Self {
        let body = b"<!DOCTYPE html><title>Welcome to our hotel</title>".to_vec();
        Self { status, headers: vec!["content-type: text/html".into()], body }
    }

    /// With another header.
    #[must_use]
    pub fn with(mut self, header: &str) -> Self {
        self.headers.push(header.into());
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        for header in &self.headers {
            head += header;
            head += "\r\n";
        }
        head += &format!("content-length: {}\r\n\r\n", self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

/// An answer of the server's.
pub(super) struct Came {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Came {
    /// With another body than it had.
    pub fn with(&self, body: &[u8]) -> Vec<u8> {
        self.promising(body.len(), body)
    }

    /// With a body that is not as long as its head says.
    pub fn promising(&self, length: usize, body: &[u8]) -> Vec<u8> {
        let mut head = String::new();
        for line in self.head.lines().filter(|line| !is_about(line, "content-length")) {
            if !line.is_empty() && !is_about(line, "connection") {
                head += line;
                head += "\r\n";
            }
        }
        head += &format!("content-length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    }
}

fn is_about(line: &str, header: &str) -> bool {
    line.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case(header))
}

/// Reads one message of HTTP/1.1: its head with the empty line, and its body. None where it does not begin.
pub(super) fn read(from: &mut impl BufRead) -> Result<Option<(String, Vec<u8>)>> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if from.read_line(&mut head)? == 0 {
            ensure!(head.is_empty(), "it ends in its head");
            return Ok(None);
        }
        let line = head[start..].trim_end();
        if line.is_empty() {
            break;
        }
        if is_about(line, "content-length") {
            length = line["content-length:".len()..].trim().parse()?;
        }
        ensure!(!is_about(line, "transfer-encoding"), "a body of unknown length");
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Some((head, body)))
}
