//! The account on the command line, with the real keychain and the real server. Each device is a data folder.

use crate::cloud::{User, backend, server};
use crate::keyring::Keyring;
use crate::offline;
use crate::zafu::{Engine, Zafu, eventually};
use serde_json::{Value, json};
use std::time::Duration;
use zafu_backend::{Backend, or_skip};
use zafu_engine::protocol::SyncNeed;

const MINUTE: Duration = Duration::from_secs(60);

/// Stores a completed sit while no engine runs. Returns its id.
fn sit(zafu: &Zafu) -> String {
    offline::sit(zafu, true)
}

/// Returns the log without what differs between devices: which of them recorded a sit.
fn log(zafu: &Zafu) -> Value {
    let mut log = zafu.json("log --json");
    for sit in log.as_array_mut().unwrap() {
        assert!(sit.as_object_mut().unwrap().remove("otherDevice").unwrap().is_boolean());
    }
    log
}

fn report(pushed: u32, pulled: u32, pending: u32) -> Value {
    json!({ "pushed": pushed, "pulled": pulled, "pending": pending, "rejected": 0 })
}

#[test]
fn a_sit_recorded_offline_reaches_the_server_and_another_device_exactly_once() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let one = Zafu::on(&keyring);
    let sits = [sit(&one), sit(&one)];
    assert_eq!(
        user.sign_up(&one),
        "Signed in.\n2 sits without an account now belong to this account.\n"
    );
    assert_eq!(one.json("sync --json"), report(2, 0, 0));
    assert_eq!(one.json("sync --json"), report(0, 0, 0), "what is there is not sent again");
    let there = server(backend, &user, "select id, iscompleted from sessions order by startedat");
    assert_eq!(there, sits.map(|id| format!("{id}|t")).join("\n"));

    let two = Zafu::on(&keyring);
    user.sign_in(&two);
    assert_eq!(two.json("sync --json"), report(0, 2, 0));
    assert_eq!(log(&two), log(&one));
    assert_eq!(two.json("log --json")[0]["otherDevice"], true);
    assert_eq!(one.json("log --json")[0]["otherDevice"], false);
    let third = sit(&two);
    assert_eq!(two.json("sync --json"), report(1, 0, 0));
    assert_eq!(one.json("sync --json"), report(0, 1, 0));
    assert_eq!(one.json("log --json")[0]["id"], third.as_str());
}

#[test]
fn a_running_sit_is_shown_on_another_device_and_not_resumed_there() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let (one, two) = (Zafu::on(&keyring), Zafu::on(&keyring));
    user.sign_up(&one);
    user.sign_in(&two);
    let engine = one.sit("20m --prepare 0s");
    let is_there =
        format!("select count(*) from sessions where id = '{}' and not iscompleted", engine.id());
    eventually("the start has reached the server", || {
        (server(backend, &user, &is_there) == "1").then_some(())
    });
    two.ok("sync");
    let log = two.json("log --json");
    assert_eq!(
        (&log[0]["id"], &log[0]["stage"]),
        (&engine.id().into(), &"runningElsewhere".into())
    );
    assert_eq!(
        two.json("status --json")["unsettled"],
        json!([]),
        "it is no business of this device"
    );
    two.pass(Duration::from_secs(20 * 60 + 3601));
    assert_eq!(two.json("log --json")[0]["stage"], "unfinished");
    engine.pass(Duration::from_secs(20 * 60));
    let id = engine.id().to_owned();
    one.run("end");
    engine.wait();
    one.ok("sync");
    two.ok("sync");
    let log = two.json("log --json");
    assert_eq!((&log[0]["id"], &log[0]["stage"]), (&id.into(), &"completed".into()));
}

