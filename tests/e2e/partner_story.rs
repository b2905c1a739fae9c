//! Two users become partners, sit, and part again: two windows, two accounts, and the real server.

use crate::cloud::{User, rest};
use crate::pair::{Pair, SIT, Side};
use crate::zafu::{eventually, sql};
use std::fs;
use std::path::Path;
use std::time::Duration;
use zafu_backend::proxy::Action;
use zafu_core::partnership::Privacy;

const MINUTE: Duration = Duration::from_secs(60);

/// Notifications about the partner.
const JOINED: &str = "Bodhi: Has accepted your invitation.";
const BOWED: &str = "Amala: Bows to you.";
const LEFT: &str = "Your partner: Has ended your partnership. The weeks you kept stay as they are.";

/// Returns the link in the text of an invitation.
fn link(text: &str) -> &str {
    text.split_whitespace().find(|word| word.starts_with("zafu://join/")).unwrap()
}

/// Returns the paths of the files in `folder` and below it that contain `text`.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.append(&mut files_with(&path, text));
        } else if path.is_file() {
            let content = fs::read(&path).unwrap();
            if content.windows(text.len()).any(|part| part == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// Returns when Amala's first sit began, in the form in which responses and databases have it.
fn start_of_amalas_sit(pair: &Pair) -> String {
    let start = pair.sql(
        "select to_char(startedat at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') from public.sessions
         where userid = :amala order by startedat limit 1",
    );
    start.trim_end_matches(".000").to_owned()
}

/// Waits until exactly these notifications about the partner were shown.
#[track_caller]
fn see_news(side: &Side, expected: &[&str]) {
    let mut last = Vec::new();
    eventually(&format!("{} is notified of {expected:?}", side.name), || {
        let news = news(side);
        if news != last {
            eprintln!("{}: {news:?}", side.name);
            last.clone_from(&news);
        }
        (news == expected).then_some(())
    });
}

/// Returns the notifications about the partner: the title and the text of each.
fn news(side: &Side) -> Vec<String> {
    let of_partner = |title: &str| ["Amala", "Bodhi", "Your partner"].contains(&title);
    let all = side.notifications.texts().into_iter().filter(|(title, _)| of_partner(title));
    all.map(|(title, text)| format!("{title}: {text}")).collect()
}

#[test]
fn an_invitation_leads_a_user_without_an_account_to_a_shared_week() {
    let Some(pair) = Pair::new(&[("2024-03-02T06:00:00Z", 20, "quiet rain", "Metta")]) else {
        return;
    };
    let (amala, bodhi) = (&pair.amala, &pair.bodhi);
    amala.sign_up();
    amala.enter_name();
    amala.open_partner();
    let text = amala.invite();
    amala.window().click("invite-copy");
    amala.see_part("invite-status", "opied");

    bodhi.window().click("open-settings");
    bodhi.window().click("open-account");
    bodhi.window().see("account");
    bodhi.open_link(link(&text));
    bodhi.window().see("partner");
    assert_eq!(bodhi.window().value("join-text").as_deref(), Some(link(&text)));
    assert_eq!(bodhi.window().count("join-preview"), 0, "nothing happens before the user asks");
    bodhi.window().click("join-look");
    eventually("an account is needed", || {
        let needs = bodhi.window().attribute("join-preview", "data-needs")?;
        (needs == "sign-in").then_some(())
    });
    assert_eq!(bodhi.window().is_on("join-texts-keep"), Some(true));
    bodhi.window().click("join-sign-in");
    bodhi.window().see("email");
    bodhi.window().write("email", bodhi.user.email());
    bodhi.window().write("password", User::PASSWORD);
    bodhi.window().click("sign-up");
    // The page of the partner asks again.
    eventually("who invites is seen", || {
        let needs = bodhi.window().attribute("join-preview", "data-needs")?;
        (needs == "nothing").then_some(())
    });
    bodhi.see_part("join-preview", "Amala invites you");
    assert_eq!(pair.sql("select count(*) from public.partnerships where userid = :amala"), "0");
    bodhi.window().click("join-accept");
    bodhi.see_week("0 of 10", 0, 0);
    amala.sync();
    amala.see_week("0 of 10", 0, 0);
    assert_eq!(news(bodhi), [""; 0]);
    see_news(amala, &["Your partner: Has accepted your invitation."]);

    bodhi.sync();
    let sits = "select count(*), string_agg(note || coalesce(label, ''), '') from public.sessions where userid = :bodhi";
    assert_eq!(pair.sql(sits), "1|", "the note and the label have stayed on the device");
    let texts = "SELECT note, label FROM sessions";
    assert_eq!(sql(&bodhi.desktop.database(), texts), "quiet rain|Metta");
}

#[test]
fn a_link_and_a_pasted_text_are_accepted_once() {
    let Some(pair) = Pair::new(&[]) else { return };
    let (amala, bodhi) = (&pair.amala, &pair.bodhi);
    for side in [amala, bodhi] {
        side.sign_up();
        side.enter_name();
        side.open_partner();
    }
    let withdrawn = amala.invite();
    amala.window().click("invite-withdraw");
    amala.window().wait_until_absent("invite-text");
    let text = amala.invite();
    assert_ne!(link(&text), link(&withdrawn));
    // The own invitation, and one that is no longer open.
    amala.window().replace("join-text", &text);
    amala.window().click("join-look");
    amala.see_part("join-error", "your own invitation");
    bodhi.window().replace("join-text", &withdrawn);
    bodhi.window().click("join-look");
    bodhi.see_part("join-error", "no longer open");

    bodhi.open_setup();
    bodhi.open_link(link(&text));
    bodhi.window().see("partner");
    bodhi.window().click("join-look");
    bodhi.see_part("join-preview", "Amala");
    bodhi.window().click("join-accept");
    bodhi.see_week("0 of 10", 0, 0);
    bodhi.see_part("this-week", "Amala");
    // The link is opened once more.
    bodhi.open_setup();
    bodhi.open_link(link(&text));
    bodhi.window().see("join-has-partner");
    amala.sync();
    amala.see_part("this-week", "Bodhi");
    assert_eq!(pair.sql("select count(*) from public.partnerships where userid = :amala"), "1");
}

#[test]
fn an_accepted_invitation_whose_response_is_lost_makes_one_partnership() {
    let Some(mut pair) = Pair::new(&[]) else { return };
    for side in [&pair.amala, &pair.bodhi] {
        side.sign_up();
        side.open_partner();
    }
    let text = pair.amala.invite();
    pair.bodhi.look_at(&text);
    pair.proxy.set_script(|request| {
        if request.calls("accept_invitation") { Action::HoldResponse } else { Action::Forward }
    });
    pair.bodhi.window().click("join-accept");
    let count =
        "select count(*) from public.partnerships where userid = :amala and partnerid = :bodhi";
    eventually("the server has accepted", || (pair.sql(count) == "1").then_some(()));
    pair.bodhi.kill();
    pair.proxy.clear_script();
    pair.bodhi.restart();
    pair.bodhi.window().see("setup");
    pair.bodhi.open_partner();
    pair.bodhi.see_week("0 of 10", 0, 0);
    pair.amala.sync();
    pair.amala.see_week("0 of 10", 0, 0);
    assert_eq!(pair.sql(count), "1");
    assert_eq!(pair.sql("select count(*) from zafu.invitations where userid = :amala"), "1");
}

#[test]
fn counts_are_exact_after_a_sit_without_network_and_one_that_was_killed() {
    let Some(mut pair) = Pair::partners() else { return };
    pair.cut_off(&pair.amala);
    pair.amala.sit();
    pair.amala.see_week("1 of 10", 1, 0);
    assert_eq!(pair.sql("select count(*) from public.sessions where userid = :amala"), "0");

    pair.bodhi.start_sit();
    pair.bodhi.desktop.pass(5 * MINUTE);
    pair.bodhi.kill();
    pair.bodhi.desktop.pass_without_zafu(SIT);
    pair.bodhi.restart();
    pair.bodhi.window().see("unsettled");
    pair.bodhi.window().click("resolve-whole");
    pair.bodhi.open_partner();
    pair.bodhi.sync();
    pair.bodhi.see_week("1 of 10", 1, 0);
    pair.bodhi.sit();
    pair.bodhi.see_week("2 of 10", 2, 0);
    pair.bodhi.sync();
    assert_eq!(pair.counts(), ("1|0|2".into(), "1|0|2".into()));

    pair.proxy.clear_script();
    pair.amala.sync();
    pair.amala.see_week("3 of 10", 1, 2);
    pair.bodhi.sync();
    pair.bodhi.see_week("3 of 10", 2, 1);
    assert_eq!(pair.counts(), ("1|1|2".into(), "1|1|2".into()));
    // What is deleted counts no longer.
    pair.bodhi.open_setup();
    pair.bodhi.window().click("open-log");
    pair.bodhi.window().see_texts("sit-row", &["", ""]);
    pair.bodhi.window().click_in("sit-row", "", "sit-delete");
    pair.bodhi.window().see_texts("sit-row", &[""]);
    pair.bodhi.sync();
    pair.amala.sync();
    pair.amala.see_week("2 of 10", 1, 1);
    assert_eq!(pair.counts(), ("1|1|1".into(), "1|1|1".into()));
}

#[test]
fn a_target_that_is_changed_in_a_week_holds_from_the_next_one() {
    let Some(pair) = Pair::partners() else { return };
    let (amala, bodhi) = (&pair.amala, &pair.bodhi);
    let sync = || [amala, bodhi, amala].iter().for_each(|side| side.sync());
    amala.set_target(3);
    sync();
    amala.see_part("this-week", "target 3 from next week");
    bodhi.see_part("this-week", "target 3 from next week");
    amala.see_week("0 of 10", 0, 0);
    bodhi.see_week("0 of 10", 0, 0);

    pair.pass_week();
    sync();
    amala.see_week("0 of 8", 0, 0);
    bodhi.see_week("0 of 8", 0, 0);
    amala.see_part("kept", "Kept 0 of 1");
    amala.see_part("past-weeks", "0 / 10");

    amala.set_target(0);
    bodhi.set_target(0);
    sync();
    amala.see_week("0 of 8", 0, 0);
    pair.pass_week();
    sync();
    for side in [amala, bodhi] {
        side.see_part("this-week", "A week of rest");
        side.see_part("kept", "Kept 0 of 2");
        side.see_part("past-weeks", "0 / 8");
    }
    // A sit in a week of rest is shown and is no goal.
    amala.sit();
    sync();
    bodhi.see_part("this-week", "1 sit, resting");
    assert_eq!(pair.counts().0, "1|0|0\n2|0|0\n3|1|0");
    assert_eq!(pair.sql("select string_agg(weeklygoal || ' ' || goalmet, ', ' order by weeknumber) from public.weeks where partnershipid = :partnership"), "10 false, 8 false, 0 false");
}

#[test]
fn partners_see_when_they_sat_together_and_no_longer_once_one_shows_less() {
    let Some(pair) = Pair::partners() else { return };
    let (amala, bodhi) = (&pair.amala, &pair.bodhi);
    let sync = || [amala, bodhi, amala].iter().for_each(|side| side.sync());
    // Amala sits for an hour, and Bodhi twenty minutes of it, whatever time has really passed.
    amala.open_setup();
    amala.window().press_toggle("length-60");
    amala.window().click("start");
    let sit = eventually("the sit has started", || amala.desktop.state().sit);
    assert_eq!(sit.planned_seconds.map(|planned| planned.0), Some(3600));
    amala.desktop.pass(Duration::from_secs(u64::from(sit.preparation_seconds.0)) + 61 * MINUTE);
    bodhi.desktop.pass(20 * MINUTE);
    bodhi.sit();
    amala.finish_sit();
    sync();
    amala.see_week("2 of 10", 1, 1);
    bodhi.see_week("2 of 10", 1, 1);
    let start = start_of_amalas_sit(&pair);
    for side in [amala, bodhi] {
        assert_eq!(side.window().count("together"), 0);
    }
    assert!(!bodhi.stored_view().contains(&start), "{}", bodhi.stored_view());

    amala.set_privacy(Privacy::Times);
    sync();
    assert!(bodhi.stored_view().contains(&start), "{}", bodhi.stored_view());
    assert_eq!(bodhi.window().count("together"), 0, "both have to show their times");
    bodhi.set_privacy(Privacy::Times);
    sync();
    for side in [amala, bodhi] {
        side.see_part("together", "20 minutes on");
    }
    amala.window().click("shown-open");
    amala.see_part("shown-times", "60 minutes");

    amala.set_privacy(Privacy::Counts);
    amala.see_part("shown-no-times", "not shown");
    bodhi.sync();
    bodhi.window().wait_until_absent("together");
    assert!(!bodhi.stored_view().contains(&start), "{}", bodhi.stored_view());
    bodhi.see_week("2 of 10", 1, 1);
    amala.window().wait_until_absent("together");
}

#[test]
fn a_bow_is_shown_once_and_is_possible_again_after_the_next_sit() {
    let Some(pair) = Pair::partners() else { return };
    let (amala, bodhi) = (&pair.amala, &pair.bodhi);
    see_news(amala, &[JOINED]);
    amala.window().see("bow-later");
    bodhi.sit();
    bodhi.sync();
    amala.sync();
    amala.see_week("1 of 10", 0, 1);
    // Without a network the bow waits.
    pair.cut_off(amala);
    amala.window().click("bow");
    amala.window().see("bow-waits");
    assert_ne!(amala.try_sync().code, Some(0));
    pair.proxy.clear_script();
    amala.sync();
    amala.window().see("bow-later");
    bodhi.sync();
    see_news(bodhi, &[BOWED]);
    for _ in 0..2 {
        amala.sync();
        bodhi.sync();
    }
    bodhi.sit();
    bodhi.sync();
    amala.sync();
    amala.window().see("bow");
    assert_eq!(news(bodhi), [BOWED]);
    assert_eq!(news(amala), [JOINED]);
}

#[test]
fn nothing_of_a_former_partner_is_left() {
    let Some(mut pair) = Pair::partners() else { return };
    let sync =
        |pair: &Pair| [&pair.amala, &pair.bodhi, &pair.amala].iter().for_each(|side| side.sync());
    pair.amala.sit();
    pair.amala.set_privacy(Privacy::Times);
    pair.bodhi.sit();
    sync(&pair);
    pair.bodhi.see_week("2 of 10", 1, 1);
    let start = start_of_amalas_sit(&pair);
    let stored = pair.bodhi.stored_view();
    assert!(stored.contains("Amala") && stored.contains(&start), "{stored}");

    pair.amala.window().click("leave");
    pair.amala.window().see("leave-dialog");
    pair.amala.window().click("leave-confirm");
    pair.amala.window().see("former");
    pair.bodhi.sync();
    pair.bodhi.window().see("former");
    pair.bodhi.window().see("invite");
    see_news(&pair.bodhi, &[LEFT]);
    for side in [&pair.amala, &pair.bodhi] {
        let name = if side.name == "Amala" { "Bodhi" } else { "Amala" };
        let page = side.window().texts("partner").concat();
        assert!(!page.contains(name), "{page}");
        side.see_part("former", "kept 0 of 0");
    }

    // What Amala does from now on is not seen, and nothing of her can be read.
    pair.amala.sit();
    sync(&pair);
    let bodhi = pair.bodhi.user.id(pair.backend);
    let secrets = [
        "Amala".to_owned(),
        start,
        pair.amala.user.email().to_owned(),
        pair.sql("select id from public.sessions where userid = :amala order by startedat limit 1"),
    ];
    for (method, path, body) in [
        ("GET", "users?select=*", ""),
        ("GET", "sessions?select=*", ""),
        ("GET", "labels?select=*", ""),
        ("GET", "partnerships?select=*,users(*)", ""),
        ("GET", "partnerships?select=id,userid,partnerid,startedat,endedat", ""),
        ("GET", "weeks?select=weeknumber,invitersits,inviteesits,weeklygoal,goalmet", ""),
        ("POST", "rpc/sync_partner", "{}"),
        ("POST", "rpc/pull_sessions", "{}"),
    ] {
        let response = rest(pair.backend, bodhi, method, path, body);
        for secret in &secrets {
            assert!(!response.contains(secret), "{path}: {response}");
        }
    }
    let weeks = rest(pair.backend, bodhi, "GET", "weeks?select=invitersits,inviteesits", "");
    assert!(weeks.contains(r#"[{"invitersits":1,"inviteesits":1}]"#), "{weeks}");

    // Backups keep what was known when they were taken.
    pair.bodhi.quit();
    fs::remove_dir_all(pair.bodhi.desktop.data().join("backups")).unwrap();
    for secret in &secrets {
        assert_eq!(files_with(&pair.bodhi.desktop.data(), secret), [""; 0], "{secret}");
    }
}
