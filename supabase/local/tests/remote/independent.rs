//! An independent client, Supabase's own for JavaScript, as the same user: it reads what the app has sent, the app reads
//! what it writes, and what it may not do is an error.

use crate::sits::{completed, deleted, device, ended, moment, noted, started_session};
use crate::{PASSWORD, backend, http, wait};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::{Details, Session, Source};
use zafu_core::time::{Seconds, UtcOffset};
use zafu_store::{Outgoing, RowOutcome};
use zafu_sync::remote::{PullLimit, PullResponse, PushResponse};
use zafu_sync::supabase::{Account, Keyring, SignedUp, Supabase};
use zafu_sync::{Remote, wire};

/// The running client.
struct Client {
    node: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    /// Starts the client. It signs in if it has an address.
    fn start(backend: &Backend, email: Option<&str>) -> Self {
        let mut node = backend.script("independent.mjs");
        node.env("ZAFU_URL", backend.url()).env("ZAFU_KEY", backend.publishable_key());
        if let Some(email) = email {
            node.env("ZAFU_EMAIL", email).env("ZAFU_PASSWORD", PASSWORD);
        }
        let mut node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = node.stdin.take().unwrap();
        let output = BufReader::new(node.stdout.take().unwrap());
        Self { node, input, output }
    }

    fn send(&mut self, request: &Value) -> Value {
        writeln!(self.input, "{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no response to {request}"))
    }

    /// Performs an action that must succeed.
    fn succeeds(&mut self, request: &Value) -> Value {
        let response = self.send(request);
        assert_eq!(response["code"], Value::Null, "{request}: {response}");
        response["data"].clone()
    }

    /// Performs an action that must fail with this status and code.
    fn fails(&mut self, request: &Value, status: u16, code: &str) {
        let response = self.send(request);
        assert_eq!(
            (&response["status"], &response["code"]),
            (&json!(status), &json!(code)),
            "{request}"
        );
        assert_eq!(response["data"], Value::Null, "{request}");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.node.kill().ok();
        self.node.wait().ok();
    }
}

/// Returns the app's remote and the client, signed in to the same new account.
async fn both(backend: &Backend) -> (UserId, Supabase, Client) {
    let http = http(backend);
    let email = format!("{}@example.org", Uuid::new_v4().simple());
    let SignedUp::In(signed_in) = http.sign_up(&email, PASSWORD).await.unwrap() else {
        panic!("the local backend asks for no confirmation")
    };
    let user = signed_in.user;
    let keyring = Keyring::new(Arc::new(zafu_sync::fake::Memory::default()));
    let account = Account::new(signed_in, keyring);
    (user, Supabase::new(http, account), Client::start(backend, Some(&email)))
}

/// Returns a session as the app sends it.
fn row(sit: &Session) -> Value {
    let body = wire::push_body(std::slice::from_ref(sit), None);
    serde_json::from_slice::<Value>(&body).unwrap()[0].take()
}

/// Returns some columns of a session.
fn columns(sit: &Session, columns: &[&str]) -> Value {
    let whole = row(sit);
    columns.iter().map(|column| ((*column).to_owned(), whole[*column].clone())).collect()
}

const LIFECYCLE: [&str; 4] = ["iscompleted", "completedat", "endedat", "satlength"];
const DELETION: [&str; 3] = ["deletedat", "deletionrevision", "deletiondevice"];
/// Columns that the server sets.
const SERVERS: [&str; 5] = ["receivedat", "userid", "partnershipid", "weekid", "seq"];

fn sits() -> Vec<Session> {
    let corrected = Details {
        note: "rain, \u{1F327} and \"quiet\"\n".into(),
        label: "zazen".into(),
        corrected_start: Some(moment("2026-02-28T23:59:59.999Z")),
        corrected_length: Some(Seconds(61)),
        corrected_offset: Some(UtcOffset(-300)),
    };
    let sit = completed(&started_session());
    let imported = completed(&started_session());
    vec![
        started_session(),
        ended(&started_session(), 61),
        Session { id: started_session().id, details: sit.details.set(corrected, device(9)), ..sit },
        Session { source: Source::Import, utcoffset: UtcOffset(-210), ..imported },
        deleted(&completed(&started_session()), device(3)),
    ]
}

async fn pulled(server: &Supabase, user: UserId) -> BTreeMap<SessionId, Session> {
    match server.pull(user, None, PullLimit { rows: 100, bytes: 1 << 20 }).await.unwrap() {
        PullResponse::Rows { rows, more: false, .. } => {
            rows.into_iter().map(|sit| (sit.id, sit)).collect()
        }
        other => panic!("{other:?}"),
    }
}

async fn push(server: &Supabase, user: UserId, sits: &[Session]) {
    let rows: Vec<_> =
        sits.iter().map(|sit| Outgoing { session: sit.clone(), generation: 0 }).collect();
    let PushResponse::Stored { outcomes, .. } = server.push(user, &rows, None).await.unwrap()
    else {
        panic!("nothing was erased")
    };
    let accepted = |outcome: &RowOutcome| *outcome == RowOutcome::Accepted;
    assert!(outcomes.iter().all(|(_, outcome)| accepted(outcome)), "{outcomes:?}");
}

