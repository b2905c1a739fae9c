//! The partner through the engine's handle: profile, target, the shared week, invitations, news.

#[allow(dead_code, reason = "the tests of the engine use the rest of it")]
mod fakes;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
mod project;

use chrono::{DateTime, TimeDelta, Utc};
use fakes::{Fakes, Memory, PARTNER, USER};
use futures_lite::future::block_on;
use project::Project;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId};
use zafu_core::invitation::{Invitation, InvitationCode};
use zafu_core::partnership::{
    News, NewsKind, PartnerView as ServerView, Partnership, Privacy, Role, SharedSit, Shown, Tally,
    Week,
};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::session::Register;
use zafu_core::settings::{Settings, WeekChoice};
use zafu_core::time::Seconds;
use zafu_engine::adapters::Notification;
use zafu_engine::protocol::{
    ErrorCode, InvitationNeed, InvitationPreview, InvitationView, IpcError, PartnerView,
    PendingChange, ProfileView, Secret, SitEntry, SpanView, WeekMode, WeekProgress,
};
use zafu_engine::{Client, DataFolder, Event, PartnerClient, invitation_host};
use zafu_store::{
    Cursor, KeptInvitation, Outgoing, PartOutcome, PartnerChanges, PartnerOutcomes, PartnerUpdate,
    Pull, Push, PushedRow, RowOutcome, Store, UnreadableRow,
};
use zafu_sync::fake::Call;
use zafu_sync::supabase::Vault;

/// An address on which no server listens.
const NOWHERE: &str = "http://127.0.0.1:9";

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
    store.sign_in(USER, NOWHERE, "key", "me@example.org").unwrap();
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
    pull(store, Vec::new());
}

