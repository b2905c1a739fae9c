//! The engine's socket without Zafu's client: valid and invalid input, and access rights.

#![cfg(unix)]

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;

use fakes::Fakes;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use zafu_engine::Client;
use zafu_engine::protocol::{EngineState, Response};

#[test]
fn an_invalid_line_gets_an_error_and_the_connection_stays_open() {
    let fakes = Fakes::new();
    let mut stream = UnixStream::connect(fakes.folder().path().join("engine.sock")).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    for line in
        ["dance", "{}", r#"{"engine":{"do":"fly"}}"#, r#"{"engine":{"do":"resolveSit","id":7}}"#]
    {
        writeln!(stream, "{line}").unwrap();
        let response: Response<()> = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let Response::Error(error) = response else { panic!("{line}: {response:?}") };
        assert_eq!(error.message.id, "engine-request-not-understood", "{error}");
    }
    writeln!(stream, r#"{{"engine":{{"do":"state"}}}}"#).unwrap();
    let response: Response<EngineState> =
        serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert!(matches!(response, Response::Ok(_)), "{response:?}");
}

#[test]
fn only_the_owner_can_use_the_socket() {
    let fakes = Fakes::new();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(fakes.folder().path()), 0o700);
    assert_eq!(mode(&fakes.folder().path().join("engine.sock")), 0o600);
}

#[test]
fn the_path_of_a_folder_may_be_longer_than_that_of_a_socket() {
    let fakes = Fakes::in_folder(&["of-many-folders"; 12].join("/"));
    assert!(fakes.folder().path().as_os_str().len() > 200);
    let mut client = Client::connect(fakes.folder()).unwrap().unwrap();
    assert!(client.state().unwrap().sit.is_none());
}