#[test]
fn the_exit_code_distinguishes_synced_pending_and_action_needed() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    zafu.run("sync").fails_with(6, "not signed in");
    zafu.run("account sign-in --email a@example.org --code 1").fails_with(2, "Name the project");
    let project = user.project();
    zafu.run(&format!("account sign-in {project} --email a@example.org"))
        .fails_with(2, "--password-stdin");
    let wrong = user.with_password(&zafu, "sign-in", "another word");
    wrong.fails_with(6, "email address or the password is wrong");
    assert_eq!(zafu.ok("account status --json").trim(), "null", "nothing was changed");
    user.sign_up(&zafu);
    sit(&zafu);
    // Simulates an unreachable project.
    zafu.change_database("UPDATE accounts SET url = 'http://127.0.0.1:9'");
    let waits = zafu.run("sync --json");
    waits.fails_with(5, "server was not reached");
    assert_eq!(serde_json::from_str::<Value>(&waits.out).unwrap(), report(0, 0, 1));
    zafu.change_database(&format!("UPDATE accounts SET url = '{}'", backend.url()));
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
    assert!(keyring.has_item());
    assert_eq!(zafu.ok("account sign-out"), "Signed out. All sits are still here.\n");
    assert!(!keyring.has_item(), "the credentials are no longer in the keychain");
    zafu.run("sync").fails_with(6, "not signed in");
    assert_eq!(zafu.json("log --json").as_array().unwrap().len(), 1);
}

#[test]
fn a_missing_keychain_is_reported_and_the_sign_in_lasts_until_zafu_ends() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::without_keychain()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    let failed = user.with_password(&zafu, "sign-up", User::PASSWORD);
    failed.fails_with(6, "keychain cannot be used");
    let engine = zafu.sit("20m --prepare 0s");
    let signed_in = user.with_password(&zafu, "sign-up", User::PASSWORD);
    assert_eq!(signed_in.code, Some(0), "{signed_in:?}");
    assert!(signed_in.err.contains("you are signed in until Zafu quits"), "{signed_in:?}");
    zafu.ok("sync");
    assert_eq!(server(backend, &user, "select id from sessions"), engine.id());
    assert_eq!(zafu.json("account status --json")["untilQuit"], true);
    zafu.run("end");
    engine.wait();
    // The end of the first sit may have been pushed while its bell rang. Only this sit is certainly pending.
    let later = zafu.sit("20m --prepare 0s");
    zafu.run("end");
    later.wait();
    let result = zafu.run("sync --json");
    result.fails_with(6, "sign in again");
    assert!(zafu.json("account status --json")["pending"].as_u64() >= Some(1), "it is kept");
}

#[test]
fn an_erasure_by_another_device_needs_a_decision_and_loses_nothing() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let (one, two) = (Zafu::on(&keyring), Zafu::on(&keyring));
    sit(&one);
    user.sign_up(&one);
    one.ok("sync");
    user.sign_in(&two);
    two.ok("sync");
    two.run("account erase").fails_with(2, "say `zafu account erase --yes`");
    two.ok("account erase --yes");
    assert_eq!(server(backend, &user, "select count(*) from sessions"), "0");
    assert_eq!(two.json("log --json").as_array().unwrap().len(), 1, "it stays on this device");
    let another = sit(&one);
    one.run("sync").fails_with(6, "were erased from the server");
    assert_eq!(server(backend, &user, "select count(*) from sessions"), "0", "nothing is sent");
    one.ok("account after-erasure upload");
    one.ok("sync");
    assert_eq!(server(backend, &user, "select count(*) from sessions"), "2");
    two.ok("sync");
    assert_eq!(two.json("log --json")[0]["id"], another.as_str());
}

