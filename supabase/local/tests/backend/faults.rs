//! The local backend itself: its servers stop, start and sign users in.

use crate::account::Account;
use crate::sits::{completed, started_session};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use zafu_backend::{Backend, Stop, or_skip};

#[test]
fn servers_can_stop_and_start_without_data_loss() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let account = Account::new(&backend);
    let sit = completed(&started_session());
    account.push_sits(std::slice::from_ref(&sit));

    backend.stop_postgrest();
    assert_eq!(account.get("sessions").status.as_u16(), 502);
    backend.start_postgrest().expect("PostgREST");
    assert_eq!(account.only(), sit);

    for how in [Stop::Fast, Stop::Crash] {
        backend.stop_postgres(how).expect("stopped");
        // On a connection that was open, PostgREST 12 may respond 400 without a code.
        let responses: Vec<_> = (0..4).map(|_| account.get("sessions")).collect();
        assert!(responses.iter().all(|response| !response.status.is_success()), "{responses:?}");
        let last = &responses[3];
        assert_eq!((last.status.as_u16(), &last.code()[..7]), (503, "PGRST00"), "{last:?}");
        backend.start_postgres().expect("PostgreSQL");
        assert_eq!(account.only(), sit, "after {how:?}");
    }
    assert_eq!(account.push_sits(std::slice::from_ref(&sit)), ["unchanged"]);
}

#[test]
fn the_backend_stops_with_its_owner_and_deletes_its_folder() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let (folder, url) = (backend.folder().to_owned(), backend.url());
    assert!(folder.join("data").exists());
    drop(backend);
    assert!(!folder.exists());
    let client = Client::builder().no_proxy().build().expect("a client");
    assert!(client.get(url).send().is_err());
}

struct Auth<'a> {
    backend: &'a Backend,
    http: Client,
}

impl Auth<'_> {
    fn request(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}/auth/v1/{path}", self.backend.url()));
        let request = request
            .header("apikey", self.backend.publishable_key())
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = request.send().expect("a response");
        let status = response.status().as_u16();
        let text = response.text().expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Returns the account of an auth session.
    fn account(&self, session: &Value) -> Account<'_> {
        let id = session["user"]["id"].as_str().expect("an id");
        let token = session["access_token"].as_str().expect("a token").to_owned();
        Account::with(self.backend, id.parse().expect("a UUID"), Some(token))
    }
}

#[test]
fn accounts_can_sign_up_and_sign_in() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    backend.start_auth().expect("the auth server");
    let http = Client::builder().no_proxy().build().expect("a client");
    let auth = Auth { backend: &backend, http };

    let someone = json!({ "email": "someone@example.test", "password": "a long enough one" });
    let (status, session) = auth.request("signup", &someone);
    assert_eq!(status, 200, "{session}");
    let account = auth.account(&session);
    let sit = completed(&started_session());
    assert_eq!(account.push_sits(std::slice::from_ref(&sit)), ["accepted"]);
    let profile = account.get("users?select=email").body;
    assert_eq!(profile, json!([{ "email": "someone@example.test" }]));

    let (status, session) = auth.request("token?grant_type=password", &someone);
    assert_eq!(status, 200, "{session}");
    assert_eq!(auth.account(&session).only(), sit);
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let (status, session) = auth.request("token?grant_type=refresh_token", &refresh);
    assert_eq!(status, 200, "{session}");
    assert_eq!(auth.account(&session).only(), sit);

    let wrong = json!({ "email": "someone@example.test", "password": "not this one" });
    let (status, response) = auth.request("token?grant_type=password", &wrong);
    assert_eq!(
        (status, &response["error_code"]),
        (400, &json!("invalid_credentials")),
        "{response}"
    );

    // Another account, with a code by mail.
    let other = json!({ "email": "other@example.test", "create_user": true });
    assert_eq!(auth.request("otp", &other).0, 200);
    let mails = auth.http.get(backend.mailbox()).send().expect("mails").text().expect("text");
    let mail = mails.split("other@example.test").last().expect("a mail");
    let code = mail.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6);
    let verify = json!({ "type": "email", "email": "other@example.test", "token": code });
    let (status, session) = auth.request("verify", &verify);
    assert_eq!(status, 200, "{session} {mails}");
    assert!(auth.account(&session).pull().is_empty());

    backend.stop_auth();
    assert_eq!(auth.request("otp", &other).0, 502);
}
