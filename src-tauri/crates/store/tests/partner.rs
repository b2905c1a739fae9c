//! The partner of an account: what the user sets and asks for, and the responses of the server.

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::{at, id, pull_of, sat, sign_in, user};
use proptest::prelude::*;
use std::path::Path;
use uuid::Uuid;
use zafu_core::ids::{DeviceId, PartnershipId};
use zafu_core::invitation::InvitationCode;
use zafu_core::partnership::{
    FormerPartnership, News, NewsKind, PartnerView, Partnership, Privacy, Role, SharedSit, Shown,
    Tally, Week,
};
use zafu_core::profile::{DEFAULT_TARGET, Profile, ProfileImage, ProfileName, WeeklyTarget};
use zafu_core::session::Register;
use zafu_core::time::Seconds;
use zafu_store::{
    AfterErasure, Cursor, KeptInvitation, PartOutcome, PartnerApplied, PartnerChanges,
    PartnerOutcomes, PartnerRequest, PartnerSetting, PartnerUpdate, Pull, SettingState, Store,
    StoreError,
};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn signed_in() -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    sign_in(&store);
    (folder, store)
}

fn profile(name: &str) -> Profile {
    Profile { name: Some(ProfileName::new(name).unwrap()), image: Some(ProfileImage::Moon) }
}

fn target(sits: u32) -> WeeklyTarget {
    WeeklyTarget::new(sits).unwrap()
}

fn now() -> DateTime<Utc> {
    at(0).wall.utc
}

fn partnership_id(n: u128) -> PartnershipId {
    PartnershipId(Uuid::from_u128(n))
}

/// A partnership whose partner shows when they sat.
fn partnership(n: u128) -> Partnership {
    Partnership {
        id: partnership_id(n),
        started_at: now(),
        first_week_at: now(),
        role: Role::Invitee,
        partner: Shown {
            profile: profile("慈悲"),
            target: target(6),
            privacy: Privacy::Times,
            times: Some(vec![SharedSit { start: now(), length: Seconds(600), offset: None }]),
        },
        privacy: untouched(Privacy::Counts),
        weeks: vec![Week { number: 1, start: now(), goal: 11, mine: 1, partners: 2 }],
        tally: Tally::default(),
        may_bow: true,
    }
}

fn paired(n: u128) -> PartnerView {
    PartnerView { partnership: Some(partnership(n)), ..PartnerView::default() }
}

fn untouched<T: Clone>(value: T) -> Register<T> {
    Register::untouched(value, DeviceId(Uuid::nil()))
}

/// What one server has of the account.
struct Server {
    profile: Register<Profile>,
    target: Register<WeeklyTarget>,
    view: PartnerView,
    seq: i64,
    /// The code with which it rejects everything that is sent.
    rejects: Option<String>,
}

impl Server {
    fn new(view: PartnerView) -> Self {
        let (profile, target) = (untouched(Profile::default()), untouched(DEFAULT_TARGET));
        Self { profile, target, view, seq: 1, rejects: None }
    }

    /// Carries out what is sent, and returns the response.
    fn receive(&mut self, sent: PartnerChanges) -> PartnerUpdate {
        let outcome = match &self.rejects {
            Some(code) => PartOutcome::Rejected(code.clone()),
            None => PartOutcome::Done,
        };
        let of = |is_sent: bool| is_sent.then(|| outcome.clone());
        let outcomes = PartnerOutcomes {
            profile: of(sent.profile.is_some()),
            target: of(sent.target.is_some()),
            privacy: of(sent.privacy.is_some()),
            bow: of(sent.bow.is_some()),
            leave: of(sent.leave.is_some()),
            keeps_texts: of(sent.keeps_texts.is_some()),
        };
        if self.rejects.is_none() && !sent.is_empty() {
            self.seq += 1;
            if let Some(profile) = &sent.profile {
                self.profile = self.profile.clone().join(profile);
            }
            if let Some(target) = &sent.target {
                self.target = self.target.clone().join(target);
            }
            if let (Some(privacy), Some(partnership)) = (&sent.privacy, &mut self.view.partnership)
            {
                let Register { value, revision, deviceid } = *privacy;
                let sent = Register { value: value.level, revision, deviceid };
                partnership.privacy = partnership.privacy.clone().join(&sent);
            }
            if let (Some(_), Some(partnership)) = (sent.bow, &mut self.view.partnership) {
                partnership.may_bow = false;
            }
            if sent.leave.is_some()
                && let Some(left) = self.view.partnership.take()
            {
                let (started_at, ended_at) = (left.started_at, now());
                self.view.former.push(FormerPartnership {
                    started_at,
                    ended_at,
                    tally: left.tally,
                });
            }
        }
        PartnerUpdate {
            sent,
            outcomes,
            profile: Some(self.profile.clone()),
            target: Some(self.target.clone()),
            view: Some(self.view.clone()),
            partner_seq: self.seq,
            at: now(),
        }
    }

