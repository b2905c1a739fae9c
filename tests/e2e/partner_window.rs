//! The profile, the target and an invitation in the window, with the keyboard alone and the real server.

use crate::accessible::faults;
use crate::account_window::{enter, see_state};
use crate::browser::Browser;
use crate::cloud::{User, backend, server};
use crate::desktop::Desktop;
use crate::zafu::eventually;
use thirtyfour::Key;

/// More than any page has elements that take the focus.
const MOST_ELEMENTS: usize = 100;

/// Presses Tab until an element has the focus.
#[track_caller]
fn tab_to(browser: &Browser, testid: &str) {
    browser.see(testid);
    for _ in 0..MOST_ELEMENTS {
        if browser.focused(testid) {
            return;
        }
        browser.press(Key::Tab);
    }
    panic!("the Tab key does not reach \"{testid}\"");
}

/// Replaces the text of a field, and leaves it.
fn replace(browser: &Browser, testid: &str, text: &str) {
    tab_to(browser, testid);
    browser.press_with(Key::Control, 'a');
    text.chars().for_each(|character| browser.press(character));
    browser.press(Key::Tab);
}

#[test]
fn profile_target_and_an_invitation_need_only_the_keyboard() {
    let Some(backend) = backend() else { return };
    let Some(mut desktop) = Desktop::new() else { return };
    if !desktop.has_keychain() {
        return;
    }
    // An element that is still fading in has too little contrast.
    desktop.without_motion();
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    let user = User::new(backend);
    browser.see("setup");
    enter(&browser, &user, User::PASSWORD);
    browser.press(Key::Tab);
    tab_to(&browser, "sign-up");
    browser.press(Key::Enter);
    see_state(&browser, "account-state", "synced");

    replace(&browser, "profile-name", "Ada");
    tab_to(&browser, "profile-image-initial");
    browser.press(Key::Right);
    replace(&browser, "target", "3");
    let id = format!("(select id from auth.users where email = '{}')", user.email());
    let row = format!("select name, image, weeklytarget from public.users where id = {id}");
    eventually("the profile and the target are on the server", || {
        (server(backend, &user, &row) == "Ada|lotus|3").then_some(())
    });
    eventually("nothing waits for the network", || {
        (browser.count("profile-waits") + browser.count("target-waits") == 0).then_some(())
    });
    assert_eq!(faults(&browser), Vec::<String>::new());

    tab_to(&browser, "open-partner");
    browser.press(Key::Enter);
    tab_to(&browser, "invite");
    browser.press(Key::Enter);
    browser.see("invite-text");
    let text = browser.value("invite-text").unwrap();
    assert!(text.contains("zafu://join/"), "{text}");
    tab_to(&browser, "invite-copy");
    browser.press(Key::Enter);
    eventually("the text is copied", || {
        browser.text("invite-status")?.contains("copied").then_some(())
    });
    tab_to(&browser, "join-text");
    browser.press_with(Key::Control, 'v');
    eventually("the text was pasted", || (browser.value("join-text")? == text).then_some(()));
    assert_eq!(faults(&browser), Vec::<String>::new());

    // Nobody can accept their own invitation.
    tab_to(&browser, "join-look");
    browser.press(Key::Enter);
    eventually("the invitation is refused", || {
        browser.text("join-error")?.contains("your own invitation").then_some(())
    });
    let open = format!(
        "select count(*) from zafu.invitations where userid = {id} and withdrawnat is null"
    );
    assert_eq!(server(backend, &user, &open), "1");
    tab_to(&browser, "invite-withdraw");
    browser.press(Key::Enter);
    browser.wait_until_absent("invite-withdraw");
    assert_eq!(server(backend, &user, &open), "0");
    // The pressed button is gone: the focus is on the title of the page.
    tab_to(&browser, "invite");
    browser.press(Key::Escape);
    browser.see("account");
}
