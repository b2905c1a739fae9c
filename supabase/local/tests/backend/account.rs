//! A client of the API, with or without an account.

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::session::Session;

use crate::sits::{in_app_order, read, wire};

/// A response.
#[derive(Debug)]
pub struct Response {
    pub status: StatusCode,
    pub range: Option<String>,
    pub body: Value,
}

impl Response {
    /// Returns the error code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Panics unless it is this error.
    pub fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{self:?}");
    }
}

/// A client: signed in, or an anonymous client without a token.
pub struct Account<'a> {
    pub backend: &'a Backend,
    pub id: Uuid,
    pub token: Option<String>,
    http: Client,
}

impl<'a> Account<'a> {
    pub fn new(backend: &'a Backend) -> Self {
        let user = backend.new_user().expect("an account");
        Self::with(backend, user.id, Some(user.token))
    }

    pub fn anonymous(backend: &'a Backend) -> Self {
        Self::with(backend, Uuid::nil(), None)
    }

    pub fn with(backend: &'a Backend, id: Uuid, token: Option<String>) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client");
        Self { backend, id, token, http }
    }

    /// Builds a request under `/rest/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/rest/v1/{path}", self.backend.url());
        let request =
            self.http.request(method, url).header("apikey", self.backend.publishable_key());
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn send(request: RequestBuilder) -> Response {
        let response = request.send().expect("a response");
        let range = response.headers().get("content-range");
        let range = range.and_then(|range| range.to_str().ok()).map(Into::into);
        let status = response.status();
        let text = response.text().expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Response { status, range, body }
    }

    /// Sends a request with a JSON body.
    pub fn send_json(&self, method: Method, path: &str, body: &Value) -> Response {
        self.send_text(method, path, body.to_string())
    }

    pub fn send_text(&self, method: Method, path: &str, body: String) -> Response {
        let request = self.request(method, path).header("content-type", "application/json");
        Self::send(request.header("prefer", "return=representation").body(body))
    }

    pub fn get(&self, path: &str) -> Response {
        Self::send(self.request(Method::GET, path))
    }

    pub fn call(&self, function: &str, arguments: &Value) -> Response {
        self.send_json(Method::POST, &format!("rpc/{function}"), arguments)
    }

    /// Pushes rows and returns the response.
    pub fn push(&self, rows: &[Value]) -> Value {
        self.push_text(rows, json!({ "sessions": rows }).to_string())
    }

    /// As [`Account::push`], with the fields in the order in which the app writes them.
    pub fn push_in_app_order(&self, rows: &[Value]) -> Value {
        let written: Vec<String> = rows.iter().map(in_app_order).collect();
        self.push_text(rows, format!(r#"{{"sessions":[{}],"erasure_id":null}}"#, written.join(",")))
    }

    fn push_text(&self, rows: &[Value], body: String) -> Value {
        let response = self.send_text(Method::POST, "rpc/push_sessions", body);
        assert_eq!(response.status, StatusCode::OK, "{response:?}");
        assert_eq!(response.body["state"], "ok", "{response:?}");
        assert_eq!(response.body["outcomes"].as_array().map(Vec::len), Some(rows.len()));
        response.body
    }

    /// Pushes sessions and returns their outcomes.
    pub fn push_sits(&self, sits: &[Session]) -> Vec<String> {
        let rows: Vec<Value> = sits.iter().map(wire).collect();
        outcomes(&self.push(&rows))
    }

    /// Pulls once after a cursor; `null` is the beginning.
    pub fn page(&self, cursor: &Value, rows: usize) -> Value {
        let arguments = json!({ "after_seq": cursor["seq"], "after_history_id": cursor["history_id"], "max_rows": rows });
        let response = self.call("pull_sessions", &arguments);
        assert_eq!(response.status, StatusCode::OK, "{response:?}");
        response.body
    }

    /// Pulls everything after a cursor. Returns the rows and the new cursor.
    pub fn pull_after(&self, cursor: &Value) -> (Vec<Value>, Value) {
        let (mut rows, mut cursor) = (vec![], cursor.clone());
        loop {
            let page = self.page(&cursor, 700);
            assert_eq!(page["state"], "ok", "{page}");
            rows.extend(page["rows"].as_array().expect("rows").iter().cloned());
            cursor = page["next"].clone();
            if page["more"] == false {
                return (rows, cursor);
            }
        }
    }

    /// Returns every session of the account.
    pub fn pull(&self) -> Vec<Session> {
        self.pull_after(&Value::Null).0.iter().map(read).collect()
    }

    /// Returns the only session of the account.
    pub fn only(&self) -> Session {
        let mut all = self.pull();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

/// Returns the outcome of each element of a push.
pub fn outcomes(response: &Value) -> Vec<String> {
    let rows = response["outcomes"].as_array().expect("outcomes");
    rows.iter().map(|row| row["outcome"].as_str().expect("an outcome").to_owned()).collect()
}