    /// Does a whole sync of the partner.
    fn sync(&mut self, store: &Store) -> PartnerApplied {
        let (sent, _) = store.outgoing_partner(user(1)).unwrap();
        store.apply_partner(user(1), self.receive(sent)).unwrap()
    }
}

/// Applies an empty pull that says that the partner's state has this number.
fn pull(store: &Store, partner_seq: Option<i64>) {
    let cursor = Cursor { seq: 1, history_id: Uuid::from_u128(1) };
    let pull = Pull { partner_seq, at: now(), ..pull_of(Vec::new(), cursor) };
    store.apply_pull(user(1), pull).unwrap();
}

fn setting<T>(value: T, state: SettingState) -> PartnerSetting<T> {
    PartnerSetting { value, state }
}

#[test]
fn a_target_without_an_account_becomes_that_of_the_first_account() {
    let (_folder, store) = store();
    assert_eq!(store.partner().unwrap().target, setting(DEFAULT_TARGET, SettingState::Synced));
    store.set_target(target(3)).unwrap();
    assert!(matches!(store.set_profile(profile("Ada")), Err(StoreError::NotSignedIn)));
    assert_eq!(store.partner().unwrap().target, setting(target(3), SettingState::Pending));
    sign_in(&store);
    assert_eq!(store.partner().unwrap().target, setting(target(3), SettingState::Pending));
    let (sent, known) = store.outgoing_partner(user(1)).unwrap();
    assert_eq!((sent.target.unwrap().value, known), (target(3), None));
}

#[test]
fn a_later_target_of_the_account_stays_when_it_gets_the_ownerless_sits() {
    let (_folder, store) = signed_in();
    store.set_target(target(1)).unwrap();
    store.set_target(target(2)).unwrap();
    store.sign_out().unwrap();
    // Nothing is ownerless while the log shows an account.
    store.set_target(target(4)).unwrap();
    sign_in(&store);
    store.assign_ownerless().unwrap();
    assert_eq!(store.partner().unwrap().target.value, target(4));
}

#[test]
fn what_was_set_is_sent_until_the_server_has_it() {
    let (folder, store) = signed_in();
    store.set_profile(profile("Ada")).unwrap();
    store.set_target(target(0)).unwrap();
    drop(store);
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    assert!(!store.partner_is_due(user(1)).unwrap(), "the server may not know partners");
    pull(&store, Some(0));
    assert!(store.partner_is_due(user(1)).unwrap());
    let mut server = Server::new(PartnerView::default());
    let (first, _) = store.outgoing_partner(user(1)).unwrap();
    assert_eq!(store.outgoing_partner(user(1)).unwrap().0, first, "the response was lost");
    let applied = server.sync(&store);
    assert_eq!(applied, PartnerApplied { changed: true, resolved: true });
    let known = store.partner().unwrap();
    assert_eq!(known.profile, setting(profile("Ada"), SettingState::Synced));
    assert_eq!(known.target, setting(target(0), SettingState::Synced));
    assert_eq!(known.view, Some((PartnerView::default(), now())));
    assert_eq!(store.outgoing_partner(user(1)).unwrap(), (PartnerChanges::default(), Some(2)));
    assert!(!store.partner_is_due(user(1)).unwrap());
    assert_eq!(server.sync(&store), PartnerApplied { changed: false, resolved: true });
}