/// Stores a pull that reads nothing but these unreadable rows.
fn pull(store: &Store, unreadable: Vec<UnreadableRow>) {
    let pull = Pull {
        rows: Vec::new(),
        unreadable,
        version: "0.1.0".into(),
        cursor: Cursor { seq: 1, history_id: Uuid::from_u128(8) },
        last: true,
        erased: None,
        labels_seq: None,
        partner_seq: Some(1),
        keeps_texts: None,
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

/// Lets the server count this many sits of the user in the first week.
fn count_on_server(fakes: &Fakes, mine: u32) {
    let mut counted = partnership();
    counted.weeks[0].mine = mine;
    let response = ServerView { partnership: Some(counted), ..ServerView::default() };
    read(fakes.store(), response, PartnerOutcomes::default());
}

#[test]
fn a_sit_that_the_server_rejects_counts_only_as_the_server_counts_it() {
    let fakes = Fakes::prepared(with_partner);
    sit(&fakes);
    assert_eq!(week(&fakes).mine, 1);
    let sent = fakes.store().outgoing(USER, 10, 1 << 20).unwrap();
    let rows = sent.into_iter().map(|Outgoing { session, generation }| {
        let outcome = RowOutcome::Rejected { reason: "bad_note".into() };
        PushedRow { id: session.id, generation, outcome }
    });
    let (rows, version) = (rows.collect(), "0.1.0".into());
    let push = Push { rows, version, moved: None, at: hours_ago(0) };
    assert_eq!(fakes.store().apply_push(USER, push).unwrap().rejected, 1);
    assert_eq!(week(&fakes).mine, 0);
    // It has an earlier state of the sit.
    count_on_server(&fakes, 1);
    assert_eq!(week(&fakes).mine, 1);
}

#[test]
fn what_the_server_counts_stays_if_this_device_cannot_read_a_sit() {
    let fakes = Fakes::prepared(with_partner);
    count_on_server(&fakes, 2);
    sit(&fakes);
    assert_eq!(week(&fakes).mine, 1, "this device has everything");
    let row = UnreadableRow { id: Uuid::from_u128(70), body: r#"{"source": "watch"}"#.into() };
    pull(fakes.store(), vec![row]);
    assert_eq!(week(&fakes).mine, 2);
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
    assert_eq!((left.partnership, week(&fakes).mode), (None, WeekMode::Mine));
    let error = fakes.engine().partner().bow().wait().unwrap_err();
    assert_eq!(error.message.id, "storage-no-partnership");
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

/// Starts the engines of two users of one project.
fn two_users(project: &Project) -> (Fakes, Fakes) {
    let vault = Memory::default();
    vault.write(USER, "refresh-me").unwrap();
    let me = Fakes::signed_in(project.url(), Arc::new(vault));
    (me, Fakes::signed_in_as_partner(project.url()))
}

fn sync(fakes: &Fakes) {
    block_on(fakes.engine().account().sync_now()).unwrap();
}

fn invite(fakes: &Fakes) -> Result<InvitationView, IpcError> {
    block_on(fakes.engine().partner().invite())
}

fn accept(fakes: &Fakes, text: &str) -> Result<PartnerView, IpcError> {
    block_on(fakes.engine().partner().accept(Secret(text.into()), true))
}

fn preview(fakes: &Fakes, text: &str) -> Result<InvitationPreview, IpcError> {
    block_on(fakes.engine().partner().preview(Secret(text.into())))
}

fn name(fakes: &Fakes, name: &str) {
    let profile = ProfileView { name: name.into(), image: None };
    fakes.engine().partner().set_profile(profile).wait().unwrap();
    sync(fakes);
}

#[test]
fn two_users_become_partners_by_an_invitation() {
    let project = Project::start();
    let (me, other) = two_users(&project);
    name(&me, "Me");
    name(&other, "Anna");
    let invitation = invite(&me).unwrap();
    assert!(invitation.text.contains(&invitation.link));
    assert_eq!(invitation.expires_at, "2026-03-08T01:00:00+01:00");
    assert_eq!(view(&me).invitation_expires_at.unwrap(), invitation.expires_at);
    let asked = preview(&other, &invitation.text).unwrap();
    assert_eq!(
        asked,
        InvitationPreview {
            profile: Some(ProfileView { name: "Me".into(), image: None }),
            host: project.url().trim_start_matches("http://").into(),
            url: project.url().into(),
            key: "key".into(),
            expires_at: Some(invitation.expires_at.clone()),
            needs: InvitationNeed::Nothing,
        }
    );
    let keeps = || other.store().keeps_texts(PARTNER).unwrap();
    assert!(!keeps());
    let accepted = accept(&other, &invitation.text).unwrap();
    assert!(keeps());
    let partnership = accepted.partnership.unwrap();
    assert_eq!(partnership.partner.profile.name, "Me");
    assert_eq!(partnership.weeks.len(), 1);
    assert_eq!(accept(&other, &invitation.text).unwrap().partnership.unwrap().id, partnership.id);
    sync(&me);
    let shown = view(&me);
    assert_eq!(shown.invitation_expires_at, None);
    assert_eq!(shown.partnership.unwrap().partner.profile.name, "Anna");
    let error = invite(&me).unwrap_err();
    assert_eq!(error.message.id, "partner-refusal-in-partnership");
    // What one sits the other sees.
    sit(&other);
    sync(&other);
    sync(&me);
    assert_eq!((week(&me).mode, week(&me).partners), (WeekMode::Ours, 1));
    let bowed = me.engine().partner().bow().wait().unwrap();
    assert_eq!(bowed.pending, [PendingChange::Bow]);
    me.engine().partner().leave().wait().unwrap();
    sync(&me);
    let after = view(&me);
    assert_eq!((after.partnership, after.pending, after.former.len()), (None, vec![], 1));
    assert_eq!(week(&me).mode, WeekMode::Mine);
}

#[test]
fn an_invitation_is_shown_again_and_a_lost_response_makes_no_second_one() {
    let project = Project::start();
    let (me, other) = two_users(&project);
    project.lose_response("create_invitation");
    let error = invite(&me).unwrap_err();
    assert_eq!((error.code, error.message.id.as_ref()), (ErrorCode::Network, "partner-no-network"));
    let kept = me.store().kept_invitation(USER).unwrap().unwrap();
    let invitation = invite(&me).unwrap();
    assert!(invitation.link.contains(kept.code.as_str()));
    assert_eq!(invite(&me).unwrap(), invitation, "the same one");
    assert!(view(&me).can_show_invitation);
    project.lose_response("accept_invitation");
    assert_eq!(accept(&other, &invitation.link).unwrap_err().code, ErrorCode::Network);
    assert!(accept(&other, &invitation.link).unwrap().partnership.is_some());
    sync(&me);
    assert_eq!(me.store().kept_invitation(USER).unwrap(), None);
}

#[test]
fn an_invitation_of_another_device_cannot_be_shown() {
    let project = Project::start();
    let (me, _) = two_users(&project);
    let can_show = |me: &Fakes| {
        let view = view(me);
        (view.invitation_expires_at.is_some(), view.can_show_invitation)
    };
    assert_eq!(can_show(&me), (false, false));
    invite(&me).unwrap();
    assert_eq!(can_show(&me), (true, true));
    let kept = me.store().kept_invitation(USER).unwrap().unwrap();
    // Another device replaces it later.
    let replaced_at = kept.expires_at.map(|at| at - TimeDelta::hours(1));
    let replaced = KeptInvitation { code: kept.code, expires_at: replaced_at };
    me.store().keep_invitation(USER, Some(replaced)).unwrap();
    assert_eq!(can_show(&me), (true, false));
    me.store().keep_invitation(USER, None).unwrap();
    assert_eq!(can_show(&me), (true, false));
}

#[test]
fn an_invitation_that_is_no_longer_open_is_replaced() {
    let project = Project::start();
    let (me, other) = two_users(&project);
    let first = invite(&me).unwrap();
    // Another device withdraws it.
    project.with(|server| {
        let token = server.sign_in(USER);
        server.respond(Some(token), &Call::Withdraw)
    });
    let second = invite(&me).unwrap();
    assert_ne!(second.link, first.link);
    let error = preview(&other, &first.link).unwrap_err();
    assert_eq!(
        (error.code, error.message.id.as_ref()),
        (ErrorCode::Rejected, "partner-refusal-not-open")
    );
    let withdrawn = block_on(me.engine().partner().withdraw()).unwrap();
    assert_eq!(withdrawn.invitation_expires_at, None);
    assert_eq!(me.store().kept_invitation(USER).unwrap(), None);
    assert_eq!(accept(&other, &second.link).unwrap_err().message.id, "partner-refusal-not-open");
    assert!(other.store().keeps_texts(PARTNER).unwrap(), "as chosen, whatever the answer");
    let third = invite(&me).unwrap();
    assert_eq!(preview(&me, &third.link).unwrap_err().message.id, "partner-refusal-own");
}

#[test]
fn without_a_network_an_invitation_of_this_device_is_shown_and_none_is_made() {
    let vault = || {
        let vault = Memory::default();
        vault.write(USER, "refresh-me").unwrap();
        Arc::new(vault)
    };
    let fakes = Fakes::signed_in(NOWHERE, vault());
    let error = invite(&fakes).unwrap_err();
    assert_eq!((error.code, error.message.id.as_ref()), (ErrorCode::Network, "partner-no-network"));
    let mut kept = fakes.store().kept_invitation(USER).unwrap().unwrap();
    kept.expires_at = Some(hours_ago(-1));
    fakes.store().keep_invitation(USER, Some(kept.clone())).unwrap();
    let shown = invite(&fakes).unwrap();
    assert!(shown.link.contains(kept.code.as_str()));
    assert_eq!(shown.expires_at, "2026-03-01T08:00:00+01:00");
    fakes.set_clock("2026-03-01T07:00:00Z");
    assert_eq!(invite(&fakes).unwrap_err().code, ErrorCode::Network, "it has expired");
}

#[test]
fn an_invitation_that_has_expired_is_known_until_another_one_is_made() {
    let project = Project::start();
    let (me, _) = two_users(&project);
    let known = |me: &Fakes| {
        let view = view(me);
        (view.invitation_expires_at.map(|at| at[..10].to_owned()), view.can_show_invitation)
    };
    invite(&me).unwrap();
    let expires = Some("2026-03-08".to_owned());
    assert_eq!(known(&me), (expires.clone(), true));
    me.set_clock("2026-03-09T06:00:00Z");
    assert_eq!(known(&me), (expires.clone(), false), "before the server is read again");
    let response = ServerView::default();
    read(me.store(), response, PartnerOutcomes::default());
    assert_eq!(known(&me), (expires, false), "the server forgets it");
    block_on(me.engine().partner().withdraw()).unwrap();
    assert_eq!(known(&me), (None, false));
}

#[test]
fn an_invitation_says_what_is_missing_before_it_can_be_accepted() {
    let project = Project::start();
    let (me, _) = two_users(&project);
    name(&me, "Me");
    let invitation = invite(&me).unwrap();
    let nobody = Fakes::new();
    let asked = preview(&nobody, &invitation.text).unwrap();
    assert_eq!((asked.needs, asked.url.as_str()), (InvitationNeed::SignIn, project.url()));
    assert_eq!(asked.profile.unwrap().name, "Me");
    assert_eq!(accept(&nobody, &invitation.text).unwrap_err().code, ErrorCode::Account);
    let elsewhere = Fakes::signed_in(NOWHERE, Arc::new(Memory::default()));
    let asked = preview(&elsewhere, &invitation.text).unwrap();
    assert_eq!(asked.needs, InvitationNeed::OtherProject);
    let error = accept(&elsewhere, &invitation.text).unwrap_err();
    assert_eq!(
        (error.code, error.message.id.as_ref()),
        (ErrorCode::Account, "partner-other-project")
    );
    block_on(me.engine().partner().withdraw()).unwrap();
    let error = preview(&nobody, &invitation.text).unwrap_err();
    assert_eq!(error.message.id, "partner-refusal-not-open");
    for (text, id) in [
        ("no link at all", "partner-invitation-no-link"),
        (&invitation.link[..invitation.link.len() - 4], "partner-invitation-cut-off"),
    ] {
        let error = preview(&nobody, text).unwrap_err();
        assert_eq!((error.code, error.message.id.as_ref()), (ErrorCode::BadRequest, id));
    }
}

#[test]
fn the_host_that_is_named_is_the_one_that_is_asked() {
    let link = |url: &str| {
        let (project_url, publishable_key) = (url.to_owned(), "key".to_owned());
        Invitation { project_url, publishable_key, code: InvitationCode::new([7; 16]) }.to_link()
    };
    let pond = link("https://pond.example:8443/rest");
    let broken = link("https://lotus.example").replace("lotus", "lotos");
    // White space in a link is ignored, as that of a mail program is.
    let split = pond.replace("example", "exam\n> ple");
    for (text, host) in [
        (pond.as_str(), Some("pond.example:8443")),
        (&format!("Join me: {broken} or {pond}"), Some("pond.example:8443")),
        (&split, Some("pond.example:8443")),
        (&broken, None),
        (&link("http://pond.example"), None),
        (&link("https://a;b.example"), None),
        ("no link", None),
    ] {
        let named = invitation_host(&Secret(text.into()));
        assert_eq!(named.as_deref(), host, "{text}");
    }
}

#[test]
fn signing_out_and_reading_a_new_response_announce_a_change() {
    let project = Project::start();
    let (mut me, other) = two_users(&project);
    let invitation = invite(&me).unwrap();
    accept(&other, &invitation.link).unwrap();
    let mut events = me.events();
    let mut announced = |fakes: &Fakes| {
        fakes.state();
        let mut count = 0;
        while let Ok(event) = events.try_recv() {
            count += u32::from(matches!(event, Event::Partner));
        }
        count > 0
    };
    announced(&me);
    sync(&me);
    assert!(announced(&me));
    sync(&me);
    assert!(!announced(&me), "nothing is new");
    assert!(view(&me).signed_in);
    block_on(me.engine().account().sign_out()).unwrap();
    assert!(announced(&me));
    // What was read stays, with its time.
    let shown = view(&me);
    assert!(!shown.signed_in && shown.partnership.is_some() && shown.read_at.is_some());
}

/// Returns the news that were notified since the last call.
fn notified(fakes: &Fakes) -> Vec<NewsKind> {
    fakes.state();
    let news = fakes.calls().into_iter().filter_map(|call| match call {
        fakes::Call::Notify(Notification::News { news, .. }) => Some(news),
        _ => None,
    });
    news.flatten().map(|news| news.kind).collect()
}

#[test]
fn news_of_the_partner_are_notified_once_and_after_the_running_sit() {
    let project = Project::start();
    let (me, other) = two_users(&project);
    name(&other, "Anna");
    let invitation = invite(&me).unwrap();
    accept(&other, &invitation.link).unwrap();
    sync(&me);
    me.state();
    let anna = Some(ProfileName::new("Anna").unwrap());
    let joined = me.calls().into_iter().find_map(|call| match call {
        fakes::Call::Notify(Notification::News { partner, news }) => Some((partner, news[0].kind)),
        _ => None,
    });
    assert_eq!(joined, Some((anna, NewsKind::Joined)));
    sit(&me);
    sync(&me);
    sync(&other);
    other.engine().partner().bow().wait().unwrap();
    sync(&other);
    me.start(60, 0).unwrap();
    sync(&me);
    me.pass(Duration::from_secs(30));
    assert_eq!(notified(&me), [], "a sit is running");
    me.pass(Duration::from_secs(30));
    me.engine().end_sit(None).wait().unwrap();
    assert_eq!(notified(&me), [NewsKind::Bow]);
    sync(&me);
    assert_eq!(notified(&me), []);
    let off = Settings { partner_notifications: false, ..Settings::default() };
    me.engine().save_settings(off).wait().unwrap();
    other.engine().partner().leave().wait().unwrap();
    sync(&other);
    sync(&me);
    assert_eq!(view(&me).partnership, None);
    me.engine().save_settings(Settings::default()).wait().unwrap();
    sync(&me);
    assert_eq!(notified(&me), [], "what was not to be notified is not notified later");
    assert_eq!(notified(&other), [], "it has caused all of it itself");
}

#[test]
fn without_an_engine_the_folder_is_used_directly() {
    let home = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(home.path()).unwrap();
    let mut client = PartnerClient::connect(&folder).unwrap();
    assert_eq!(client.set_target(target(2)).unwrap().target, target(2));
    assert_eq!(client.view().unwrap().partnership, None);
    assert_eq!((client.week().unwrap().goal, client.week().unwrap().mine), (2, 0));
    assert_eq!(client.invite().unwrap_err().code, ErrorCode::Account);
    assert_eq!(client.preview(Secret("nothing".into())).unwrap_err().code, ErrorCode::BadRequest);
}

#[test]
fn news_of_a_former_partner_are_not_shown_in_the_name_of_the_present_one() {
    let fakes = Fakes::prepared(with_partner);
    let news = |seq, kind, at| News { seq, kind, at, week: None };
    // Both partnerships are of one day: the end of the first was recorded just after it.
    let left_at = hours_ago(2) + TimeDelta::milliseconds(3);
    let kept = News { week: Some(2), ..news(10, NewsKind::Kept, hours_ago(1)) };
    let response = ServerView {
        partnership: Some(partnership()),
        news: vec![
            news(7, NewsKind::Bow, hours_ago(2)),
            news(8, NewsKind::Left, left_at),
            news(9, NewsKind::Bow, hours_ago(1)),
            kept,
        ],
        ..ServerView::default()
    };
    read(fakes.store(), response, PartnerOutcomes::default());
    // The engine looks for news whenever anything about the partner changes.
    fakes.engine().partner().set_target(target(2)).wait().unwrap();
    assert_eq!(notified(&fakes), [NewsKind::Bow, NewsKind::Kept]);
    // The page shows them from the newest on, and names the week by its start.
    let shown = view(&fakes).news;
    let shown: Vec<_> = shown.iter().map(|news| (news.kind, news.week.as_deref())).collect();
    let week = Some("2026-03-08T04:00:00+01:00");
    assert_eq!(shown, [(NewsKind::Kept, week), (NewsKind::Bow, None)]);
}
