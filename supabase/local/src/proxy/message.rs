//! HTTP/1.1 messages as bytes.

use anyhow::{Result, ensure};
use std::io::BufRead;

/// A response that the proxy returns instead of the server's.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header lines, without those of the body.
    pub headers: Vec<String>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response with a status only.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// An error with this code in the form of PostgREST.
    #[must_use]
    pub fn error(status: u16, code: &str) -> Self {
        let body =
            serde_json::json!({ "code": code, "message": "", "details": null, "hint": null });
        let headers = vec!["content-type: application/json".into()];
        Self { status, headers, body: body.to_string().into() }
    }

    /// An HTML page, as of a captive portal.
    #[must_use]
    pub fn html(status: u16) -> Self {
        let body = b"<!DOCTYPE html><title>Welcome to our hotel</title>".to_vec();
        Self { status, headers: vec!["content-type: text/html".into()], body }
    }

    /// Adds a header line.
    #[must_use]
    pub fn with_header(mut self, header: &str) -> Self {
        self.headers.push(header.into());
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        for header in &self.headers {
            head += header;
            head += "\r\n";
        }
        head += &format!("content-length: {}\r\n\r\n", self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

/// A response of the server.
pub(super) struct ServerResponse {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl ServerResponse {
    /// Returns the message with another body.
    pub fn with_body(&self, body: &[u8]) -> Vec<u8> {
        self.with_length(body.len(), body)
    }

    /// Returns the message with another body and a content length that may not match it.
    pub fn with_length(&self, length: usize, body: &[u8]) -> Vec<u8> {
        let mut head = String::new();
        for line in self.head.lines().filter(|line| !is_header(line, "content-length")) {
            if !line.is_empty() && !is_header(line, "connection") {
                head += line;
                head += "\r\n";
            }
        }
        head += &format!("content-length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    }
}

fn is_header(line: &str, header: &str) -> bool {
    line.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case(header))
}

/// Reads one message: its head with the empty line, and its body. Returns `None` at the end of the stream.
pub(super) fn read(from: &mut impl BufRead) -> Result<Option<(String, Vec<u8>)>> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if from.read_line(&mut head)? == 0 {
            ensure!(head.is_empty(), "the stream ends within a head");
            return Ok(None);
        }
        let line = head[start..].trim_end();
        if line.is_empty() {
            break;
        }
        if is_header(line, "content-length") {
            length = line["content-length:".len()..].trim().parse()?;
        }
        ensure!(!is_header(line, "transfer-encoding"), "chunked bodies are not supported");
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Some((head, body)))
}
