//! An account on one device, and what it may ask.

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::session::Session;

use crate::sits::{read, wire, written};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub range: Option<String>,
    pub body: Value,
}

impl Answer {
    /// The code of the error.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Fails unless it is this error.
    pub fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{self:?}");
    }
}

/// Someone who asks: an account, or a stranger.
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

    pub fn stranger(backend: &'a Backend) -> Self {
        Self::with(backend, Uuid::nil(), None)
    }

    pub fn with(backend: &'a Backend, id: Uuid, token: Option<String>) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client");
        Self { backend, id, token, http }
    }

    /// A request under `/rest/v1`.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/rest/v1/{path}", self.backend.url());
        let request =
            self.http.request(method, url).header("apikey", self.backend.publishable_key());
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn send(request: RequestBuilder) -> Answer {
        let response = request.send().expect("an answer");
        let range = response.headers().get("content-range");
        let range = range.and_then(|range| range.to_str().ok()).map(Into::into);
        let status = response.status();
        let text = response.text().expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, range, body }
    }

    /// The same, with JSON.
    pub fn say(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.say_text(method, path, body.to_string())
    }

    pub fn say_text(&self, method: Method, path: &str, body: String) -> Answer {
        let request = self.ask(method, path).header("content-type", "application/json");
        Self::send(request.header("prefer", "return=representation").body(body))
    }

    pub fn get(&self, path: &str) -> Answer {
        Self::send(self.ask(Method::GET, path))
    }

    pub fn call(&self, function: &str, arguments: &Value) -> Answer {
        self.say(Method::POST, &format!("rpc/{function}"), arguments)
    }

    /// Pushes rows, and answers what the server says of all of it.
    pub fn push(&self, rows: &[Value]) -> Value {
        self.push_text(rows, json!({ "sessions": rows }).to_string())
    }

    /// The same rows to the letter as a device writes them.
    pub fn push_written(&self, rows: &[Value]) -> Value {
        let written: Vec<String> = rows.iter().map(written).collect();
        self.push_text(rows, format!(r#"{{"sessions":[{}],"erasure_id":null}}"#, written.join(",")))
    }

    fn push_text(&self, rows: &[Value], body: String) -> Value {
        let answer = self.say_text(Method::POST, "rpc/push_sessions", body);
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.body["state"], "ok", "{answer:?}");
        assert_eq!(answer.body["outcomes"].as_array().map(Vec::len), Some(rows.len()));
        answer.body
    }

    /// Pushes sits, and answers the word for each.
    pub fn push_sits(&self, sits: &[Session]) -> Vec<String> {
        let rows: Vec<Value> = sits.iter().map(wire).collect();
        words(&self.push(&rows))
    }

    /// One page after a cursor, `null` for the beginning.
    pub fn page(&self, cursor: &Value, rows: usize) -> Value {
        let arguments = json!({ "after_seq": cursor["seq"], "after_history_id": cursor["history_id"], "max_rows": rows });
        let answer = self.call("pull_sessions", &arguments);
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// Everything after a cursor, and the next one.
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

    /// Every sit of the account.
    pub fn pull(&self) -> Vec<Session> {
        self.pull_after(&Value::Null).0.iter().map(read).collect()
    }

    /// The only sit of the account.
    pub fn only(&self) -> Session {
        let mut all = self.pull();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

/// The word of each verdict.
pub fn words(pushed: &Value) -> Vec<String> {
    let verdicts = pushed["outcomes"].as_array().expect("verdicts");
    let word = |verdict: &Value| verdict["outcome"].as_str().expect("a word").to_owned();
    verdicts.iter().map(word).collect()
}
