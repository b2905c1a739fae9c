//! Partners, from one device over the server to that of the partner.

mod common;

use common::{Device, ME, at, server};
use futures_lite::future::block_on;
use std::sync::{Arc, Mutex};
use uuid::Uuid;
use zafu_core::day::DayStart;
use zafu_core::ids::UserId;
use zafu_core::invitation::InvitationCode;
use zafu_core::partnership::{
    MAX_ATTEMPTS_PER_HOUR, NewsKind, PartnerView, Partnership, Privacy, Refusal, Role,
};
use zafu_core::profile::{Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::time::UtcOffset;
use zafu_store::{AfterErasure, PartnerChanges, SettingState};
use zafu_sync::fake::Server;
use zafu_sync::remote::{PartnerResponse, ServerPartner};
use zafu_sync::wire::{self, HttpResponse};
use zafu_sync::{Event, Hold, Invitations, SyncEngine, Wakeup};

const YOU: UserId = UserId(Uuid::from_u128(0x0102));

fn code(n: u8) -> InvitationCode {
    InvitationCode::new([n; 16])
}

fn profile(name: &str) -> Profile {
    Profile { name: Some(ProfileName::new(name).unwrap()), image: Some(ProfileImage::Leaf) }
}

fn target(sits: u32) -> WeeklyTarget {
    WeeklyTarget::new(sits).unwrap()
}

/// Syncs late enough for a pull.
fn sync_later(device: &mut Device) {
    device.seconds += 600;
    device.sync();
}

fn view(device: &Device) -> PartnerView {
    device.store.partner().unwrap().view.map(|(view, _)| view).unwrap_or_default()
}

fn partnership(device: &Device) -> Partnership {
    view(device).partnership.unwrap()
}

fn state(response: PartnerResponse) -> ServerPartner {
    match response {
        PartnerResponse::State(state) => *state,
        PartnerResponse::Erased(_) => panic!("nothing was erased"),
    }
}

fn sit(device: &mut Device, n: u128) {
    device.start(n);
    device.finish();
    sync_later(device);
}

fn invite(device: &Device, account: UserId, n: u8) -> Result<(), Refusal> {
    let (code, starts) = (code(n), DayStart::constant::<4>());
    let invited = device.remote.create_invitation(account, &code, UtcOffset(60), starts);
    block_on(invited).unwrap().map(drop)
}

/// Returns two devices whose users are partners, as both know.
fn partners() -> (Device, Device) {
    partners_on(&server())
}

fn partners_on(server: &Arc<Mutex<Server>>) -> (Device, Device) {
    // The tests' sits start at this time.
    server.lock().unwrap().now = at(0).wall.utc;
    let (mut mine, mut yours) = (Device::new(server, 1), Device::of(server, 2, YOU));
    mine.sync();
    yours.sync();
    invite(&mine, ME, 1).unwrap();
    block_on(yours.remote.accept_invitation(YOU, &code(1))).unwrap().unwrap();
    sync_later(&mut mine);
    sync_later(&mut yours);
    (mine, yours)
}

#[test]
fn an_invitation_makes_two_users_partners_who_see_each_others_counts() {
    let server = server();
    server.lock().unwrap().now = at(0).wall.utc;
    let (mut mine, mut yours) = (Device::new(&server, 1), Device::of(&server, 2, YOU));
    mine.store.set_profile(profile("慈悲")).unwrap();
    yours.store.set_target(target(2)).unwrap();
    mine.sync();
    yours.sync();
    invite(&mine, ME, 1).unwrap();
    sync_later(&mut mine);
    assert!(view(&mine).invitation_expires_at.is_some());
    let inviter = block_on(yours.remote.preview_invitation(YOU, &code(1))).unwrap().unwrap();
    assert_eq!(inviter.profile, profile("慈悲"));
    let accept = || block_on(yours.remote.accept_invitation(YOU, &code(1))).unwrap().unwrap();
    let id = accept();
    assert_eq!(accept(), id, "the response was lost");
    sit(&mut yours, 1);
    sit(&mut yours, 2);
    sit(&mut mine, 3);
    sync_later(&mut yours);
    let (of_me, of_you) = (partnership(&mine), partnership(&yours));
    assert_eq!((of_me.id, of_me.role, of_you.role), (id, Role::Inviter, Role::Invitee));
    assert_eq!((of_you.partner.profile, of_me.partner.target), (profile("慈悲"), target(2)));
    let week = of_me.weeks[0];
    assert_eq!((week.goal, week.mine, week.partners, week.kept()), (7, 1, 2, Some(false)));
    assert_eq!((of_you.weeks[0].mine, of_you.weeks[0].partners), (2, 1));
    let news: Vec<_> = view(&mine).news.iter().map(|news| news.kind).collect();
    assert_eq!(news, [NewsKind::Joined]);
}

#[test]
fn an_unpaired_account_makes_not_one_request_more() {
    let calls = |without_partners| {
        let server = server();
        let mut device = Device::new(&server, 1);
        device.remote.with(|server| server.faults.without_partners = without_partners);
        device.sync();
        for n in 1..4 {
            sit(&mut device, n);
        }
        device.engine.wake(Wakeup::Resume, at(device.seconds));
        sync_later(&mut device);
        device.remote.with(|server| server.calls)
    };
    assert_eq!(calls(false), calls(true));
}

#[test]
fn a_paired_account_reads_about_its_partner_only_after_a_change() {
    let (mut mine, mut yours) = partners();
    let calls = |device: &mut Device| {
        let before = device.remote.with(|server| server.calls);
        sync_later(device);
        device.remote.with(|server| server.calls) - before
    };
    let idle = calls(&mut mine);
    assert_eq!(calls(&mut mine), idle);
    sit(&mut yours, 1);
    assert_eq!(calls(&mut mine), idle + 1);
    assert_eq!(calls(&mut mine), idle);
}

#[test]
fn a_device_that_is_in_step_gets_a_short_response() {
    let (mine, _yours) = partners();
    let (changes, known) = mine.store.outgoing_partner(ME).unwrap();
    let response =
        block_on(zafu_sync::Remote::sync_partner(&*mine.remote, ME, &changes, known, None));
    let state = state(response.unwrap());
    assert_eq!((state.view, Some(state.partner_seq)), (None, known));
}

#[test]
fn narrowing_what_is_shown_removes_it_from_the_partners_device() {
    let (mut mine, mut yours) = partners();
    yours.store.set_privacy(Privacy::Times).unwrap();
    sit(&mut yours, 1);
    sync_later(&mut mine);
    assert_eq!(partnership(&mine).partner.times.map(|times| times.len()), Some(1));
    assert_eq!(view(&yours).shown_to_partner.unwrap().times.unwrap().len(), 1);
    yours.store.set_privacy(Privacy::Counts).unwrap();
    sync_later(&mut yours);
    sync_later(&mut mine);
    let partner = partnership(&mine).partner;
    assert_eq!((partner.privacy, partner.times), (Privacy::Counts, None));
    assert_eq!(view(&yours).shown_to_partner.unwrap().times, None);
    assert_eq!(partnership(&mine).weeks[0].partners, 1, "counts stay");
}

#[test]
fn of_two_devices_that_change_what_is_shown_offline_the_one_that_shows_less_wins() {
    for times_first in [false, true] {
        let server = server();
        let (mut mine, yours) = partners_on(&server);
        let mut devices = [Device::of(&server, 3, YOU), yours];
        devices[0].sync();
        devices[0].store.set_privacy(Privacy::Times).unwrap();
        devices[1].store.set_privacy(Privacy::Counts).unwrap();
        let order = if times_first { [0, 1, 0] } else { [1, 0, 1] };
        for device in order {
            sync_later(&mut devices[device]);
        }
        for device in &devices {
            let level = device.store.partner().unwrap().privacy.unwrap();
            assert_eq!((level.value, level.state), (Privacy::Counts, SettingState::Synced));
        }
        sync_later(&mut mine);
        assert_eq!(partnership(&mine).partner.privacy, Privacy::Counts);
    }
}

/// Returns two devices, of which the second shows its times and has a backlog of ten sits that are pushed one by one.
fn partners_with_a_backlog() -> (Device, Device) {
    let (mut mine, mut yours) = partners();
    yours.store.set_privacy(Privacy::Times).unwrap();
    sit(&mut yours, 1);
    sync_later(&mut mine);
    assert!(partnership(&mine).partner.times.is_some());
    for n in 10..20 {
        yours.start(n);
        yours.finish();
    }
    yours.remote.with(|server| server.faults.rows_per_push = Some(1));
    (mine, yours)
}

#[test]
fn narrowing_overtakes_a_backlog() {
    let (mut mine, yours) = partners_with_a_backlog();
    // Two pushes are in flight at a time, from the second one on.
    let mut engine = SyncEngine::new(yours.store.clone(), 9, "0.1.0").second_push_from(1);
    let now = at(yours.seconds);
    let step = |engine: &mut SyncEngine| {
        let Event::Response(completed) = block_on(engine.next_event(&yours.remote, now)).unwrap()
        else {
            panic!("nothing is left")
        };
        engine.apply(completed, now).unwrap()
    };
    while !engine.is_busy() {
        step(&mut engine);
    }
    yours.store.set_privacy(Privacy::Counts).unwrap();
    let level = || {
        let (nothing, remote) = (PartnerChanges::default(), &*mine.remote);
        let response = block_on(zafu_sync::Remote::sync_partner(remote, ME, &nothing, None, None));
        let view = state(response.unwrap()).view.unwrap();
        view.partnership.unwrap().partner.privacy
    };
    while level() == Privacy::Times {
        step(&mut engine);
    }
    assert!(yours.store.backlog(YOU).unwrap().pending > 5, "sits wait");
    sync_later(&mut mine);
    assert_eq!(partnership(&mine).partner.times, None);
}

#[test]
fn narrowing_and_leaving_do_not_wait_for_pushes_that_fail() {
    let (mut mine, mut yours) = partners_with_a_backlog();
    yours.remote.with(|server| server.faults.trigger_disabled = true);
    yours.store.set_profile(profile("Ada")).unwrap();
    sync_later(&mut yours);
    assert!(matches!(yours.engine.hold(), Some(Hold::Misconfigured(_))));
    let change = |device: &mut Device| {
        let now = at(device.seconds);
        device.engine.wake(Wakeup::LocalChange, now);
        block_on(device.engine.run_until_idle(&device.remote, || now)).unwrap();
    };
    yours.store.set_privacy(Privacy::Counts).unwrap();
    change(&mut yours);
    sync_later(&mut mine);
    let partner = partnership(&mine).partner;
    assert_eq!((partner.privacy, partner.times), (Privacy::Counts, None));
    assert_eq!(partner.profile, Profile::default(), "all else waits for the sits");
    yours.store.leave().unwrap();
    change(&mut yours);
    sync_later(&mut mine);
    assert_eq!(view(&mine).partnership, None);
    assert!(matches!(yours.engine.hold(), Some(Hold::Misconfigured(_))));
    assert_eq!(yours.store.backlog(YOU).unwrap().pending, 10);
}

#[test]
fn a_bow_is_sent_before_leaving() {
    let (mut mine, mut yours) = partners();
    sit(&mut yours, 1);
    sync_later(&mut mine);
    mine.store.bow(Uuid::from_u128(1)).unwrap();
    mine.store.leave().unwrap();
    sync_later(&mut mine);
    sync_later(&mut yours);
    let news: Vec<_> = view(&yours).news.iter().map(|news| news.kind).collect();
    assert_eq!(news, [NewsKind::Bow, NewsKind::Left]);
}

#[test]
fn a_bow_is_delivered_once_per_rise_of_the_partners_count() {
    let (mut mine, mut yours) = partners();
    sit(&mut yours, 1);
    sync_later(&mut mine);
    mine.store.bow(Uuid::from_u128(1)).unwrap();
    // The first response is lost.
    let (changes, _) = mine.store.outgoing_partner(ME).unwrap();
    block_on(zafu_sync::Remote::sync_partner(&*mine.remote, ME, &changes, None, None)).unwrap();
    sync_later(&mut mine);
    assert_eq!(mine.store.partner().unwrap().bow, None);
    assert!(!partnership(&mine).may_bow);
    sync_later(&mut yours);
    let bows = view(&yours).news.iter().filter(|news| news.kind == NewsKind::Bow).count();
    assert_eq!(bows, 1);
}

#[test]
fn a_bow_that_comes_too_late_is_forgotten_and_the_news_say_why() {
    let (mut mine, mut yours) = partners();
    sit(&mut yours, 1);
    sync_later(&mut mine);
    mine.store.bow(Uuid::from_u128(1)).unwrap();
    yours.store.leave().unwrap();
    sync_later(&mut yours);
    sync_later(&mut mine);
    assert_eq!(mine.store.partner().unwrap().bow, None);
    assert_eq!(view(&mine).news.last().unwrap().kind, NewsKind::Left);
    assert_eq!(mine.engine.status().unwrap().last_failure, None);
}

#[test]
fn a_partnership_that_was_left_offline_ends_with_the_next_sync() {
    let (mut mine, mut yours) = partners();
    mine.store.leave().unwrap();
    sit(&mut mine, 1);
    assert_eq!(mine.store.partner().unwrap().leave, None);
    sync_later(&mut yours);
    let left = view(&yours);
    assert_eq!((left.partnership, left.former.len(), left.shown_to_partner), (None, 1, None));
    assert_eq!(left.news.last().unwrap().kind, NewsKind::Left);
    assert_eq!(invite(&mine, ME, 2), Ok(()), "there is room for another");
}

#[test]
fn refusals_are_values() {
    let (mine, yours) = partners();
    assert_eq!(invite(&mine, ME, 2), Err(Refusal::InPartnership));
    let accept = |account, n| block_on(mine.remote.accept_invitation(account, &code(n))).unwrap();
    assert_eq!(accept(ME, 1), Err(Refusal::Own));
    let preview = block_on(yours.remote.preview_invitation(YOU, &code(1))).unwrap();
    assert_eq!(preview, Err(Refusal::AlreadyPartners));
    for n in 0..MAX_ATTEMPTS_PER_HOUR {
        assert_eq!(accept(ME, 100 + n as u8), Err(Refusal::NotOpen));
    }
    assert_eq!(accept(ME, 9), Err(Refusal::TooManyAttempts));
    block_on(mine.remote.withdraw_invitation(ME)).unwrap();
}

#[test]
fn a_withdrawn_invitation_is_not_open() {
    let server = server();
    let (mine, yours) = (Device::new(&server, 1), Device::of(&server, 2, YOU));
    invite(&mine, ME, 1).unwrap();
    block_on(mine.remote.withdraw_invitation(ME)).unwrap();
    let preview = block_on(yours.remote.preview_invitation(YOU, &code(1))).unwrap();
    assert_eq!(preview, Err(Refusal::NotOpen));
    assert_eq!(invite(&mine, ME, 1), Err(Refusal::NotOpen));
}

#[test]
fn a_rejected_target_blocks_nothing() {
    let (mut mine, mut yours) = partners();
    mine.store.set_target(target(3)).unwrap();
    mine.store.set_profile(profile("Ada")).unwrap();
    let raw = rusqlite::Connection::open(mine.path()).unwrap();
    raw.execute("UPDATE partner_registers SET revision = 4294967295 WHERE kind = 'target'", [])
        .unwrap();
    sit(&mut mine, 1);
    sync_later(&mut yours);
    assert_eq!(partnership(&yours).partner.profile, profile("Ada"));
    assert_eq!(partnership(&yours).weeks[0].partners, 1);
    let rejected = mine.store.partner().unwrap().target.state;
    assert_eq!(rejected, SettingState::Rejected("bad_revision".into()));
    assert_eq!(mine.engine.status().unwrap().last_failure, None);
}

#[test]
fn requests_about_the_partner_that_fail_do_not_keep_sessions_from_being_synced() {
    let (mut mine, mut yours) = partners();
    mine.remote.with(|server| server.faults.partner_fails = true);
    mine.store.set_profile(profile("Ada")).unwrap();
    mine.start(1);
    mine.finish();
    mine.seconds += 600;
    assert_eq!(mine.sync().pushed, 1);
    let status = mine.engine.status().unwrap();
    assert!(status.hold.is_none() && status.last_failure.is_some());
    mine.remote.with(|server| server.faults.partner_fails = false);
    sync_later(&mut mine);
    assert_eq!(mine.engine.status().unwrap().last_failure, None);
    sync_later(&mut yours);
    assert_eq!(partnership(&yours).partner.profile, profile("Ada"));
}

#[test]
fn an_older_server_is_not_asked_about_partners() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.remote.with(|server| server.faults.without_partners = true);
    device.store.set_profile(profile("Ada")).unwrap();
    device.sync();
    let status = device.engine.status().unwrap();
    assert_eq!((status.hold, status.last_failure), (None, None));
    // After its update, the profile is sent.
    device.remote.with(|server| server.faults.without_partners = false);
    sync_later(&mut device);
    assert_eq!(device.store.partner().unwrap().profile.state, SettingState::Synced);
}