#[test]
fn setting_the_same_value_again_sends_nothing() {
    let (_folder, store) = signed_in();
    store.set_profile(profile("Ada")).unwrap();
    Server::new(PartnerView::default()).sync(&store);
    store.set_profile(profile("Ada")).unwrap();
    assert!(store.outgoing_partner(user(1)).unwrap().0.is_empty());
}

#[test]
fn an_account_without_partner_is_not_due() {
    let (_folder, store) = signed_in();
    for seq in [None, Some(0)] {
        pull(&store, seq);
        assert!(!store.partner_is_due(user(1)).unwrap());
    }
    pull(&store, Some(5));
    assert!(store.partner_is_due(user(1)).unwrap());
    let mut server = Server { seq: 5, ..Server::new(PartnerView::default()) };
    server.sync(&store);
    pull(&store, Some(5));
    assert!(!store.partner_is_due(user(1)).unwrap());
    pull(&store, Some(4));
    assert!(store.partner_is_due(user(1)).unwrap(), "the number differs");
}

#[test]
fn a_change_during_the_request_stays_pending() {
    let (_folder, store) = signed_in();
    let mut server = Server::new(PartnerView::default());
    store.set_profile(profile("Ada")).unwrap();
    let (sent, _) = store.outgoing_partner(user(1)).unwrap();
    store.set_profile(profile("Ada L.")).unwrap();
    assert!(store.apply_partner(user(1), server.receive(sent)).unwrap().resolved);
    assert_eq!(store.partner().unwrap().profile, setting(profile("Ada L."), SettingState::Pending));
    server.sync(&store);
    assert_eq!(server.profile.value, profile("Ada L."));
}

#[test]
fn a_rejected_register_blocks_nothing_and_is_sent_again_when_it_is_changed() {
    let (_folder, store) = signed_in();
    store.set_profile(profile("Ada")).unwrap();
    pull(&store, Some(0));
    let mut server = Server { rejects: Some("bad_name".into()), ..Server::new(paired(1)) };
    assert!(server.sync(&store).resolved);
    let rejected = SettingState::Rejected("bad_name".into());
    assert_eq!(store.partner().unwrap().profile, setting(profile("Ada"), rejected));
    assert!(store.partner().unwrap().view.unwrap().0.partnership.is_some(), "all else was read");
    assert!(!store.partner_is_due(user(1)).unwrap());
    server.rejects = None;
    for retry in 0..2 {
        if retry == 0 {
            store.set_profile(profile("Ada")).unwrap();
        } else {
            store.set_profile(profile("Eve")).unwrap();
            server.rejects = Some("bad_name".into());
            server.sync(&store);
            server.rejects = None;
            store.retry_dead_letters(user(1)).unwrap();
        }
        server.sync(&store);
        assert_eq!(store.partner().unwrap().profile.state, SettingState::Synced);
    }
    assert_eq!(server.profile.value, profile("Eve"));
}

#[test]
fn the_later_profile_of_another_device_wins() {
    let (_folder, store) = signed_in();
    let mut server = Server::new(PartnerView::default());
    let other = DeviceId(Uuid::from_u128(9));
    server.profile = Register { value: profile("Theirs"), revision: 4, deviceid: other };
    store.set_profile(profile("Ours")).unwrap();
    assert_eq!(server.sync(&store), PartnerApplied { changed: true, resolved: true });
    assert_eq!(store.partner().unwrap().profile, setting(profile("Theirs"), SettingState::Synced));
}

#[test]
fn a_profile_that_the_server_has_lost_is_sent_again() {
    let (_folder, store) = signed_in();
    store.set_profile(profile("Ada")).unwrap();
    Server::new(PartnerView::default()).sync(&store);
    let mut restored = Server::new(PartnerView::default());
    restored.sync(&store);
    restored.sync(&store);
    assert_eq!(restored.profile.value, profile("Ada"));
    store.restart_sync(user(1)).unwrap();
    assert!(store.outgoing_partner(user(1)).unwrap().0.profile.is_some());
}

#[test]
fn a_profile_that_this_version_cannot_read_is_not_sent_for_ever() {
    let (_folder, store) = signed_in();
    store.set_profile(profile("Ada")).unwrap();
    let (sent, _) = store.outgoing_partner(user(1)).unwrap();
    let response = Server::new(PartnerView::default()).receive(sent);
    let response = PartnerUpdate { profile: None, ..response };
    assert!(store.apply_partner(user(1), response).unwrap().resolved);
    assert_eq!(store.partner().unwrap().profile, setting(profile("Ada"), SettingState::Synced));
}

