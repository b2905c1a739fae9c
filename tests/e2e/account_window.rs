//! The account in the window, with the real keychain and the real server.

use crate::browser::Browser;
use crate::cloud::{User, backend, server};
use crate::desktop::Desktop;
use crate::zafu::eventually;
use thirtyfour::Key;
use zafu_engine::protocol::SyncState;

/// Opens the account screen and fills in the project and the credentials.
pub fn enter(browser: &Browser, user: &User, password: &str) {
    browser.click("open-settings");
    browser.click("open-account");
    browser.see("account");
    let (url, key) = user.url_and_key();
    browser.write("project-url", url);
    browser.write("project-key", key);
    browser.write("email", user.email());
    browser.write("password", password);
}

/// Waits until an element has this value of `data-state`.
pub fn see_state(browser: &Browser, testid: &str, state: &str) {
    eventually(&format!("{testid} is {state}"), || {
        browser.attribute(testid, "data-state").filter(|it| it == state)
    });
}

#[test]
fn an_account_can_be_created_used_and_erased_in_the_window() {
    let Some(backend) = backend() else { return };
    let Some(mut desktop) = Desktop::new() else { return };
    if !desktop.has_keychain() {
        return;
    }
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    let user = User::new(backend);
    browser.see("setup");
    assert_eq!(browser.attribute("sync-mark", "data-state"), None, "no account was ever signed in");
    enter(&browser, &user, User::PASSWORD);
    browser.click("sign-up");
    see_state(&browser, "account-state", "synced");
    desktop.start_sit();
    desktop.client().end_sit(None).unwrap();
    browser.see("finished");
    let count = "select count(*) from sessions";
    eventually("the sit is on the server", || (server(backend, &user, count) == "1").then_some(()));
    browser.click("done");
    browser.see("setup");
    see_state(&browser, "sync-mark", "synced");
    browser.click("sync-mark");
    browser.see("account");
    browser.click("sign-out");
    browser.see("sign-in");
    eventually("no account is signed in", || {
        let sync = desktop.state().sync?;
        (sync.state == SyncState::SignedOut).then_some(())
    });
    assert_eq!(server(backend, &user, count), "1", "the server keeps the sits");
}

#[test]
fn a_wrong_password_is_reported_and_the_form_stays_filled_in() {
    let Some(backend) = backend() else { return };
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    let user = User::new(backend);
    browser.see("setup");
    enter(&browser, &user, "no such word");
    // Enter submits the form.
    browser.press(Key::Enter);
    let error = eventually("the error is shown", || {
        let error = browser.text("account-trouble")?;
        error.contains("password is wrong").then_some(error)
    });
    assert!(!error.contains("no such word"));
    assert_eq!(browser.value("email").as_deref(), Some(user.email()));
    assert!(desktop.state().sync.is_none(), "nothing was changed");
}

#[test]
fn real_life_05_the_window_moves_the_sits_of_a_deleted_account_only_on_request() {
    let Some(backend) = backend() else { return };
    let Some(mut desktop) = Desktop::new() else { return };
    if !desktop.has_keychain() {
        return;
    }
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    let user = User::new(backend);
    browser.see("setup");
    enter(&browser, &user, User::PASSWORD);
    browser.click("sign-up");
    see_state(&browser, "account-state", "synced");
    desktop.start_sit();
    desktop.client().end_sit(None).unwrap();
    browser.see("finished");
    let count = "select count(*) from sessions";
    eventually("the sit is on the server", || (server(backend, &user, count) == "1").then_some(()));
    browser.click("done");
    browser.click("sync-mark");
    browser.see("account");
    user.delete(backend);
    browser.click("sync-now");
    eventually("the account is gone", || {
        browser.attribute("need", "data-need").filter(|need| need == "account-gone")
    });
    // The form still holds everything except the password.
    browser.write("password", User::PASSWORD);
    browser.click("sign-up");
    browser.see("adopt-from-yes");
    assert_eq!(server(backend, &user, count), "0", "nothing is moved without a decision");
    browser.click("adopt-from-yes");
    eventually("the sit is on the server again", || {
        (server(backend, &user, count) == "1").then_some(())
    });
    see_state(&browser, "account-state", "synced");
}
