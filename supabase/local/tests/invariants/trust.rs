//! Servers whose certificates are not trusted.

use crate::separate_process;
use crate::tls::{Authority, Identity, TlsServer, request};
use crate::world::{World, minutes, seconds, wait};
use std::fs;
use zafu_sync::supabase::{Http, Project};
use zafu_sync::{Distrust, Fault};

/// The TLS server is real, and so is the list of trusted issuers: the file that the system's own list is read from.
#[test]
fn fault_26_a_certificate_is_not_trusted() {
    let Some(folder) = separate_process::folder() else {
        let folder = tempfile::tempdir().unwrap();
        return separate_process::run("trust::fault_26_a_certificate_is_not_trusted", &folder, &[]);
    };
    // A system without trusted issuers, such as a minimal container.
    let project = Project::new("https://127.0.0.1", "key").unwrap();
    let error = Http::new(project).unwrap_err();
    assert_eq!(error.fault, Fault::Untrusted(Distrust::NoIssuers));

    let (trusted, unknown) = (Authority::new("a trusted issuer"), Authority::new("an unknown one"));
    fs::write(separate_process::issuers(&folder), trusted.pem()).unwrap();
    let Some(mut world) = World::with_separate_server() else { return };
    let tls_server = TlsServer::open(world.proxy.port());
    let url = format!("https://127.0.0.1:{}", tls_server.port);
    world.devices[0].remote = world.signed_in_at(&url, world.tokens());
    let mut expired = request("127.0.0.1");
    expired.not_after = rcgen::date_time_ymd(2024, 1, 1);
    let mut future = request("127.0.0.1");
    future.not_before = rcgen::date_time_ymd(2900, 1, 1);
    let cases = [
        (Identity::self_signed(request("127.0.0.1")), Distrust::Issuer),
        (unknown.issue(request("127.0.0.1")), Distrust::Issuer),
        (trusted.issue(request("elsewhere.example")), Distrust::Name),
        (trusted.issue(expired), Distrust::Expired),
        (trusted.issue(future), Distrust::NotYetValid),
    ];
    wait(async {
        world.record_sits(0, 4);
        for (identity, why) in cases {
            tls_server.present(identity);
            world.proxy.clear_script();
            let before = world.devices[0].calls;
            world.sync_now(0, minutes(30)).await;
            let status = world.devices[0].engine.status().unwrap();
            let failure = status.last_failure.unwrap();
            assert_eq!(failure.fault, Fault::Untrusted(why));
            assert_eq!(failure.message().id, "server-untrusted");
            // Nothing is sent, neither tokens nor sessions, and retries are few.
            assert_eq!(
                (tls_server.trusted(), tls_server.unencrypted(), world.proxy.request_count()),
                (0, 0, 0)
            );
            let calls = world.devices[0].calls - before;
            assert!((2..40).contains(&calls) && tls_server.connections() >= 2, "{calls} calls");
            assert_eq!((status.hold, world.pending(0)), (None, 4));
        }
        // With a trusted certificate everything is sent, without any action of the user.
        tls_server.present(trusted.issue(request("127.0.0.1")));
        world.sync(0, minutes(70)).await;
        assert_eq!(world.pending(0), 0);
        assert!(tls_server.trusted() > 0);
        // If a network intercepts connections later, the next one fails again.
        world.record_sits(0, 2);
        world.now += seconds(3600);
        tls_server.present(unknown.issue(request("127.0.0.1")));
        world.proxy.close_connections();
        world.proxy.clear_script();
        world.sync_now(0, minutes(5)).await;
        assert_eq!(
            (tls_server.trusted(), world.proxy.request_count(), world.pending(0)),
            (0, 0, 2)
        );
        tls_server.present(trusted.issue(request("127.0.0.1")));
        world.recover().await;
    });
}