#[test]
fn another_account_is_assigned_ownerless_sits_only_by_the_users_decision() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let (first, second) = (User::new(backend), User::new(backend));
    let zafu = Zafu::on(&keyring);
    first.sign_up(&zafu);
    let firsts = sit(&zafu);
    zafu.ok("sync");
    zafu.ok("account sign-out");
    let ownerless = sit(&zafu);
    assert_eq!(second.sign_up(&zafu), "Signed in.\n");
    zafu.run("sync").fails_with(6, "made while no account was signed in");
    assert_eq!(server(backend, &second, "select count(*) from sessions"), "0");
    let log = zafu.json("log --json");
    let ids: Vec<_> =
        log.as_array().unwrap().iter().map(|sit| sit["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [ownerless.as_str()], "{firsts} is the other's");
    zafu.ok("account adopt");
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
    assert_eq!(server(backend, &second, "select id from sessions"), ownerless);
    assert_eq!(server(backend, &first, "select id from sessions"), firsts);
}

/// Covers fault 9.
#[test]
fn two_syncs_at_once_run_one_after_the_other_or_one_is_rejected() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    sit(&zafu);
    user.sign_up(&zafu);
    let both = [0, 1].map(|_| zafu.command(["sync"]).spawn().unwrap());
    for mut child in both {
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
    }
    assert_eq!(server(backend, &user, "select count(*) from sessions"), "1");
}

#[test]
fn a_revoked_session_needs_a_new_sign_in_and_keeps_the_outbox() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    user.sign_up(&zafu);
    user.revoke(backend);
    let id = sit(&zafu);
    zafu.run("sync").fails_with(6, "sign in again");
    let status = zafu.json("account status --json");
    assert_eq!(status["pending"], 1);
    assert_eq!(serde_json::to_value(SyncNeed::SignIn).unwrap(), "sign-in");
    user.sign_in(&zafu);
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
    assert_eq!(server(backend, &user, "select id from sessions"), id);
}

/// The running engine carries out the account commands, and its sit continues.
#[test]
fn a_running_engine_signs_in_syncs_and_signs_out() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    let engine: Engine = zafu.sit("20m --prepare 0s");
    user.sign_up(&zafu);
    zafu.ok("sync");
    assert_eq!(server(backend, &user, "select id from sessions"), engine.id());
    let status = zafu.json("account status --json");
    assert_eq!((&status["state"], &status["email"]), (&"synced".into(), &user.email().into()));
    zafu.ok("account sign-out");
    engine.pass(MINUTE);
    assert_eq!(zafu.json("status --json")["state"], "sitting");
    zafu.run("end");
    engine.wait();
    let waits = zafu.json("account status --json");
    assert_eq!((&waits["state"], &waits["pending"]), (&"signed-out".into(), &1.into()));
}

#[test]
fn the_doctor_checks_the_keychain_and_the_server() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let zafu = Zafu::on(&keyring);
    let doctor = || zafu.run("doctor").out;
    assert!(doctor().contains("ok    keychain: can be used\n"), "{}", doctor());
    assert!(doctor().contains("ok    server: no account is signed in, and none is needed\n"));
    let user = User::new(backend);
    user.sign_up(&zafu);
    assert!(doctor().contains("ok    server: set up for Zafu\n"), "{}", doctor());
    zafu.change_database("UPDATE accounts SET url = 'http://127.0.0.1:9'");
    assert!(doctor().contains("look  server: The server was not reached"), "{}", doctor());
    let bare = Keyring::without_keychain().unwrap();
    let without = Zafu::on(&bare).run("doctor").out;
    assert!(without.contains("look  keychain: The keychain cannot be used ("), "{without}");
}

/// Returns the number of sits in a log.
fn listed(zafu: &Zafu, log: &str) -> usize {
    zafu.json(log).as_array().unwrap().len()
}