#[test]
fn privacy_belongs_to_one_partnership() {
    let (_folder, store) = signed_in();
    assert!(matches!(store.set_privacy(Privacy::Times), Err(StoreError::NoPartnership)));
    let mut server = Server::new(paired(1));
    server.sync(&store);
    store.set_privacy(Privacy::Times).unwrap();
    let shown = |store: &Store| store.partner().unwrap().privacy;
    assert_eq!(shown(&store), Some(setting(Privacy::Times, SettingState::Pending)));
    server.sync(&store);
    assert_eq!(shown(&store), Some(setting(Privacy::Times, SettingState::Synced)));
    store.set_privacy(Privacy::Counts).unwrap();
    server.view = paired(2);
    let (sent, _) = store.outgoing_partner(user(1)).unwrap();
    let response = PartnerUpdate { sent, ..server.receive(PartnerChanges::default()) };
    store.apply_partner(user(1), response).unwrap();
    assert_eq!(shown(&store), Some(setting(Privacy::Counts, SettingState::Synced)));
    assert_eq!(store.outgoing_partner(user(1)).unwrap().0.privacy, None);
    store.set_privacy(Privacy::Times).unwrap();
    let privacy = store.outgoing_partner(user(1)).unwrap().0.privacy.unwrap();
    assert_eq!((privacy.value.partnership, privacy.revision), (partnership_id(2), 1));
}

#[test]
fn of_equal_revisions_the_level_that_shows_less_wins() {
    for by in [0, u128::MAX] {
        // The other device has hidden what this one shows.
        let (_folder, store) = signed_in();
        let mut server = Server::new(paired(1));
        server.sync(&store);
        store.set_privacy(Privacy::Times).unwrap();
        let theirs =
            |value| Register { value, revision: 1, deviceid: DeviceId(Uuid::from_u128(by)) };
        let answer = |server: &Server, level, outcome| {
            let mut partnership = partnership(1);
            partnership.privacy = theirs(level);
            let view = PartnerView { partnership: Some(partnership), ..PartnerView::default() };
            let (sent, _) = store.outgoing_partner(user(1)).unwrap();
            let outcomes = PartnerOutcomes { privacy: outcome, ..PartnerOutcomes::default() };
            let (profile, target) = (Some(server.profile.clone()), Some(server.target.clone()));
            PartnerUpdate {
                sent,
                outcomes,
                profile,
                target,
                view: Some(view),
                partner_seq: 9,
                at: now(),
            }
        };
        let response = answer(&server, Privacy::Counts, Some(PartOutcome::Done));
        let applied = store.apply_partner(user(1), response).unwrap();
        assert_eq!(applied, PartnerApplied { changed: true, resolved: true });
        let shown = || store.partner().unwrap().privacy;
        assert_eq!(shown(), Some(setting(Privacy::Counts, SettingState::Synced)));
        // A server of an older version has decided for the device that shows more.
        let response = answer(&server, Privacy::Times, None);
        store.apply_partner(user(1), response).unwrap();
        assert_eq!(shown(), Some(setting(Privacy::Counts, SettingState::Pending)));
        let sent = store.outgoing_partner(user(1)).unwrap().0.privacy.unwrap();
        assert_eq!((sent.value.level, sent.revision), (Privacy::Counts, 2));
        // A later choice counts, whatever it is.
        server.view = paired(1);
        server.view.partnership.as_mut().unwrap().privacy =
            Register { revision: 3, ..theirs(Privacy::Times) };
        server.sync(&store);
        assert_eq!(shown(), Some(setting(Privacy::Times, SettingState::Synced)));
    }
}