#[test]
fn an_erasure_ends_the_partnership_and_is_not_undone_by_another_device() {
    let (mut mine, mut yours) = partners();
    mine.store.set_profile(profile("Ada")).unwrap();
    sync_later(&mut mine);
    let erasure = block_on(zafu_sync::Remote::erase(&*mine.remote, ME)).unwrap();
    mine.store.set_target(target(1)).unwrap();
    sync_later(&mut mine);
    assert_eq!(mine.engine.hold(), Some(&Hold::Erased(erasure)));
    mine.store.agree_to_erasure(ME, erasure, AfterErasure::KeepHere).unwrap();
    sync_later(&mut mine);
    assert_eq!(mine.store.partner().unwrap().profile.state, SettingState::LocalOnly);
    assert_eq!(view(&mine).partnership, None);
    sync_later(&mut yours);
    assert_eq!((view(&yours).partnership, view(&yours).former.len()), (None, 1));
}

#[test]
fn a_restored_server_gets_the_profile_again() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.sync();
    let dump = device.remote.with(|server| server.dump());
    device.store.set_profile(profile("Ada")).unwrap();
    sit(&mut device, 1);
    device.remote.with(|server| server.restore(&dump));
    for _ in 0..2 {
        sync_later(&mut device);
    }
    let other = {
        let mut other = Device::new(&server, 2);
        other.sync();
        other.store.partner().unwrap().profile.value
    };
    assert_eq!(other, profile("Ada"));
}