/// The account of the signed-in user is deleted on the server, and the same address signs up again.
#[test]
fn real_life_05_sits_of_a_deleted_account_are_offered_to_the_account_that_has_its_address() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    user.sign_up(&zafu);
    let sent = sit(&zafu);
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
    let unsent = sit(&zafu);
    user.delete(backend);
    zafu.run("sync").fails_with(6, "sign in again");

    let result = user.with_password(&zafu, "sign-up", User::PASSWORD);
    assert_eq!(result.code, Some(0), "{result:?}");
    let offer = format!("2 sits on this device belong to {} (replaced)", user.email());
    assert!(result.err.contains(&offer), "{result:?}");
    zafu.run("sync").fails_with(6, "zafu account adopt --from");
    assert_eq!(
        server(backend, &user, "select count(*) from sessions"),
        "0",
        "nothing is moved without a decision"
    );

    // Before they are moved, each of them can be listed.
    assert_eq!(listed(&zafu, "log --json"), 0);
    assert_eq!(listed(&zafu, "log --all-accounts --json"), 2);
    let owners = zafu.json("account list --json");
    let old = owners[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&owners[1]["state"], &owners[1]["sits"], &owners[1]["unsent"]),
        (&"replaced".into(), &2.into(), &1.into())
    );
    assert_eq!(listed(&zafu, &format!("log --json --account {old}")), 2);
    let named = zafu.ok("log --all-accounts");
    assert_eq!(named.matches(&format!("{} (replaced)", user.email())).count(), 2, "{named}");
    let status = zafu.ok("account status");
    assert!(status.contains("Of other accounts on this device: 2, not sent: 1."), "{status}");
    zafu.run(&format!("account adopt --from {}", user.email())).fails_with(2, &old);

    let moved = zafu.ok(&format!("account adopt --from {old}"));
    assert!(moved.starts_with(&format!("Moved to {}: 2 sits of ", user.email())), "{moved}");
    assert_eq!(zafu.json("sync --json"), report(2, 0, 0), "also what the old account had");
    let there = server(backend, &user, "select id from sessions order by startedat");
    assert_eq!(there, format!("{sent}\n{unsent}"));
    assert_eq!(listed(&zafu, "log --json"), 2);
    let again = zafu.ok(&format!("account adopt --from {old}"));
    assert!(again.contains("No sits of"), "{again}");
    assert_eq!(zafu.json("sync --json"), report(0, 0, 0));
}

#[test]
fn real_life_05_sits_of_an_account_that_may_be_in_use_are_moved_only_after_a_second_confirmation() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let (first, second) = (User::new(backend), User::new(backend));
    let zafu = Zafu::on(&keyring);
    first.sign_up(&zafu);
    sit(&zafu);
    zafu.ok("account sign-out");
    second.sign_up(&zafu);
    zafu.ok("sync");
    let adopt = format!("account adopt --from {}", first.email());
    let failed = zafu.run(&adopt);
    failed.fails_with(2, "not known to be gone");
    assert!(failed.err.contains(first.email()) && failed.err.contains("--yes"), "{failed:?}");
    assert_eq!((listed(&zafu, "log --json"), listed(&zafu, "log --json --all-accounts")), (0, 1));
    assert_eq!(zafu.json("sync --json"), report(0, 0, 0));
    zafu.ok(&format!("{adopt} --yes"));
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
    assert_eq!(server(backend, &second, "select count(*) from sessions"), "1");
}

/// Sits that the user leaves are not offered again before the next sign-in, and can still be listed and moved.
#[test]
fn real_life_05_declined_sits_can_still_be_listed_and_moved() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let zafu = Zafu::on(&keyring);
    user.sign_up(&zafu);
    sit(&zafu);
    user.delete(backend);
    user.sign_up(&zafu);
    let old = zafu.json("account list --json")[1]["id"].as_str().unwrap().to_owned();
    let left = zafu.ok(&format!("account adopt --from {old} --leave"));
    assert!(left.starts_with("Left where they are: 1 sit of "), "{left}");
    assert_eq!(zafu.json("sync --json"), report(0, 0, 0));
    assert_eq!(listed(&zafu, "log --json --all-accounts"), 1);
    zafu.ok(&format!("account adopt --from {old}"));
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
}

/// Both devices have the old account's sit. The second device pulls it for the new account before it offers the move.
#[test]
fn real_life_05_two_devices_that_move_the_same_sits_do_not_duplicate_them() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let user = User::new(backend);
    let (one, two) = (Zafu::on(&keyring), Zafu::on(&keyring));
    user.sign_up(&one);
    let id = sit(&one);
    one.ok("sync");
    user.sign_in(&two);
    two.ok("sync");
    user.delete(backend);
    user.sign_up(&one);
    let old = one.json("account list --json")[1]["id"].as_str().unwrap().to_owned();
    let adopt = format!("account adopt --from {old}");
    one.ok(&adopt);
    one.ok("sync");
    user.sign_in(&two);
    two.run("sync").fails_with(6, "zafu account adopt --from");
    two.ok(&adopt);
    two.ok("sync");
    one.ok("sync");
    assert_eq!(server(backend, &user, "select id from sessions"), id);
    assert_eq!(log(&two), log(&one));
    assert_eq!(two.json("log --all-accounts --json").as_array().unwrap().len(), 1);
}