#[test]
fn a_bow_is_queued_once_and_delivered_once() {
    let (folder, store) = signed_in();
    let id = Uuid::from_u128;
    assert!(matches!(store.bow(id(1)), Err(StoreError::NoPartnership)));
    let mut server = Server::new(paired(1));
    server.sync(&store);
    store.bow(id(1)).unwrap();
    store.bow(id(2)).unwrap();
    drop(store);
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    let sent = store.outgoing_partner(user(1)).unwrap().0.bow.unwrap();
    assert_eq!((sent.id, sent.partnership), (id(1), partnership_id(1)));
    server.sync(&store);
    assert_eq!(store.partner().unwrap().bow, None);
    assert!(matches!(store.bow(id(3)), Err(StoreError::BowNotYet)));
    server.view.partnership.as_mut().unwrap().may_bow = true;
    server.sync(&store);
    store.bow(id(3)).unwrap();
    server.rejects = Some("not_yet".into());
    assert!(server.sync(&store).resolved);
    let refused =
        PartnerRequest { partnership: partnership_id(1), refusal: Some("not_yet".into()) };
    assert_eq!(store.partner().unwrap().bow, Some(refused));
    assert_eq!(store.outgoing_partner(user(1)).unwrap().0.bow, None);
    store.bow(id(4)).unwrap();
    assert_eq!(store.outgoing_partner(user(1)).unwrap().0.bow.unwrap().id, id(4));
}

#[test]
fn a_bow_that_comes_too_late_is_forgotten_with_its_partnership() {
    let (_folder, store) = signed_in();
    let mut server = Server::new(paired(1));
    server.sync(&store);
    store.bow(Uuid::from_u128(1)).unwrap();
    server.view.partnership = None;
    server.rejects = Some("no_partnership".into());
    server.sync(&store);
    assert_eq!(store.partner().unwrap().bow, None, "the end of the partnership says enough");
}

#[test]
fn a_bow_that_the_other_device_has_sent_is_no_trouble() {
    let (_folder, store) = signed_in();
    let mut server = Server::new(paired(1));
    server.sync(&store);
    store.bow(Uuid::from_u128(1)).unwrap();
    server.view.partnership.as_mut().unwrap().may_bow = false;
    server.rejects = Some("not_yet".into());
    assert_eq!(server.sync(&store), PartnerApplied { changed: true, resolved: true });
    assert_eq!(store.partner().unwrap().bow, None);
}

#[test]
fn a_refused_bow_is_shown_until_the_next_response() {
    let (_folder, store) = signed_in();
    let mut server = Server::new(paired(1));
    server.sync(&store);
    store.bow(Uuid::from_u128(1)).unwrap();
    server.rejects = Some("bad_id".into());
    server.sync(&store);
    assert_eq!(store.partner().unwrap().bow.unwrap().refusal.as_deref(), Some("bad_id"));
    server.seq += 1;
    server.sync(&store);
    assert_eq!(store.partner().unwrap().bow, None);
}

#[test]
fn a_bow_to_a_former_partner_does_not_stand_in_the_way_of_one_to_the_next() {
    let (_folder, store) = signed_in();
    Server::new(paired(1)).sync(&store);
    store.bow(Uuid::from_u128(1)).unwrap();
    let response = Server::new(paired(2)).receive(PartnerChanges::default());
    store.apply_partner(user(1), response).unwrap();
    assert_eq!(store.partner().unwrap().bow, None);
    store.bow(Uuid::from_u128(2)).unwrap();
    let sent = store.outgoing_partner(user(1)).unwrap().0.bow.unwrap();
    assert_eq!((sent.id, sent.partnership), (Uuid::from_u128(2), partnership_id(2)));
}

#[test]
fn leaving_is_queued_until_the_server_has_it() {
    let (folder, store) = signed_in();
    assert!(matches!(store.leave(), Err(StoreError::NoPartnership)));
    let mut server = Server::new(paired(1));
    server.sync(&store);
    store.leave().unwrap();
    store.leave().unwrap();
    assert!(matches!(store.bow(Uuid::from_u128(1)), Err(StoreError::NoPartnership)));
    assert!(matches!(store.set_privacy(Privacy::Times), Err(StoreError::NoPartnership)));
    drop(store);
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    let queued = PartnerRequest { partnership: partnership_id(1), refusal: None };
    assert_eq!(store.partner().unwrap().leave, Some(queued));
    server.sync(&store);
    let known = store.partner().unwrap();
    assert_eq!((known.leave, known.privacy), (None, None));
    let (view, _) = known.view.unwrap();
    assert_eq!((view.partnership, view.former.len()), (None, 1));
}

