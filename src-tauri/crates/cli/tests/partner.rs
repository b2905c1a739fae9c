//! `zafu partner` and `zafu profile` with the real command, without an account.

#[allow(dead_code, reason = "these tests need no sits")]
mod command;

use chrono::{DateTime, TimeDelta, Utc};
use command::Zafu;
use serde_json::{Value, json};
use zafu_core::ids::{DeviceId, PartnershipId, UserId};
use zafu_core::invitation::{Invitation, InvitationCode};
use zafu_core::partnership::{
    News, NewsKind, PartnerView, Partnership, Privacy, Role, Shown, Tally, Week,
};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileName};
use zafu_core::session::Register;
use zafu_store::{PartnerChanges, PartnerOutcomes, PartnerUpdate};

fn profile(zafu: &Zafu) -> Value {
    serde_json::from_str(&zafu.ok("profile --json")).unwrap()
}

#[test]
fn without_an_account_only_the_weekly_target_can_be_set() {
    let zafu = Zafu::new();
    assert_eq!(
        zafu.ok("profile"),
        "You have no name yet: `zafu profile --name NAME` sets the one that your partner sees.\n\
         Picture: `initial`\nWeekly target: 5 sits.\n"
    );
    assert!(zafu.ok("profile --target 1").starts_with("Your weekly target is saved."));
    assert!(zafu.ok("profile").ends_with("Weekly target: 1 sit.\n"));
    assert_eq!(profile(&zafu), json!({ "name": "", "image": null, "target": 1, "pending": [] }));
    zafu.ok("profile --target 0");
    assert!(zafu.ok("profile").ends_with("Weekly target: none, you are resting.\n"));
    zafu.run("profile --name Anna --target 9").fails_with(6, "not signed in");
    assert_eq!(profile(&zafu)["target"], 0, "nothing was changed");
}

#[test]
fn a_target_or_a_picture_that_is_not_one_is_named() {
    let zafu = Zafu::new();
    for target in ["-1", "1001", "7.5", "many"] {
        let words = format!("“{target}” is not a weekly target");
        zafu.run(&format!("profile --target {target}")).fails_with(2, &words);
    }
    zafu.run("profile --image cat").fails_with(2, "initial, lotus, bowl");
}

#[test]
fn without_a_partner_nothing_can_be_done_to_one() {
    let zafu = Zafu::new();
    let none = "You have no partner. `zafu partner invite` invites somebody, \
        `zafu partner join -` accepts an invitation.\n";
    assert_eq!(zafu.ok("partner"), none);
    assert_eq!(zafu.ok("partner status"), none);
    for line in ["partner --json", "partner status --json"] {
        let view: Value = serde_json::from_str(&zafu.ok(line)).unwrap();
        assert_eq!((&view["partnership"], &view["readAt"]), (&Value::Null, &Value::Null), "{view}");
    }
    for line in ["partner bow", "partner privacy times", "partner leave --yes"] {
        let ended = zafu.run(line);
        assert!(ended.code == Some(3) || ended.code == Some(6), "{line}: {ended:?}");
    }
    for line in ["partner invite", "partner withdraw"] {
        zafu.run(line).fails_with(6, "not signed in");
    }
}

#[test]
fn a_command_that_needs_a_confirmation_or_an_invitation_says_so() {
    let zafu = Zafu::new();
    zafu.run("partner leave").fails_with(2, "`zafu partner leave --yes`");
    zafu.run("partner privacy notes").fails_with(2, "counts, times");
    zafu.run("partner join").fails_with(2, "Required arguments are missing: <TEXT>");
    zafu.run("partner join hello").fails_with(2, "There is no invitation in this text");
    zafu.run("partner join zafu://join/2TB9D5MP").fails_with(2, "is incomplete");
    // Standard input is empty.
    zafu.run("partner join - --yes").fails_with(2, "There is no invitation in this text");
}

#[test]
fn an_invitation_of_a_server_that_cannot_be_reached_can_be_tried_again() {
    let zafu = Zafu::new();
    // Nothing listens there.
    let project_url = "http://127.0.0.1:1".into();
    let code = InvitationCode::new([7; 16]);
    let link = Invitation { project_url, publishable_key: "key".into(), code }.to_link();
    zafu.run(&format!("partner join {link} --yes")).fails_with(5, "Try again");
}

#[test]
fn an_invitation_cannot_put_other_commands_into_the_one_to_sign_in_with() {
    let zafu = Zafu::new();
    for (url, key) in [
        ("http://127.0.0.1:1", "k;reboot"),
        ("https://a$(reboot).example", "k"),
        ("https://a", "--k"),
    ] {
        let (project_url, publishable_key) = (url.into(), key.into());
        let code = InvitationCode::new([7; 16]);
        let link = Invitation { project_url, publishable_key, code }.to_link();
        let refused = zafu.run(&format!("partner join {link} --yes"));
        refused.fails_with(2, "This invitation cannot be used.");
        assert!(!format!("{refused:?}").contains("reboot"), "{refused:?}");
    }
}

