//! The profile, the target and an invitation in the window, with the keyboard alone and the real server.

use crate::accessible::faults;
use crate::account_window::{enter, see_state};
use crate::browser::Browser;
use crate::cloud::{User, backend, server};
use crate::desktop::Desktop;
use crate::keyring::Keyring;
use crate::offline;
use crate::zafu::{CommandResult, Zafu, eventually, program};
use serde_json::Value;
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

/// Moves to an element, and presses Enter.
#[track_caller]
fn enter_on(browser: &Browser, testid: &str) {
    tab_to(browser, testid);
    browser.press(Key::Enter);
}

/// Replaces the text of a field, and leaves it.
fn replace(browser: &Browser, testid: &str, text: &str) {
    tab_to(browser, testid);
    browser.press_with(Key::Control, 'a');
    text.chars().for_each(|character| browser.press(character));
    browser.press(Key::Tab);
}

/// Creates an account in the window, on whose page it stays.
fn sign_up(browser: &Browser, user: &User) {
    browser.see("setup");
    enter(browser, user, User::PASSWORD);
    browser.press(Key::Tab);
    enter_on(browser, "sign-up");
    see_state(browser, "account-state", "synced");
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
    sign_up(&browser, &user);

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

/// Anna, who has the command line only, and whoever joins her in the window. Each wants to sit once a week.
struct Partners {
    anna: Zafu,
    _keyring: Keyring,
    browser: Browser,
    desktop: Desktop,
}

impl Partners {
    /// Joins Anna with the keyboard alone. The page of the partner stays open.
    fn new() -> Option<Self> {
        let backend = backend()?;
        let keyring = Keyring::new()?;
        let mut desktop = Desktop::new()?;
        if !desktop.has_keychain() {
            return None;
        }
        desktop.without_motion();
        let anna = Zafu::on(&keyring);
        User::new(backend).sign_up(&anna);
        anna.ok("profile --name Anna --target 1");
        let link = anna.json("partner invite --json")["link"].as_str().unwrap().to_owned();
        let browser = Browser::open(&desktop, &[])?;
        let user = User::new(backend);
        sign_up(&browser, &user);
        replace(&browser, "target", "1");
        let target =
            format!("select weeklytarget from public.users where id = '{}'", user.id(backend));
        eventually("the target is sent", || (server(backend, &user, &target) == "1").then_some(()));
        enter_on(&browser, "open-partner");
        replace(&browser, "join-text", &link);
        enter_on(&browser, "join-look");
        eventually("what the invitation says has the focus", || {
            browser.focused("join-preview").then_some(())
        });
        assert_eq!(faults(&browser), Vec::<String>::new());
        enter_on(&browser, "join-accept");
        browser.see("this-week");
        anna.ok("sync");
        Some(Self { anna, _keyring: keyring, browser, desktop })
    }

    /// Has Anna complete a sit, and waits until both have everything.
    fn anna_sits(&self) {
        offline::sit(&self.anna, true);
        self.anna.ok("sync");
        self.sync();
    }

    /// Syncs the account in the window.
    fn sync(&self) {
        let mut command = self.desktop.command(program("zafu"));
        command.arg("sync").stderr(std::process::Stdio::piped());
        let result = CommandResult::of(command);
        assert_eq!(result.code, Some(0), "{result:?}");
    }
}

#[test]
fn accepting_bowing_privacy_and_leaving_need_only_the_keyboard() {
    let Some(partners) = Partners::new() else { return };
    let Partners { anna, browser, .. } = &partners;
    partners.anna_sits();
    enter_on(browser, "bow");
    browser.see("bow-later");
    partners.sync();
    anna.ok("sync");
    let news = anna.ok("partner");
    assert!(news.contains(": Your partner bowed to you."), "{news}");

    let privacy = || {
        let partner = anna.json("partner --json")["partnership"]["partner"].clone();
        (partner["privacy"].clone(), partner["times"].clone())
    };
    assert_eq!(privacy(), ("counts".into(), Value::Null));
    tab_to(browser, "privacy-counts");
    browser.press(Key::Right);
    eventually("it is chosen", || (browser.is_on("privacy-times") == Some(true)).then_some(()));
    eventually("it is sent", || (browser.count("privacy-waits") == 0).then_some(()));
    enter_on(browser, "shown-open");
    browser.see("shown-times");
    assert_eq!(faults(browser), Vec::<String>::new());
    anna.ok("sync");
    assert_eq!(privacy(), ("times".into(), serde_json::json!([])));

    enter_on(browser, "leave");
    eventually("staying has the focus", || browser.focused("leave-cancel").then_some(()));
    assert_eq!(faults(browser), Vec::<String>::new());
    browser.press(Key::Escape);
    browser.wait_until_absent("leave-dialog");
    browser.see("this-week");
    enter_on(browser, "leave");
    enter_on(browser, "leave-confirm");
    browser.see("invite");
    partners.sync();
    anna.ok("sync");
    let news = anna.ok("partner");
    assert!(news.contains(": Your partner ended the partnership."), "{news}");
    tab_to(browser, "invite");
}

#[test]
fn a_kept_week_is_a_lotus_in_full_bloom_and_is_said_to_be_kept() {
    let Some(partners) = Partners::new() else { return };
    let browser = &partners.browser;
    let lotus = || {
        let words = browser.attribute("shared-lotus", "aria-label")?;
        Some((browser.attribute("shared-lotus", "data-opened")?, words))
    };
    let see = |opened: &str, start: &str, end: &str| {
        eventually(&format!("the lotus is {opened}: {start} {end}"), || {
            let (seen, words) = lotus()?;
            (seen == opened && words.starts_with(start) && words.ends_with(end)).then_some(())
        });
    };
    partners.anna_sits();
    see("0.500", "1 of 2 sits this week; ", " days left");
    assert_eq!(browser.count("news"), 0);
    partners.anna_sits();
    see("1.000", "2 of 2 sits this week; ", "; the week is kept");
    assert!(browser.text("time-left").unwrap().ends_with("; the week is kept"));
    eventually("the news say so", || {
        browser.text("news")?.contains("You both kept the week from ").then_some(())
    });
    assert_eq!(faults(browser), Vec::<String>::new());
}