#[test]
fn nothing_stays_that_the_partner_shows_no_longer() {
    let (folder, store) = signed_in();
    let mut server = Server::new(paired(1));
    server.sync(&store);
    let partner = &mut server.view.partnership.as_mut().unwrap().partner;
    (partner.privacy, partner.times) = (Privacy::Counts, None);
    server.sync(&store);
    assert_eq!(store.partner().unwrap().view, Some((server.view.clone(), now())));
    let raw = rusqlite::Connection::open(folder.path().join("zafu.db")).unwrap();
    let body: String =
        raw.query_row("SELECT body FROM partner_views", [], |row| row.get(0)).unwrap();
    assert!(!body.contains("600"), "{body}");
}

#[test]
fn a_response_without_changes_only_says_when_it_was_read() {
    let (_folder, store) = signed_in();
    let mut server = Server::new(paired(1));
    server.sync(&store);
    let later = now() + TimeDelta::minutes(5);
    let response = PartnerUpdate {
        profile: None,
        target: None,
        view: None,
        at: later,
        ..server.receive(PartnerChanges::default())
    };
    let applied = store.apply_partner(user(1), response).unwrap();
    assert_eq!(applied, PartnerApplied { changed: false, resolved: true });
    assert_eq!(store.partner().unwrap().view, Some((paired(1), later)));
}

#[test]
fn an_erasure_ends_the_partnership_and_the_user_decides_about_the_profile() {
    for then in [AfterErasure::KeepHere, AfterErasure::Upload] {
        let (_folder, store) = signed_in();
        store.set_profile(profile("Ada")).unwrap();
        let mut server = Server::new(paired(1));
        server.sync(&store);
        store.set_privacy(Privacy::Times).unwrap();
        store.bow(Uuid::from_u128(1)).unwrap();
        store.leave().unwrap();
        store.agree_to_erasure(user(1), Uuid::from_u128(8), then).unwrap();
        let known = store.partner().unwrap();
        assert_eq!((known.view, known.bow, known.leave, known.privacy), (None, None, None, None));
        let mut server = Server::new(PartnerView::default());
        server.sync(&store);
        server.sync(&store);
        let (state, stored) = match then {
            AfterErasure::KeepHere => (SettingState::LocalOnly, Profile::default()),
            AfterErasure::Upload => (SettingState::Synced, profile("Ada")),
        };
        assert_eq!(store.partner().unwrap().profile, setting(profile("Ada"), state));
        assert_eq!(server.profile.value, stored);
        store.set_profile(profile("Eve")).unwrap();
        server.sync(&store);
        assert_eq!(server.profile.value, profile("Eve"));
    }
}

#[test]
fn accounts_have_partners_of_their_own() {
    let (_folder, store) = signed_in();
    store.set_profile(profile("Ada")).unwrap();
    Server::new(paired(1)).sync(&store);
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
    let known = store.partner().unwrap();
    assert_eq!((known.profile.value, known.view), (Profile::default(), None));
    sign_in(&store);
    assert_eq!(store.partner().unwrap().profile.value, profile("Ada"));
}

#[derive(Clone, Debug)]
enum Step {
    Set(usize, u32),
    Sync(usize),
    LoseResponse(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0_usize..2, 0_u32..50).prop_map(|(device, sits)| Step::Set(device, sits)),
        2 => (0_usize..2).prop_map(Step::Sync),
        1 => (0_usize..2).prop_map(Step::LoseResponse),
    ];
    prop::collection::vec(step, 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn two_devices_end_with_the_same_target(steps in steps()) {
        let devices = [signed_in(), signed_in()];
        let mut server = Server::new(PartnerView::default());
        for step in steps {
            match step {
                Step::Set(device, sits) => devices[device].1.set_target(target(sits)).unwrap(),
                Step::Sync(device) => _ = server.sync(&devices[device].1),
                Step::LoseResponse(device) => {
                    let (sent, _) = devices[device].1.outgoing_partner(user(1)).unwrap();
                    drop(server.receive(sent));
                }
            }
        }
        for device in [0, 1, 0] {
            server.sync(&devices[device].1);
        }
        for (_, store) in &devices {
            let found = store.partner().unwrap().target;
            prop_assert_eq!(found, setting(server.target.value, SettingState::Synced));
        }
    }
}