#[test]
fn a_server_that_was_restored_to_a_time_without_partners_has_none() {
    let server = server();
    server.lock().unwrap().now = at(0).wall.utc;
    let (mut mine, mut yours) = (Device::new(&server, 1), Device::of(&server, 2, YOU));
    mine.sync();
    yours.sync();
    let dump = mine.remote.with(|server| server.dump());
    sit(&mut mine, 1);
    invite(&mine, ME, 1).unwrap();
    block_on(yours.remote.accept_invitation(YOU, &code(1))).unwrap().unwrap();
    sync_later(&mut mine);
    assert!(view(&mine).partnership.is_some());
    mine.remote.with(|server| server.restore(&dump));
    sync_later(&mut mine);
    assert_eq!(view(&mine), PartnerView::default());
}

fn response(body: &serde_json::Value) -> HttpResponse {
    HttpResponse { status: 200, retry_after: None, body: body.to_string().into() }
}

#[test]
fn an_unknown_state_of_an_invitation_is_no_refusal() {
    let unknown = response(&serde_json::json!({"state": "bad_code"}));
    assert!(unknown.accepted_invitation().is_err());
    assert!(response(&serde_json::json!({"state": "ok"})).accepted_invitation().is_err());
    let portal = HttpResponse { status: 200, retry_after: None, body: b"<html>".to_vec() };
    assert!(portal.inviter().is_err() && portal.withdrawn_invitation().is_err());
    assert!(portal.partner().is_err() && portal.created_invitation().is_err());
}