/// The server tells a running engine that its account was deleted, while the access token is still valid.
#[test]
fn real_life_05_a_deleted_account_reported_by_the_server_is_recorded() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let (user, other) = (User::new(backend), User::new(backend));
    let zafu = Zafu::on(&keyring);
    let engine: Engine = zafu.sit("20m --prepare 0s");
    user.sign_up(&zafu);
    zafu.ok("account adopt");
    zafu.ok("sync");
    user.delete(backend);
    zafu.run("sync").fails_with(6, "the account is gone");
    zafu.run("end");
    engine.wait();
    let result = other.with_password(&zafu, "sign-up", User::PASSWORD);
    assert!(
        result.err.contains(&format!("1 sit on this device belongs to {} (deleted)", user.email())),
        "{result:?}"
    );
    let old = zafu.json("account list --json")[1]["id"].as_str().unwrap().to_owned();
    zafu.ok(&format!("account adopt --from {old}"));
    zafu.ok("sync");
    assert_eq!(server(backend, &other, "select count(*) from sessions"), "1");
}

#[test]
fn real_life_15_sign_up_asks_for_the_link_or_code_of_the_mail_and_accepts_the_code() {
    let Some(keyring) = Keyring::new() else { return };
    let Some(backend) = or_skip(Backend::start()) else { return };
    backend.start_confirming_auth().unwrap();
    let user = User::new(&backend);
    let zafu = Zafu::on(&keyring);
    let result = user.sign_up(&zafu);
    assert!(result.contains(&format!("zafu account sign-in --email {} --code CODE", user.email())));
    assert!(result.contains("If it has a link: open it, then sign in."), "{result}");
    assert_eq!(zafu.json("account status --json"), Value::Null, "no account is signed in yet");
    let unconfirmed = user.with_password(&zafu, "sign-in", User::PASSWORD);
    unconfirmed.fails_with(6, "if it has a code, sign in with that code");
    let mail = crate::cloud::mailbox(&backend);
    let code = crate::cloud::code(&mail);
    let line = format!("account sign-in {} --email {} --code {code}", user.project(), user.email());
    assert_eq!(zafu.ok(&line), "Signed in.\n");
    sit(&zafu);
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
}

#[test]
fn real_life_15_an_account_without_the_sign_up_trigger_is_not_reported_as_deleted() {
    let Some(keyring) = Keyring::new() else { return };
    let Some(backend) = or_skip(Backend::start()) else { return };
    backend.start_auth().unwrap();
    let trigger = backend
        .sql("select pg_get_triggerdef(oid) from pg_trigger where tgname = 'zafu_create_profile'")
        .unwrap();
    backend.sql("drop trigger zafu_create_profile on auth.users").unwrap();
    let user = User::new(&backend);
    let zafu = Zafu::on(&keyring);
    sit(&zafu);
    user.with_password(&zafu, "sign-up", User::PASSWORD);
    let is_the_servers_fault = || {
        let result = zafu.run("sync");
        result.fails_with(6, "administrator must repair the server");
        assert!(!result.err.contains("gone"), "{result:?}");
        assert_eq!(zafu.json("account list --json")[0]["state"], "signed-in");
        result
    };
    is_the_servers_fault();
    // The restored trigger creates no profile for an existing account.
    backend.sql(&trigger).unwrap();
    let result = is_the_servers_fault();
    assert!(result.err.contains("the project has no profile for it"), "{result:?}");
    backend.sql("insert into public.users (id, email) select id, email from auth.users").unwrap();
    assert_eq!(zafu.json("sync --json"), report(1, 0, 0));
}