#[test]
fn news_are_returned_once_and_none_of_what_was_there_before_this_device() {
    let (folder, store) = signed_in();
    let news = |seqs: std::ops::RangeInclusive<i64>| {
        let news = |seq| News { seq, kind: NewsKind::Bow, at: now(), week: None };
        PartnerView { news: seqs.map(news).collect(), ..PartnerView::default() }
    };
    let mut server = Server::new(news(1..=3));
    let read = |server: &mut Server| {
        server.seq += 1;
        let response = server.receive(PartnerChanges::default());
        store.apply_partner(user(1), response).unwrap();
    };
    read(&mut server);
    assert_eq!(store.take_news().unwrap(), []);
    server.view = news(2..=5);
    read(&mut server);
    let reopened = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(reopened.take_news().unwrap(), news(4..=5).news);
    assert_eq!(store.take_news().unwrap(), []);
    read(&mut server);
    assert_eq!(store.take_news().unwrap(), []);
    // A server that was restored from a backup counts from an earlier number.
    server.view = news(1..=3);
    read(&mut server);
    server.view = news(1..=4);
    read(&mut server);
    assert_eq!(store.take_news().unwrap(), news(4..=4).news);
}

#[test]
fn an_account_without_news_gets_its_first_ones() {
    let (_folder, store) = signed_in();
    let cursor = Cursor { seq: 1, history_id: Uuid::from_u128(3) };
    store
        .apply_pull(user(1), Pull { partner_seq: Some(0), ..pull_of(Vec::new(), cursor) })
        .unwrap();
    let joined = News { seq: 7, kind: NewsKind::Joined, at: now(), week: None };
    let mut server = Server::new(PartnerView { news: vec![joined.clone()], ..paired(1) });
    let response = server.receive(PartnerChanges::default());
    store.apply_partner(user(1), response).unwrap();
    assert_eq!(store.take_news().unwrap(), [joined]);
}

#[test]
fn an_invitation_is_kept_until_there_is_a_partner() {
    let (folder, store) = signed_in();
    assert_eq!(store.kept_invitation(user(1)).unwrap(), None);
    let code = InvitationCode::new([9; 16]);
    let sent = KeptInvitation { code: code.clone(), expires_at: None };
    store.keep_invitation(user(1), Some(sent)).unwrap();
    let confirmed = KeptInvitation { code, expires_at: Some(now()) };
    store.keep_invitation(user(1), Some(confirmed.clone())).unwrap();
    let reopened = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(reopened.kept_invitation(user(1)).unwrap(), Some(confirmed.clone()));
    let mut server = Server::new(PartnerView::default());
    let response = server.receive(PartnerChanges::default());
    store.apply_partner(user(1), response).unwrap();
    assert_eq!(store.kept_invitation(user(1)).unwrap(), Some(confirmed));
    let mut server = Server::new(paired(1));
    let response = server.receive(PartnerChanges::default());
    store.apply_partner(user(1), response).unwrap();
    assert_eq!(store.kept_invitation(user(1)).unwrap(), None);
}

#[test]
fn the_code_of_an_invitation_that_is_not_kept_is_not_in_the_file_any_more() {
    let (folder, store) = signed_in();
    let code = InvitationCode::new([9; 16]);
    let invitation = KeptInvitation { code: code.clone(), expires_at: Some(now()) };
    store.keep_invitation(user(1), Some(invitation)).unwrap();
    assert!(in_files(folder.path(), code.as_str()));
    store.keep_invitation(user(1), None).unwrap();
    // Closing writes the log of SQLite back and removes it.
    drop(store);
    assert!(!in_files(folder.path(), code.as_str()));
}

