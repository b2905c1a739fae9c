//! Responses of servers that are not the project, such as a captive portal.

use crate::{PASSWORD, backend, wait};
use std::io::{Read, Write};
use std::net::TcpListener;
use zafu_core::ids::UserId;
use zafu_sync::ErrorClass;
use zafu_sync::supabase::{AuthError, Http, Project};

/// Starts a server that always sends the same response.
fn server_that_sends(response: &'static str) -> Http {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The request fits into one read.
            let _ = stream.read(&mut [0; 65536]);
            let _ = stream.write_all(response.as_bytes());
        }
    });
    Http::new(Project::new(&format!("http://{address}"), "key").unwrap()).unwrap()
}

#[test]
fn responses_of_other_servers_are_distinguished() {
    for (response, error) in [
        (
            "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n",
            AuthError::CaptivePortal,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>", AuthError::CaptivePortal),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\n<html></html>",
            AuthError::NotSupabase,
        ),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", AuthError::NotSupabase),
    ] {
        let result = wait(server_that_sends(response).sign_in("a@example.org", PASSWORD));
        assert_eq!(result, Err(error), "{response}");
    }
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let http = Http::new(Project::new(&format!("http://{unused}"), "key").unwrap()).unwrap();
    let result = wait(http.sign_in("a@example.org", PASSWORD));
    assert_eq!(result, Err(AuthError::Unreachable));
}

#[test]
fn a_wrong_key_is_not_a_wrong_password() {
    let Some(backend) = backend() else { return };
    let project = Project::new(&backend.url(), "sb_publishable_of_another_project").unwrap();
    let result = wait(Http::new(project).unwrap().sign_in("a@example.org", PASSWORD));
    assert_eq!(result, Err(AuthError::WrongKey));
}

#[test]
fn a_truncated_response_acknowledges_nothing() {
    use zafu_sync::Remote;
    use zafu_sync::supabase::{Account, Keyring, SignedIn, Supabase, Tokens};
    let http = server_that_sends(
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"state\":\"ok\",\"outcomes\":[",
    );
    let user = UserId(uuid::Uuid::new_v4());
    let tokens = Tokens { access: "a".into(), refresh: "b".into() };
    let vault = std::sync::Arc::new(zafu_sync::fake::Memory::default());
    let signed_in = SignedIn { user, email: String::new(), tokens };
    let account = Account::new(signed_in, Keyring::new(vault));
    let server = Supabase::new(http, account);
    // The server closes the connection before the end.
    let error = wait(server.push(user, &[], None)).unwrap_err();
    assert!(matches!(error.class(), ErrorClass::Transient | ErrorClass::TooSlow), "{error:?}");
}