/// The time of the real clock, which the command shows the weeks until.
fn days_ago(days: i64) -> DateTime<Utc> {
    zafu_engine::system::clock().now().wall.utc - TimeDelta::days(days)
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// Signs in to an account whose server has said `view`, and out again: no server is asked.
fn read(zafu: &Zafu, view: PartnerView) {
    let (store, user) = (zafu.store(), UserId(uuid(1)));
    store.sign_in(user, "http://127.0.0.1:9", "key", "me@example.org").unwrap();
    let update = PartnerUpdate {
        sent: PartnerChanges::default(),
        outcomes: PartnerOutcomes::default(),
        profile: None,
        target: None,
        view: Some(view),
        partner_seq: 1,
        at: days_ago(0),
    };
    store.apply_partner(user, update).unwrap();
    store.sign_out().unwrap();
}

fn uuid<T: std::str::FromStr<Err: std::fmt::Debug>>(n: u32) -> T {
    format!("00000000-0000-4000-8000-{n:012}").parse().unwrap()
}

/// A partnership in its third week; the second was kept.
fn partnership(name: &str) -> Partnership {
    let week = |number, days, mine, partners| Week {
        number,
        start: days_ago(days),
        goal: 10,
        mine,
        partners,
    };
    Partnership {
        id: PartnershipId(uuid(5)),
        started_at: days_ago(16),
        first_week_at: days_ago(16),
        role: Role::Inviter,
        partner: Shown {
            profile: Profile { name: Some(ProfileName::new(name).unwrap()), image: None },
            target: DEFAULT_TARGET,
            privacy: Privacy::Counts,
            times: None,
        },
        privacy: Register::untouched(Privacy::Counts, DeviceId(uuid(6))),
        weeks: vec![week(1, 16, 2, 1), week(2, 9, 7, 5), week(3, 2, 0, 0)],
        tally: Tally { kept: 1, missed: 1 },
        may_bow: false,
    }
}

#[test]
fn the_status_has_the_past_weeks_and_the_news_and_says_that_one_is_signed_out() {
    let zafu = Zafu::new();
    let news = |seq, kind, days, week| News { seq, kind, at: days_ago(days), week };
    let view = PartnerView {
        partnership: Some(partnership("Anna")),
        news: vec![
            news(1, NewsKind::Left, 30, None),
            news(2, NewsKind::Joined, 15, None),
            news(3, NewsKind::Kept, 3, Some(2)),
            news(4, NewsKind::Bow, 1, None),
        ],
        ..PartnerView::default()
    };
    read(&zafu, view);
    let shown = zafu.ok("partner");
    let [first, second] = [16, 9].map(|days| day(days_ago(days)));
    assert!(shown.starts_with(&format!("Your partner: Anna, since {first}.\n")), "{shown}");
    let weeks =
        format!("\nWeeks before, the newest first: {second}: 12 of 10, kept; {first}: 3 of 10.\n");
    assert!(shown.contains(&weeks), "{shown}");
    let [bow, kept, joined] = [1, 3, 15].map(|days| day(days_ago(days)));
    let news = format!(
        "\n{bow}: Your partner bowed to you.\n\
         {kept}: You both kept the week from {second} on.\n\
         {joined}: Your partner accepted your invitation.\nAs of "
    );
    assert!(shown.contains(&news), "{shown}");
    let signed_out =
        "\nYou are signed out: until you sign in, nothing is read from the server or sent to it.\n";
    assert!(shown.ends_with(signed_out), "{shown}");
    let left = zafu.ok("partner leave --yes");
    assert!(left.ends_with("It is sent once you sign in: `zafu account sign-in`.\n"), "{left}");
}

#[test]
fn a_name_that_is_written_from_right_to_left_is_isolated() {
    let zafu = Zafu::new();
    let partnership = Some(partnership("שרה 3"));
    read(&zafu, PartnerView { partnership, ..PartnerView::default() });
    let shown = zafu.ok("partner");
    assert!(shown.starts_with("Your partner: \u{2068}שרה 3\u{2069}, since 20"), "{shown}");
}

#[test]
fn an_invitation_that_has_expired_is_said_to_be_so() {
    let zafu = Zafu::new();
    let expires_at = days_ago(1);
    read(&zafu, PartnerView { invitation_expires_at: Some(expires_at), ..PartnerView::default() });
    let shown = zafu.ok("partner");
    let expired = format!("Your last invitation has expired on {}", day(expires_at));
    assert!(shown.contains(&expired) && !shown.contains("is open until"), "{shown}");
}