#[test]
fn sits_count_in_a_shared_week_if_the_server_is_to_have_them_and_in_ones_own_in_any_case() {
    let (folder, store) = signed_in();
    sat(&store, id(1), 0);
    let all = now() - TimeDelta::days(1)..now() + TimeDelta::days(1);
    let counted = |account, starts| store.counted_sits(account, starts).unwrap();
    let shared = counted(Some(user(1)), all.clone());
    assert_eq!(shared.iter().map(|sit| sit.length).collect::<Vec<_>>(), [Seconds(600)]);
    let start = shared[0].start;
    assert_eq!(counted(Some(user(1)), start..start + TimeDelta::milliseconds(1)), shared);
    assert_eq!(counted(Some(user(1)), now() - TimeDelta::days(1)..start), []);
    assert_eq!(counted(Some(user(2)), all.clone()), []);
    let state = |state: &str| {
        let raw = rusqlite::Connection::open(folder.path().join("zafu.db")).unwrap();
        let code = (state == "rejected").then_some("bad_note");
        raw.execute("UPDATE outbox SET state = ?1, last_code = ?2", (state, code)).unwrap();
    };
    state("rejected");
    assert_eq!(counted(Some(user(1)), all.clone()), [], "the server does not take it");
    assert_eq!(counted(None, all.clone()), shared);
    state("pending");
    assert_eq!(counted(Some(user(1)), all.clone()), shared);
    let erasure = Uuid::from_u128(4);
    store.agree_to_erasure(user(1), erasure, AfterErasure::KeepHere).unwrap();
    assert_eq!(counted(Some(user(1)), all.clone()), [], "it stays on this device");
    assert_eq!(counted(None, all), shared);
}

#[test]
fn a_backup_has_nothing_of_the_partner_and_a_restored_database_reads_it_again() {
    let (folder, store) = signed_in();
    let mut shown = partnership(1);
    let times = (0..300).map(|day| SharedSit {
        start: now() + TimeDelta::days(day),
        length: Seconds(600),
        offset: None,
    });
    shown.partner.times = Some(times.collect());
    let last = (now() + TimeDelta::days(299)).format("%Y-%m-%dT%H:%M").to_string();
    let mut server =
        Server::new(PartnerView { partnership: Some(shown), ..PartnerView::default() });
    server.sync(&store);
    pull(&store, Some(server.seq));
    let view = store.partner().unwrap().view;
    let backups = folder.path().join("backups");
    let backup = store.back_up(at(0).wall).unwrap();
    store.backup_if_due(at(0).wall).unwrap().unwrap();
    assert!(!in_files(&backups, "慈悲") && !in_files(&backups, &last));
    assert_eq!(std::fs::read_dir(&backups).unwrap().count(), 2, "and no journal beside them");
    assert_eq!(store.partner().unwrap().view, view);
    assert!(!store.partner_is_due(user(1)).unwrap(), "the database has not changed");
    drop(store);
    assert!(in_files(folder.path(), "慈悲") && in_files(folder.path(), &last));
    Store::restore(folder.path(), &backup.path, at(0).wall).unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    assert_eq!(store.partner().unwrap().view, None);
    assert!(store.partner_is_due(user(1)).unwrap());
    assert_eq!(store.outgoing_partner(user(1)).unwrap().1, None, "all of it is to be sent");
    server.sync(&store);
    assert_eq!(store.partner().unwrap().view, view);
    store.check().unwrap();
}

/// Returns whether a file in `folder` contains `text`.
fn in_files(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut contents = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
    contents.any(|file| file.windows(text.len()).any(|it| it == text.as_bytes()))
}

#[test]
fn what_a_partner_shows_no_longer_is_not_in_the_file_any_more() {
    let (folder, store) = signed_in();
    let mut shown = partnership(1);
    let times = (0..300).map(|day| SharedSit {
        start: now() + TimeDelta::days(day),
        length: Seconds(600),
        offset: None,
    });
    shown.partner.times = Some(times.collect());
    let last = (now() + TimeDelta::days(299)).format("%Y-%m-%dT%H:%M").to_string();
    let mut server =
        Server::new(PartnerView { partnership: Some(shown), ..PartnerView::default() });
    let response = server.receive(PartnerChanges::default());
    store.apply_partner(user(1), response).unwrap();
    assert!(in_files(folder.path(), "慈悲") && in_files(folder.path(), &last));
    server.view = PartnerView::default();
    server.seq += 1;
    let response = server.receive(PartnerChanges::default());
    store.apply_partner(user(1), response).unwrap();
    // Closing writes the log of SQLite back and removes it.
    drop(store);
    assert!(!in_files(folder.path(), "慈悲") && !in_files(folder.path(), &last));
}
