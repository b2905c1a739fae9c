//! The partner through the engine's handle: profile, target, the shared week, invitations, news.

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
mod project;

use chrono::{DateTime, TimeDelta, Utc};
use fakes::{Fakes, USER};
use futures_lite::future::block_on;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId};
use zafu_core::partnership::{
    PartnerView as ServerView, Partnership, Privacy, Role, SharedSit, Shown, Tally, Week,
};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::session::Register;
use zafu_core::settings::{Settings, WeekChoice};
use zafu_core::time::Seconds;
use zafu_engine::protocol::{
    ErrorCode, PartnerView, PendingChange, ProfileView, SitEntry, SpanView, WeekMode, WeekProgress,
};
use zafu_engine::{Client, Event, PartnerClient};
use zafu_store::{
    Cursor, PartOutcome, PartnerChanges, PartnerOutcomes, PartnerUpdate, Pull, Store,
};

/// Before the clock of the engine: Sunday, 2026-03-01 06:00 UTC, 07:00 local time.
fn hours_ago(hours: i64) -> DateTime<Utc> {
    "2026-03-01T06:00:00Z".parse::<DateTime<Utc>>().unwrap() - TimeDelta::hours(hours)
}

fn target(sits: u32) -> WeeklyTarget {
    WeeklyTarget::new(sits).unwrap()
}

fn view(fakes: &Fakes) -> PartnerView {
    fakes.engine().partner().view().wait().unwrap()
}

fn week(fakes: &Fakes) -> WeekProgress {
    block_on(fakes.engine().partner().week()).unwrap()
}

/// Starts a sit of a minute and completes it.
fn sit(fakes: &Fakes) {
    fakes.start(60, 0).unwrap();
    fakes.pass(Duration::from_secs(60));
    fakes.engine().end_sit(None).wait().unwrap();
}

fn share(sits: u32, goal: u32) -> Option<f64> {
    Some(f64::from(sits) / f64::from(goal))
}

fn sign_in(store: &Store) {
    store.sign_in(USER, "http://127.0.0.1:9", "key", "me@example.org").unwrap();
}

/// A partnership that began two hours ago. The partner, who wants six sits a week, has sat one, half an hour ago.
fn partnership() -> Partnership {
    Partnership {
        id: PartnershipId(Uuid::from_u128(5)),
        started_at: hours_ago(2),
        first_week_at: hours_ago(3),
        role: Role::Invitee,
        partner: Shown {
            profile: Profile {
                name: Some(ProfileName::new("Anna").unwrap()),
                image: Some(ProfileImage::Moon),
            },
            target: target(6),
            privacy: Privacy::Times,
            times: Some(vec![SharedSit {
                start: hours_ago(0) - TimeDelta::minutes(30),
                length: Seconds(3600),
                offset: None,
            }]),
        },
        privacy: Register::untouched(Privacy::Counts, DeviceId(Uuid::nil())),
        weeks: vec![Week { number: 1, start: hours_ago(3), goal: 11, mine: 0, partners: 1 }],
        tally: Tally::default(),
        may_bow: true,
    }
}

/// Stores `response` as the last one of the server.
fn read(store: &Store, response: ServerView, outcomes: PartnerOutcomes) {
    let sent = match outcomes == PartnerOutcomes::default() {
        true => PartnerChanges::default(),
        false => store.outgoing_partner(USER).unwrap().0,
    };
    let update = PartnerUpdate {
        sent,
        outcomes,
        profile: None,
        target: None,
        view: Some(response),
        partner_seq: 1,
        at: hours_ago(1),
    };
    store.apply_partner(USER, update).unwrap();
}

/// Prepares an account that has everything from the server, and a partner.
fn with_partner(store: &Store) {
    sign_in(store);
    let shown = Shown {
        profile: Profile::default(),
        target: DEFAULT_TARGET,
        privacy: Privacy::Counts,
        times: None,
    };
    let response = ServerView {
        partnership: Some(partnership()),
        shown_to_partner: Some(shown),
        ..ServerView::default()
    };
    read(store, response, PartnerOutcomes::default());
    let pull = Pull {
        rows: Vec::new(),
        unreadable: Vec::new(),
        version: "0.1.0".into(),
        cursor: Cursor { seq: 1, history_id: Uuid::from_u128(8) },
        last: true,
        erased: None,
        labels_seq: None,
        partner_seq: Some(1),
        at: hours_ago(1),
    };
    store.apply_pull(USER, pull).unwrap();
}

