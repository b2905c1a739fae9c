//! Changes of the log without a network, with the real server.

use crate::account_window::{enter, see_state};
use crate::browser::Browser;
use crate::cloud::{User, backend, proxy, server};
use crate::desktop::{Desktop, signal};
use crate::keyring::Keyring;
use crate::zafu::{Zafu, eventually, sql};
use zafu_backend::proxy::Action;

#[test]
fn changes_made_offline_survive_a_kill_and_reach_the_server_once() {
    let (Some(backend), Some(keyring)) = (backend(), Keyring::new()) else { return };
    let Some(mut desktop) = Desktop::new() else { return };
    if !desktop.has_keychain() {
        return;
    }
    desktop.add_sits([
        ("2024-03-02T06:00:00Z".into(), 10, "first", "Zazen"),
        ("2024-03-03T06:00:00Z".into(), 20, "second", ""),
    ]);
    let proxy = proxy(backend);
    let user = User::new(backend).through(&proxy);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    enter(&browser, &user, User::PASSWORD);
    browser.click("sign-up");
    see_state(&browser, "account-state", "synced");
    let count = "select count(*), sum((deletedat is not null)::int) from sessions";
    assert_eq!(server(backend, &user, count), "2|0");
    browser.click("back");
    browser.click("back");
    browser.click("open-log");
    browser.see_texts("sit-row", &["second", "first"]);

    proxy.set_script(|_| Action::DropRequest);
    browser.click_in("sit-row", "first", "sit-edit");
    browser.replace("sit-length", "45");
    browser.replace("sit-label", "Metta");
    browser.click("sit-save");
    browser.see_texts("log-day", &["March 3, 2024 20 min", "March 2, 2024 45 min"]);
    browser.click_in("sit-row", "second", "sit-delete");
    browser.see_texts("sit-row", &["first"]);
    signal(desktop.process().unwrap(), "KILL");
    drop(browser);
    assert_eq!(server(backend, &user, count), "2|0", "nothing was sent");
    // All sessions of both sides are compared after the next sync.
    sql(&desktop.database(), "UPDATE accounts SET comparedat = NULL");

    proxy.clear_script();
    let browser = Browser::open(&desktop, &[]).unwrap();
    browser.see("setup");
    see_state(&browser, "sync-mark", "synced");
    eventually("the digests are equal", || {
        let compared = "SELECT count(*) FROM accounts WHERE comparedat IS NOT NULL";
        (sql(&desktop.database(), compared) == "1").then_some(())
    });
    assert_eq!(sql(&desktop.database(), "SELECT count(*) FROM outbox"), "0");
    let rows = "select note, label, correctedlength, deletedat is not null from sessions
        order by startedat";
    assert_eq!(server(backend, &user, rows), "first|Metta|2700|f\nsecond|||t");

    // Another device reads the same from the server.
    let other = Zafu::on(&keyring);
    user.sign_in(&other);
    other.ok("sync");
    let log = other.json("log --json");
    assert_eq!(log.as_array().unwrap().len(), 1, "{log}");
    assert_eq!((&log[0]["note"], &log[0]["satSeconds"]), (&"first".into(), &2700.into()));
}
