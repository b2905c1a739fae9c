//! Name resolution with the system's resolver, which queries a name server of the test.

use crate::separate_process;
use crate::tls::{Authority, TlsServer, request};
use crate::world::{World, minutes, wait};
use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use zafu_backend::warn;
use zafu_sync::Fault;

const NAME: &str = "project.zafu.test";

/// Files that are mounted over those of the system, in a separate mount namespace.
const FILES: [&str; 3] = ["resolv.conf", "nsswitch.conf", "hosts"];

const BIND: &str = r#"set -e
    for file in resolv.conf nsswitch.conf hosts; do
        [ ! -e "/etc/$file" ] || mount --bind "$0/$file" "/etc/$file"
    done
    exec "$@""#;

/// What the name server responds.
#[derive(Clone, Copy)]
enum Answer {
    Error(u8),
    Address(Ipv4Addr),
}

// Codes of responses (RFC 1035, section 4.1.1).
const SERVER_FAILURE: Answer = Answer::Error(2);
const NO_SUCH_NAME: Answer = Answer::Error(3);
const REFUSED: Answer = Answer::Error(5);

struct NameServer {
    answer: Arc<Mutex<Answer>>,
    /// Number of queries for the name.
    query_count: Arc<Mutex<usize>>,
}

impl NameServer {
    fn listen(address: Ipv4Addr) -> Self {
        let socket = UdpSocket::bind((address, 53)).unwrap();
        let (answer, query_count) = (Arc::new(Mutex::new(NO_SUCH_NAME)), Arc::default());
        let server = Self { answer: Arc::clone(&answer), query_count: Arc::clone(&query_count) };
        thread::spawn(move || {
            let mut query = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut query) {
                let query = &query[..length];
                let wire: Vec<_> = NAME.split('.').flat_map(label).collect();
                if query[12..].starts_with(&wire) {
                    *query_count.lock().unwrap() += 1;
                }
                socket.send_to(&respond(query, *answer.lock().unwrap()), from).ok();
            }
        });
        server
    }

    fn set_answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
        *self.query_count.lock().unwrap() = 0;
    }
}

/// A part of a name as it goes over the wire.
fn label(part: &str) -> Vec<u8> {
    [&[part.len() as u8], part.as_bytes()].concat()
}

/// A response to a query with one question (RFC 1035, section 4).
fn respond(query: &[u8], answer: Answer) -> Vec<u8> {
    // The question: labels up to an empty one, a type, a class.
    let mut end = 12;
    while query[end] != 0 {
        end += usize::from(query[end]) + 1;
    }
    let question = &query[12..end + 5];
    let is_for_ipv4 = question[question.len() - 4..] == [0, 1, 0, 1];
    let (code, answers) = match answer {
        Answer::Error(code) => (code, 0),
        Answer::Address(_) => (0, u8::from(is_for_ipv4)),
    };
    let mut response = query[..2].to_vec();
    response.extend([0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0]);
    response.extend(question);
    if let (1, Answer::Address(address)) = (answers, answer) {
        // The name of the question, its type and class, no time to live, four bytes.
        response.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        response.extend(address.octets());
    }
    response
}

/// Runs the test in a mount namespace with its own resolver configuration. That needs root.
fn run_in_namespace() {
    let folder = tempfile::tempdir().unwrap();
    // Every address of 127.0.0.0/8 is local.
    let part = || fastrand::u8(2..250);
    let address = Ipv4Addr::new(127, part(), part(), part());
    let can_mount = Command::new("unshare").args(["--mount", "true"]).status();
    if !can_mount.is_ok_and(|it| it.success()) || UdpSocket::bind((address, 53)).is_err() {
        let why = "a name server and a mount namespace need root";
        assert!(std::env::var("CI").map_or(true, |it| it != "true" && it != "1"), "{why}");
        return warn(&format!("SKIPPED: fault_28_a_host_name_does_not_resolve_for_a_while: {why}"));
    }
    let contents = [
        format!("nameserver {address}\noptions ndots:1 attempts:1\n"),
        "hosts: files dns\n".into(),
        "127.0.0.1 localhost\n".into(),
    ];
    for (file, content) in FILES.iter().zip(contents) {
        fs::write(folder.path().join(file), content).unwrap();
    }
    fs::write(folder.path().join("address"), address.to_string()).unwrap();
    let mut before: Vec<OsString> =
        ["unshare", "--mount", "sh", "-c", BIND].map(OsString::from).into();
    before.push(folder.path().into());
    separate_process::run(
        "names::fault_28_a_host_name_does_not_resolve_for_a_while",
        &folder,
        &before,
    );
}

fn in_namespace(folder: &Path) -> Option<(World, NameServer, TlsServer)> {
    let address = fs::read_to_string(folder.join("address")).unwrap().parse().unwrap();
    let names = NameServer::listen(address);
    let authority = Authority::new("a trusted issuer");
    fs::write(separate_process::issuers(folder), authority.pem()).unwrap();
    let mut world = World::with_separate_server()?;
    let tls_server = TlsServer::open(world.proxy.port());
    tls_server.present(authority.issue(request(NAME)));
    let url = format!("https://{NAME}:{}", tls_server.port);
    world.devices[0].remote = world.signed_in_at(&url, world.tokens());
    Some((world, names, tls_server))
}

#[test]
fn fault_28_a_host_name_does_not_resolve_for_a_while() {
    let Some(folder) = separate_process::folder() else { return run_in_namespace() };
    let Some((mut world, names, tls_server)) = in_namespace(&folder) else { return };
    wait(async {
        world.record_sits(0, 4);
        for answer in [NO_SUCH_NAME, SERVER_FAILURE, REFUSED] {
            names.set_answer(answer);
            let before = world.devices[0].calls;
            world.sync_now(0, minutes(30)).await;
            let status = world.devices[0].engine.status().unwrap();
            assert_eq!(status.last_failure.unwrap().fault, Fault::Unreachable);
            let calls = world.devices[0].calls - before;
            assert!((2..40).contains(&calls), "{calls} calls in half an hour");
            assert!(*names.query_count.lock().unwrap() >= 2, "the name is looked up each time");
            assert_eq!((tls_server.connections(), status.hold, world.pending(0)), (0, None, 4));
        }
        // It resolves to an address without a server, then to the right one, without any action of the user.
        for (address, pending) in [([127, 1, 2, 3], 4), ([127, 0, 0, 1], 0)] {
            names.set_answer(Answer::Address(address.into()));
            world.sync(0, minutes(70)).await;
            assert_eq!(world.pending(0), pending);
        }
        assert!(tls_server.trusted() > 0);
        world.recover().await;
    });
}