#[test]
fn without_an_account_a_target_makes_a_week_of_ones_own() {
    let fakes = Fakes::new();
    assert_eq!(view(&fakes).target, DEFAULT_TARGET);
    let set = fakes.engine().partner().set_target(target(3)).wait().unwrap();
    assert_eq!((set.target, set.pending, set.read_at), (target(3), vec![], None));
    sit(&fakes);
    // By hand, and on Monday: neither counts in this week.
    let by_hand = SitEntry {
        started_at: "2026-02-27T21:15:00+01:00".into(),
        sat_seconds: Seconds(1500),
        note: String::new(),
        label: String::new(),
    };
    fakes.engine().log().add_sit(by_hand).wait().unwrap();
    assert_eq!(
        week(&fakes),
        WeekProgress {
            mode: WeekMode::Mine,
            start: "2026-02-23T04:00:00+01:00".into(),
            end: "2026-03-02T04:00:00+01:00".into(),
            goal: 3,
            mine: 1,
            partners: 0,
            kept: Some(false),
            share: share(1, 3),
            share_with_sit: share(2, 3),
        }
    );
    fakes.set_clock("2026-03-02T02:59:00Z");
    sit(&fakes);
    assert_eq!(week(&fakes).mine, 0, "the week has begun at four o'clock");
    fakes.engine().partner().set_target(target(0)).wait().unwrap();
    let resting = week(&fakes);
    assert_eq!((resting.goal, resting.kept, resting.share), (0, None, None));
}

#[test]
fn the_week_is_that_of_the_running_sit_which_opens_it_further() {
    let fakes = Fakes::new();
    fakes.set_clock("2026-03-02T02:59:30Z");
    fakes.start(120, 0).unwrap();
    fakes.pass(Duration::from_secs(60));
    let during = week(&fakes);
    assert_eq!(during.start, "2026-02-23T04:00:00+01:00");
    assert_eq!((during.mine, during.share, during.share_with_sit), (0, share(0, 5), share(1, 5)));
    fakes.pass(Duration::from_secs(60));
    let after = week(&fakes);
    assert_eq!((after.mine, after.share, after.share_with_sit), (1, share(1, 5), share(1, 5)));
    fakes.engine().end_sit(None).wait().unwrap();
    let next = week(&fakes);
    assert_eq!((next.start.as_str(), next.mine), ("2026-03-02T04:00:00+01:00", 0));
    // A sit of less than a minute does not count.
    fakes.start(30, 0).unwrap();
    assert_eq!(week(&fakes).share_with_sit, share(0, 5));
}

#[test]
fn the_profile_needs_an_account_and_is_kept_until_the_server_has_it() {
    let fakes = Fakes::new();
    let profile = ProfileView { name: " 慈悲 ".into(), image: Some(ProfileImage::Bowl) };
    let error = fakes.engine().partner().set_profile(profile.clone()).wait().unwrap_err();
    assert_eq!(error.code, ErrorCode::Account);
    let mut fakes = Fakes::prepared(sign_in);
    let mut events = fakes.events();
    let only_image = ProfileView { name: "  ".into(), image: Some(ProfileImage::Leaf) };
    fakes.engine().partner().set_profile(only_image.clone()).wait().unwrap();
    let set = fakes.engine().partner().set_profile(profile.clone()).wait().unwrap();
    assert_eq!(set.profile, ProfileView { name: "慈悲".into(), ..profile });
    assert_eq!(set.pending, [PendingChange::Profile]);
    for name in ["", "a\u{202E}b", &"a".repeat(41)] {
        let profile = ProfileView { name: name.into(), image: None };
        let error = fakes.engine().partner().set_profile(profile).wait().unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest, "{name:?}");
    }
    assert_eq!(view(&fakes), set);
    fakes.state();
    let mut announced = 0;
    while let Ok(event) = events.try_recv() {
        announced += u32::from(matches!(event, Event::Partner));
    }
    assert_eq!(announced, 2, "once for each change");
}