#[test]
fn the_independent_client_reads_every_column_as_sent_by_the_app() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, mut client) = both(backend).await;
        let mut sits = sits();
        push(&server, user, &sits).await;
        let rows = client.succeeds(&json!({ "what": "read" }));
        let rows = rows.as_array().unwrap();
        sits.sort_by_key(|sit| sit.id);
        assert_eq!(rows.len(), sits.len());
        for (there, sit) in rows.iter().zip(&sits) {
            let sent = row(sit);
            let sent = sent.as_object().unwrap();
            for (column, value) in sent {
                // PostgreSQL formats times differently.
                let same = match (value.as_str(), there[column].as_str()) {
                    (Some(sent), Some(there)) if sent.ends_with('Z') => {
                        moment(sent) == moment(there)
                    }
                    _ => *value == there[column],
                };
                assert!(same, "{column}: {value} is {} there", there[column]);
            }
            let mut all: Vec<_> = sent.keys().map(String::as_str).chain(SERVERS).collect();
            all.sort_unstable();
            let mut columns: Vec<_> = there.as_object().unwrap().keys().collect();
            columns.sort_unstable();
            assert_eq!(columns, all);
            assert_eq!(there["userid"], json!(user));
        }
        let digest =
            client.succeeds(&json!({ "what": "call", "name": "digest_sessions", "body": {} }));
        let ours = server.digest(user).await.unwrap();
        assert_eq!(digest, json!({ "count": ours.count, "digest": ours.digest }));
    });
}

#[test]
fn the_app_reads_rows_written_by_the_independent_client() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, mut client) = both(backend).await;
        let all = sits();
        let (pushed, inserted) = all.split_at(2);
        // With the function that the app calls.
        let rows: Vec<_> = pushed.iter().map(row).collect();
        let body = json!({ "sessions": rows, "erasure_id": null });
        let push = json!({ "what": "call", "name": "push_sessions", "body": body });
        let outcomes_of = |response: Value| -> Vec<Value> {
            response["outcomes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["outcome"].clone())
                .collect()
        };
        assert_eq!(outcomes_of(client.succeeds(&push)), ["accepted", "accepted"]);
        // Directly into the table.
        let rows: Vec<_> = inserted.iter().map(row).collect();
        client.succeeds(&json!({ "what": "insert", "rows": rows }));
        let mut expected: BTreeMap<_, _> = all.iter().map(|sit| (sit.id, sit.clone())).collect();
        assert_eq!(pulled(&server, user).await, expected);
        // A completion and a deletion, as an update of one row each.
        let (done, gone) = (completed(&all[0]), deleted(&all[1], device(4)));
        for (sit, what) in [(&done, &LIFECYCLE[..]), (&gone, &DELETION[..])] {
            let change = columns(sit, what);
            let rows =
                client.succeeds(&json!({ "what": "update", "id": sit.id, "change": change }));
            assert_eq!(rows.as_array().unwrap().len(), 1);
            expected.insert(sit.id, sit.clone());
        }
        assert_eq!(pulled(&server, user).await, expected);
        assert_eq!(
            outcomes_of(client.succeeds(&push)),
            ["merged", "merged"],
            "no change is undone"
        );
        assert_eq!(pulled(&server, user).await, expected);
    });
}

#[test]
fn forbidden_writes_of_the_independent_client_are_errors() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, mut client) = both(backend).await;
        let (other, others, _) = crate::signed_up(&http(backend)).await;
        let (sit, theirs) = (
            noted(&completed(&started_session()), "stored", device(9)),
            completed(&started_session()),
        );
        push(&server, user, std::slice::from_ref(&sit)).await;
        push(&others, other, std::slice::from_ref(&theirs)).await;
        let update =
            |id: SessionId, change: Value| json!({ "what": "update", "id": id, "change": change });
        // Writes that would undo a later state.
        client.fails(&update(sit.id, columns(&started_session(), &LIFECYCLE)), 409, "PT409");
        client.fails(
            &update(sit.id, columns(&ended(&started_session(), 60), &LIFECYCLE)),
            409,
            "PT409",
        );
        client.fails(&update(sit.id, json!({ "note": "overwritten" })), 409, "PT409");
        // Sessions that do not exist or belong to another user, which are not distinguished.
        let done = columns(&completed(&started_session()), &LIFECYCLE);
        client.fails(&update(SessionId(Uuid::new_v4()), done.clone()), 404, "PT404");
        client.fails(&update(theirs.id, done), 404, "PT404");
        // Columns of the server.
        for column in SERVERS {
            client.fails(&update(sit.id, json!({ column: null })), 403, "42501");
        }
        let forged = |column: &str, value: Value| {
            let mut row = row(&started_session());
            row[column] = value;
            json!({ "what": "insert", "rows": [row] })
        };
        client.fails(&forged("userid", json!(other)), 403, "42501");
        client.fails(&forged("seq", json!(1)), 403, "42501");
        client.fails(&forged("sitlength", json!(-1)), 400, "23514");
        // An id that exists already, as an insert or upsert: overwriting is not merging.
        client.fails(&json!({ "what": "insert", "rows": [row(&sit)] }), 409, "23505");
        client.fails(&json!({ "what": "upsert", "rows": [row(&sit)] }), 403, "42501");
        client.fails(&json!({ "what": "remove", "id": sit.id }), 403, "42501");
        // Without signing in.
        let mut anonymous = Client::start(backend, None);
        // The code depends on whether the gateway treats the key, which this client sends as a token, as one.
        let pull = json!({ "what": "call", "name": "pull_sessions", "body": {} });
        for request in [json!({ "what": "read" }), pull] {
            let response = anonymous.send(&request);
            assert_eq!((&response["status"], &response["data"]), (&json!(401), &Value::Null));
        }
        // Its own session is unchanged after all of this.
        assert_eq!(client.succeeds(&json!({ "what": "read" })).as_array().unwrap().len(), 1);
        assert_eq!(pulled(&server, user).await, [(sit.id, sit)].into());
        assert_eq!(pulled(&others, other).await, [(theirs.id, theirs)].into());
    });
}
