//! Erasing data and deleting accounts.

use crate::account::{Account, outcomes};
use crate::session::Session;
use crate::sits::{completed, many, started_session, wire};
use reqwest::Method;
use serde_json::{Value, json};
use std::thread;
use zafu_backend::{Backend, or_skip, shared};

#[test]
fn a_device_that_does_not_know_of_an_erasure_cannot_upload_again() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let rows = many(3);
    account.push(&rows);
    let (_, cursor) = account.pull_after(&Value::Null);
    let erased = account.call("erase_account", &json!({})).body["erasure_id"].clone();
    assert!(erased.is_string());

    // The next pull or push reports the erasure, and nothing is written.
    let page = account.page(&cursor, 10);
    assert_eq!((&page["erasure_id"], &page["rows"]), (&erased, &json!([])));
    assert!(page["erasedat"].is_string());
    for unaware in
        [json!({ "sessions": rows }), json!(rows), json!({ "sessions": rows, "erasure_id": "x" })]
    {
        let response = account.call("push_sessions", &unaware).body;
        assert_eq!((&response["state"], &response["erasure_id"]), (&json!("erased"), &erased));
        assert_eq!(response["outcomes"], json!([]));
    }
    assert!(account.pull().is_empty());

    // After the user has agreed, it can.
    let aware = json!({ "sessions": rows, "erasure_id": erased });
    let response = account.call("push_sessions", &aware).body;
    assert_eq!(outcomes(&response), vec!["accepted"; 3]);
    // A second erasure has another id.
    let again = account.call("erase_account", &json!({})).body["erasure_id"].clone();
    assert_ne!(again, erased);
    assert_eq!(account.call("push_sessions", &aware).body["state"], "erased");
}

#[test]
fn an_erasure_is_complete_and_affects_only_the_caller() {
    let Some(backend) = shared() else { return };
    let (account, other) = (Account::new(backend), Account::new(backend));
    let profile = format!("users?id=eq.{}&select=name,image,weeklytarget", account.id);
    let device = account.id;
    let changed = json!({
        "profile": { "name": "Someone", "image": "bowl", "revision": 1, "deviceid": device },
        "target": { "target": 3, "revision": 1, "deviceid": device },
    });
    let response = account.call("sync_partner", &changed);
    assert_eq!(response.body["state"], "ok", "{response:?}");
    let expected = json!([{ "name": "Someone", "image": "bowl", "weeklytarget": 3 }]);
    assert_eq!(account.get(&profile).body, expected);
    account.push(&many(3));
    other.push(&many(2));
    account.call("erase_account", &json!({}));
    let blank = json!([{ "name": "", "image": null, "weeklytarget": 5 }]);
    assert_eq!(account.get(&profile).body, blank);
    assert!(account.pull().is_empty());
    assert_eq!(other.pull().len(), 2);
}

#[test]
fn erasing_ends_the_partnership_and_its_weeks_stay_as_they_were() {
    let Some(backend) = shared() else { return };
    let (account, partner) = (Account::new(backend), Account::new(backend));
    let sql = "insert into partnerships (userid, partnerid, startedat) values";
    backend.sql(&format!("{sql} ('{}', '{}', '2026-02-27')", account.id, partner.id)).expect("SQL");
    let state = "select p.endedat is null, p.userid is null, w.invitersits, w.inviteesits
                 from partnerships p join weeks w on w.partnershipid = p.id
                 where w.invitersits + w.inviteesits > 0 and p.partnerid =";
    let state = || backend.sql(&format!("{state} '{}'", partner.id)).expect("SQL");
    let status =
        || partner.get("users?select=pairing_status").body[0]["pairing_status"].to_string();
    account.push(&many(3));
    partner.push(&many(2));
    assert_eq!((state().as_str(), status().as_str()), ("t|f|3|2", "\"paired\""));
    account.call("erase_account", &json!({}));
    assert_eq!((state().as_str(), status().as_str()), ("f|t|3|2", "\"unpaired\""));
    assert_eq!(partner.pull().len(), 2, "the partner keeps their sessions");
}

#[test]
fn a_deleted_account_has_an_error_of_its_own() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    account.push(&[wire(&completed(&started_session()))]);
    backend.delete_user(account.id).expect("deleted");
    account.call("push_sessions", &json!(many(1))).is(410, "PT410");
    account.call("pull_sessions", &json!({})).is(410, "PT410");
    account.call("erase_account", &json!({})).is(410, "PT410");
    account.send_json(Method::POST, "sessions", &wire(&started_session())).is(410, "PT410");
    let left = format!("select count(*) from sessions where userid = '{}'", account.id);
    assert_eq!(backend.sql(&left).expect("SQL"), "0");
}

#[test]
fn an_account_can_be_deleted_while_it_and_its_partner_push() {
    let Some(backend) = shared() else { return };
    let (account, partner) = (Account::new(backend), Account::new(backend));
    let sql = "insert into partnerships (userid, partnerid, startedat) values";
    let values = format!("('{}', '{}', '2026-02-27')", account.id, partner.id);
    backend.sql(&format!("{sql} {values}")).expect("SQL");
    account.push(&many(2));
    let mut session = Session::open(backend);
    session.run("begin; set local role supabase_auth_admin");
    session.run(&format!("delete from auth.users where id = '{}'", account.id));
    thread::scope(|scope| {
        let own = scope.spawn(|| account.call("push_sessions", &json!(many(1))));
        let partners = scope.spawn(|| partner.push_sits(&[completed(&started_session())]));
        let waiting = "select count(*) from pg_stat_activity
                       where wait_event_type = 'Lock' and query like '%push_sessions%'";
        while backend.sql(waiting).expect("SQL") != "2" {
            assert!(!own.is_finished() && !partners.is_finished(), "a push did not wait");
        }
        session.run("commit");
        own.join().expect("a response").is(410, "PT410");
        assert_eq!(partners.join().expect("a push"), ["accepted"]);
    });
    let status = format!("users?id=eq.{}&select=pairing_status", partner.id);
    assert_eq!(partner.get(&status).body, json!([{ "pairing_status": "unpaired" }]));
    // The count of the account stays, and the one of the partner is still counted.
    let counts = "weeks?select=invitersits,inviteesits&inviteesits=gt.0";
    assert_eq!(partner.get(counts).body, json!([{ "invitersits": 2, "inviteesits": 1 }]));
}

#[test]
fn real_life_15_an_account_without_a_profile_is_not_reported_as_deleted() {
    // A separate backend, because it is changed.
    let Some(backend) = or_skip(Backend::start()) else { return };
    backend.sql("drop trigger zafu_create_profile on auth.users").expect("SQL");
    let account = Account::new(&backend);
    let asks = |status, code| {
        account.call("push_sessions", &json!(many(1))).is(status, code);
        account.call("pull_sessions", &json!({})).is(status, code);
        account.call("erase_account", &json!({})).is(status, code);
        account.send_json(Method::POST, "sessions", &wire(&started_session())).is(status, code);
    };
    asks(412, "PT412");
    // The repair of supabase/README.md, word for word.
    let readme = include_str!("../../../README.md");
    let (_, repair) = readme.split_once("### An account without a profile").expect("a section");
    let (_, repair) = repair.split_once("```sql\n").expect("a block of SQL");
    let (repair, _) = repair.split_once("```").expect("its end");
    backend.sql(repair).expect("the repair");
    assert_eq!(outcomes(&account.push(&many(2))), ["accepted", "accepted"]);
    backend.delete_user(account.id).expect("deleted");
    asks(410, "PT410");
}