#[test]
fn own_sits_count_before_the_server_has_them() {
    let fakes = Fakes::prepared(with_partner);
    sit(&fakes);
    let shown = view(&fakes).partnership.unwrap();
    assert_eq!(shown.partner.profile.name, "Anna");
    assert_eq!(shown.weeks.len(), 1);
    assert_eq!((shown.weeks[0].mine, shown.weeks[0].partners), (1, 1));
    let ours = week(&fakes);
    assert_eq!((ours.mode, ours.goal, ours.mine, ours.partners), (WeekMode::Ours, 11, 1, 1));
    assert_eq!((ours.start.as_str(), ours.share), ("2026-03-01T04:00:00+01:00", share(2, 11)));
    let settings = Settings { week: WeekChoice::Mine, ..Settings::default() };
    fakes.engine().save_settings(settings).wait().unwrap();
    let mine = week(&fakes);
    assert_eq!((mine.mode, mine.goal, mine.mine, mine.partners), (WeekMode::Mine, 5, 1, 0));
    // A week later nothing was read yet, and the week has begun all the same.
    fakes.set_clock("2026-03-08T03:00:00Z");
    let later = view(&fakes).partnership.unwrap();
    assert_eq!((later.weeks.len(), later.weeks[1].goal, later.missed), (2, 11, 1));
}

#[test]
fn neither_deleted_sits_nor_those_that_ended_early_count() {
    let fakes = Fakes::prepared(with_partner);
    fakes.start(3600, 0).unwrap();
    fakes.pass(Duration::from_secs(600));
    fakes.engine().end_sit(None).wait().unwrap();
    assert_eq!(week(&fakes).mine, 0, "it was ended early");
    sit(&fakes);
    fakes
        .engine()
        .log()
        .delete_sits(vec![fakes.state().finished.unwrap().id.into()])
        .wait()
        .unwrap();
    assert_eq!(week(&fakes).mine, 0, "it was deleted");
}

#[test]
fn both_see_when_they_sat_together_once_both_show_their_times() {
    let fakes = Fakes::prepared(with_partner);
    sit(&fakes);
    assert_eq!(view(&fakes).partnership.unwrap().together, []);
    let shown = fakes.engine().partner().set_privacy(Privacy::Times).wait().unwrap();
    assert_eq!(shown.pending, [PendingChange::Privacy]);
    let shown = shown.partnership.unwrap();
    assert_eq!((shown.privacy, shown.shown.privacy), (Privacy::Times, Privacy::Counts));
    let together = SpanView { start: "2026-03-01T07:00:00+01:00".into(), seconds: Seconds(60) };
    assert_eq!(shown.together, [together]);
    assert_eq!(shown.partner.times.unwrap().len(), 1);
}

#[test]
fn a_bow_and_a_leave_wait_for_the_network_and_a_refusal_says_why() {
    let fakes = Fakes::prepared(with_partner);
    let bowed = fakes.engine().partner().bow().wait().unwrap();
    assert_eq!(bowed.pending, [PendingChange::Bow]);
    assert!(!bowed.partnership.unwrap().may_bow);
    let left = fakes.engine().partner().leave().wait().unwrap();
    assert_eq!(left.pending, [PendingChange::Bow, PendingChange::Leave]);
    let refused = |code: &str| Some(PartOutcome::Rejected(code.into()));
    let outcomes = PartnerOutcomes {
        bow: refused("not_yet"),
        leave: Some(PartOutcome::Done),
        ..PartnerOutcomes::default()
    };
    let response = ServerView { partnership: Some(partnership()), ..ServerView::default() };
    read(fakes.store(), response, outcomes);
    let after = view(&fakes);
    assert_eq!(
        (after.pending, after.trouble.unwrap().message.id.as_ref()),
        (vec![], "storage-bow-not-yet")
    );
    let without = Fakes::prepared(sign_in);
    let error = without.engine().partner().bow().wait().unwrap_err();
    assert_eq!(
        (error.code, error.message.id.as_ref()),
        (ErrorCode::Rejected, "storage-no-partnership")
    );
}

#[test]
fn another_process_uses_the_running_engine_or_the_folder() {
    let fakes = Fakes::new();
    let mut client = PartnerClient::connect(fakes.folder()).unwrap();
    client.set_target(target(4)).unwrap();
    assert_eq!(client.week().unwrap().goal, 4);
    assert_eq!(view(&fakes), client.view().unwrap());
    assert!(Client::connect(fakes.folder()).unwrap().is_some());
}