#[test]
fn the_number_of_the_last_state_is_sent_only_without_changes() {
    let (mine, _yours) = partners();
    let body = |known| {
        let (changes, _) = mine.store.outgoing_partner(ME).unwrap();
        let body = wire::partner_body(&changes, known, None);
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()
    };
    let expected = serde_json::json!({"known_partner_seq": 4, "erasure_id": null});
    assert_eq!(body(Some(4)), expected);
    mine.store.set_target(target(0)).unwrap();
    mine.store.leave().unwrap();
    let sent = body(Some(4));
    assert_eq!(sent["known_partner_seq"], serde_json::Value::Null);
    assert_eq!((&sent["target"]["target"], &sent["target"]["revision"]), (&0.into(), &1.into()));
    assert_eq!(sent["leave"]["partnership_id"], serde_json::json!(partnership(&mine).id));
}

#[test]
fn what_only_a_later_version_knows_is_left_out() {
    let (mut mine, mut yours) = partners();
    yours.store.set_profile(profile("Ada")).unwrap();
    sync_later(&mut yours);
    sync_later(&mut mine);
    let body = mine.remote.with(|server| {
        let token = server.sign_in(ME);
        server.respond(Some(token), &zafu_sync::fake::Call::Partner(b"{}".to_vec())).body
    });
    let mut body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    body["profile"]["image"] = "comet".into();
    body["target"]["target"] = 1001.into();
    body["partnership"]["partner"]["image"] = "comet".into();
    body["partnership"]["partner"]["shares"] = "places".into();
    body["partnership"]["times"] = serde_json::json!([["2026-03-01T06:00:00+00:00", 600, null]]);
    body["news"][0]["kind"] = "waved".into();
    body["mood"] = "calm".into();
    let read = state(response(&body).partner().unwrap());
    assert_eq!((read.profile, read.target), (None, None));
    let view = read.view.unwrap();
    let partner = view.partnership.unwrap().partner;
    assert_eq!((partner.profile.name.unwrap().as_str(), partner.profile.image), ("Ada", None));
    assert_eq!((partner.privacy, partner.times), (Privacy::Counts, None));
    assert!(view.news.is_empty());
    // Where a partner was, which an older server sends, is not kept.
    body["partnership"]["partner"]["shares"] = "times".into();
    body["partnership"]["times"] = serde_json::json!([["2026-03-01T06:00:00+00:00", 600, 345]]);
    let view = state(response(&body).partner().unwrap()).view.unwrap();
    let times = view.partnership.unwrap().partner.times.unwrap();
    assert_eq!(times.iter().map(|sit| sit.offset).collect::<Vec<_>>(), [None]);
}
