//! Notes and labels that stay on the device: what the server never gets, and that no text is ever lost.

mod common;

use common::{Device, ME, at, id, server};
use fastrand::Rng;
use futures_lite::future::block_on;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{SessionRef, UserId};
use zafu_core::label::{Colour, Label, Shape};
use zafu_core::session::Session;
use zafu_core::time::UtcOffset;
use zafu_store::{AfterErasure, Cursor, Outgoing, PartnerChanges, ServerRow};
use zafu_sync::fake::{FakeRemote, Server};
use zafu_sync::remote::{
    DigestResponse, Health, LabelsResponse, PartnerResponse, PullLimit, PullResponse, PushResponse,
};
use zafu_sync::{Fault, Remote, RemoteError, Wakeup};

/// The number of seeds of the random tests.
const SEEDS: u64 = 20;

/// A sit of `device` with a note and a label.
fn sit(device: &mut Device, n: u128, note: &str, label: &str) {
    device.start(n);
    device.finish();
    write(device, n, note, label);
}

fn write(device: &Device, n: u128, note: &str, label: &str) {
    device.store.edit(id(n), SessionEdit::texts(note, label), at(device.seconds).wall.utc).unwrap();
}

/// Corrects the UTC offset of a sit, and nothing else.
fn correct(device: &Device, n: u128, minutes: i16) {
    let edit = SessionEdit { offset: Some(UtcOffset(minutes)), ..SessionEdit::default() };
    device.store.edit(id(n), edit, at(device.seconds).wall.utc).unwrap();
}

/// Syncs late enough for a pull.
fn sync(device: &mut Device) {
    device.seconds += 600;
    device.sync();
}

fn keep(device: &Device, keeps: bool) {
    device.store.set_keeps_texts(ME, keeps).unwrap();
}

fn note(device: &Device, n: u128) -> String {
    device.session(n).details.value.note
}

/// Returns whether the server has, or ever had, a text with `marker`.
fn has(device: &Device, marker: &str) -> bool {
    device.remote.with(|server| format!("{:?}", server.dump())).contains(marker)
}

/// Returns the sessions that the server should have, as `device` knows it.
fn shared(device: &Device) -> Vec<Session> {
    let mut rows = Vec::new();
    let each = |row: ServerRow<'_>| match row {
        ServerRow::Session(session) => rows.push(session.clone()),
        ServerRow::Unreadable(row) => panic!("{row}"),
    };
    device.store.for_each_server_row(ME, each).unwrap();
    rows
}

fn is_settled(device: &Device) {
    let backlog = device.store.backlog(ME).unwrap();
    assert_eq!((backlog.pending, backlog.rejected), (0, 0));
    assert_eq!(shared(device), device.there());
}

#[test]
fn notes_and_labels_of_an_account_that_keeps_them_are_never_sent() {
    let server = server();
    let mut device = Device::new(&server, 1);
    sit(&mut device, 1, "SECRET before the choice", "SECRET label");
    keep(&device, true);
    sync(&mut device);
    sit(&mut device, 2, "SECRET after it", "SECRET other");
    device.store.create_label("SECRET third", Colour::Red, Shape::Star).unwrap();
    sync(&mut device);
    correct(&device, 1, 300);
    write(&device, 2, "SECRET again", "");
    sync(&mut device);
    assert!(!has(&device, "SECRET"));
    is_settled(&device);
    let details = device.there().remove(0).details.value;
    assert_eq!((details.note.as_str(), details.label.as_str()), ("", ""));
    assert_eq!(details.corrected_offset, Some(UtcOffset(300)));
    assert_eq!(note(&device, 1), "SECRET before the choice");
    assert_eq!(device.session(1).details.value.label, "SECRET label");
    assert_eq!(note(&device, 2), "SECRET again");
}

#[test]
fn a_note_that_is_only_on_the_device_needs_no_request() {
    let server = server();
    let mut device = Device::new(&server, 1);
    keep(&device, true);
    sit(&mut device, 1, "", "");
    sync(&mut device);
    let before = device.session(1).details;
    write(&device, 1, "SECRET", "");
    assert_eq!(device.store.backlog(ME).unwrap().pending, 0);
    let after = device.session(1).details;
    assert_eq!((after.revision, after.deviceid), (before.revision, before.deviceid));
}

#[test]
fn another_device_of_the_account_obeys_before_it_sends_a_text() {
    let server = server();
    let mut one = Device::new(&server, 1);
    keep(&one, true);
    sit(&mut one, 1, "SECRET of one", "");
    sync(&mut one);
    let mut two = Device::new(&server, 2);
    sit(&mut two, 2, "SECRET of two", "SECRET label");
    sync(&mut two);
    assert!(two.store.keeps_texts(ME).unwrap());
    assert!(!has(&two, "SECRET"));
    sync(&mut one);
    is_settled(&one);
    is_settled(&two);
    assert_eq!((note(&two, 1), note(&two, 2)), (String::new(), "SECRET of two".into()));
    assert_eq!((note(&one, 1), note(&one, 2)), ("SECRET of one".into(), String::new()));
}

#[test]
fn a_device_that_was_sending_keeps_what_it_has_not_sent_yet() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    sit(&mut two, 1, "known", "");
    sit(&mut two, 2, "", "");
    for device in [&mut two, &mut one] {
        sync(device);
    }
    keep(&one, true);
    sync(&mut one);
    // Offline since then.
    write(&two, 1, "SECRET instead", "");
    write(&two, 2, "SECRET too", "");
    sit(&mut two, 3, "SECRET and more", "");
    sync(&mut two);
    assert!(!has(&two, "SECRET"));
    is_settled(&two);
    sync(&mut one);
    is_settled(&one);
    // What the server had stays there, and no note is replaced by an empty one.
    assert_eq!(two.there()[0].details.value.note, "known");
    assert_eq!((note(&one, 1), note(&one, 2)), ("known".into(), String::new()));
    assert_eq!((note(&two, 1), note(&two, 2)), ("SECRET instead".into(), "SECRET too".into()));
    assert_eq!(note(&two, 3), "SECRET and more");
}

#[test]
fn a_choice_to_keep_texts_is_not_undone_by_an_earlier_one_of_another_device() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    for keeps in [true, false, true, false] {
        keep(&one, keeps);
    }
    sync(&mut one);
    keep(&two, true);
    sit(&mut two, 1, "SECRET", "");
    sync(&mut two);
    sync(&mut one);
    assert!(one.store.keeps_texts(ME).unwrap() && two.store.keeps_texts(ME).unwrap());
    assert!(!has(&two, "SECRET"));
}

#[test]
fn what_was_kept_is_sent_once_the_user_of_the_device_chooses_so() {
    let server = server();
    let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
    keep(&one, true);
    sit(&mut one, 1, "of one", "Zazen");
    sit(&mut one, 2, "", "");
    sync(&mut one);
    sync(&mut two);
    sit(&mut two, 3, "of two", "");
    write(&two, 2, "of two, too", "");
    sync(&mut two);
    keep(&one, false);
    for _ in 0..2 {
        sync(&mut one);
        sync(&mut two);
    }
    assert!(!one.store.keeps_texts(ME).unwrap() && two.store.keeps_texts(ME).unwrap());
    assert!(has(&one, "of one") && !has(&two, "of two"), "only the texts of the first device");
    assert_eq!((note(&one, 2), note(&two, 1)), (String::new(), "of one".into()));
    keep(&two, false);
    for _ in 0..2 {
        sync(&mut two);
        sync(&mut one);
    }
    assert!(!two.store.keeps_texts(ME).unwrap());
    for device in [&one, &two] {
        is_settled(device);
        assert_eq!(note(device, 1), "of one");
        assert_eq!(device.session(1).details.value.label, "Zazen");
        assert_eq!((note(device, 2), note(device, 3)), ("of two, too".into(), "of two".into()));
    }
    // And nothing is, once the user chooses otherwise.
    keep(&two, true);
    write(&two, 1, "SECRET", "");
    for device in [&mut two, &mut one] {
        sync(device);
    }
    assert!(one.store.keeps_texts(ME).unwrap() && !has(&one, "SECRET"));
    assert_eq!((note(&one, 1), note(&two, 1)), ("of one".into(), "SECRET".into()));
    assert_eq!(one.there()[0].details.value.note, "of one");
}

#[test]
fn a_choice_to_send_of_the_server_sends_no_text_of_a_device_that_keeps_them() {
    let server = server();
    let mut device = Device::new(&server, 1);
    keep(&device, true);
    sit(&mut device, 1, "SECRET", "SECRET label");
    sync(&mut device);
    // Whoever writes the register: another device, or the owner of the project.
    let forger = Device::new(&server, 2);
    for _ in 0..3 {
        let mut register = device.remote.with(|server| server.keeps_texts_of(ME));
        register = register.set(false, forger.store.device().unwrap());
        device.remote.with(|server| server.set_keeps_texts_of(ME, register.clone()));
        for _ in 0..3 {
            sync(&mut device);
        }
        assert!(device.store.keeps_texts(ME).unwrap());
        is_settled(&device);
        assert!(!device.store.partner_is_due(ME).unwrap());
        assert_eq!(device.remote.with(|server| server.keeps_texts_of(ME)), register);
    }
    assert!(!has(&device, "SECRET"));
    // A later choice of this device counts for all again.
    keep(&device, false);
    keep(&device, true);
    sync(&mut device);
    assert!(device.remote.with(|server| server.keeps_texts_of(ME)).value);
    assert!(!has(&device, "SECRET"));
}

#[test]
fn two_notes_of_one_sit_are_both_kept_when_they_are_sent() {
    // Whichever device is first, and whichever has the higher id.
    for (first, second) in [(0, 1), (1, 0)] {
        for knows_first in [true, false] {
            let server = server();
            let mut devices = [Device::new(&server, 1), Device::new(&server, 2)];
            keep(&devices[0], true);
            sit(&mut devices[0], 1, "", "");
            sync(&mut devices[0]);
            sync(&mut devices[1]);
            write(&devices[0], 1, "of one", "");
            write(&devices[1], 1, "of two", "");
            sync(&mut devices[1]);
            keep(&devices[first], false);
            if knows_first {
                sync(&mut devices[first]);
                sync(&mut devices[second]);
            }
            keep(&devices[second], false);
            for index in [first, second, first, second, first] {
                sync(&mut devices[index]);
            }
            for device in &devices {
                is_settled(device);
                let note = note(device, 1);
                assert!(note.contains("of one") && note.contains("of two"), "{note}");
            }
            assert_eq!(note(&devices[0], 1), note(&devices[1], 1));
        }
    }
}

#[test]
fn a_sit_with_a_note_can_move_to_an_account_that_keeps_it_and_away_from_it() {
    const OTHER: UserId = UserId(Uuid::from_u128(2));
    let server = server();
    let mut device = Device::new(&server, 1);
    sit(&mut device, 1, "of me", "");
    sync(&mut device);
    let sign_in = |device: &Device, account, keeps| {
        device.remote.sign_in(account);
        device
            .store
            .sign_in_with(account, "https://example.org", "key", "other@example.org", keeps)
            .unwrap();
    };
    sign_in(&device, OTHER, Some(true));
    device.store.move_sits_from(ME).unwrap();
    sync(&mut device);
    sync(&mut device);
    let there = device.remote.with(|server| server.sits(OTHER));
    assert_eq!(there[&id(1)].details.value.note, "");
    assert_eq!(note(&device, 1), "of me");
    write(&device, 1, "SECRET", "");
    sync(&mut device);
    assert!(!has(&device, "SECRET"));
    sign_in(&device, ME, None);
    device.store.move_sits_from(OTHER).unwrap();
    sync(&mut device);
    sync(&mut device);
    assert_eq!(note(&device, 1), "SECRET");
    assert_eq!(device.there()[0].details.value.note, "SECRET", "this account sends its notes");
}

#[test]
fn copies_of_a_sit_with_two_notes_become_one_with_both() {
    const OTHER: UserId = UserId(Uuid::from_u128(2));
    let server = server();
    let mut device = Device::new(&server, 1);
    keep(&device, true);
    sit(&mut device, 1, "", "");
    sync(&mut device);
    // The other account has a copy of it.
    let mut other = Device::of(&server, 2, OTHER);
    other.start(1);
    other.finish();
    sync(&mut other);
    write(&device, 1, "first", "");
    device.remote.sign_in(OTHER);
    device
        .store
        .sign_in_with(OTHER, "https://example.org", "key", "other@example.org", None)
        .unwrap();
    sync(&mut device);
    let copy = SessionRef { id: id(1), owner: Some(OTHER) };
    device.store.edit(copy, SessionEdit::texts("second", ""), at(9).wall.utc).unwrap();
    device.store.move_sits_from(ME).unwrap();
    let (moved, _) = device.store.session_with_label(copy).unwrap();
    assert_eq!(moved.details.value.note, "second\n\nfirst");
}

#[test]
fn after_an_erasure_the_server_gets_no_text_that_is_kept() {
    for then in [AfterErasure::Upload, AfterErasure::KeepHere] {
        let server = server();
        let mut device = Device::new(&server, 1);
        sit(&mut device, 1, "known", "");
        sync(&mut device);
        keep(&device, true);
        write(&device, 1, "SECRET", "");
        sit(&mut device, 2, "SECRET, too", "");
        sync(&mut device);
        let erasure_id = block_on(device.remote.erase(ME)).unwrap();
        device.store.agree_to_erasure(ME, erasure_id, then).unwrap();
        for _ in 0..2 {
            device.engine.wake(Wakeup::ErasureDecision, at(device.seconds));
            sync(&mut device);
        }
        assert!(!has(&device, "SECRET") && !has(&device, "known"));
        is_settled(&device);
        assert!(device.store.keeps_texts(ME).unwrap());
        let count = if then == AfterErasure::Upload { 2 } else { 0 };
        assert_eq!(device.there().len(), count);
        assert_eq!((note(&device, 1), note(&device, 2)), ("SECRET".into(), "SECRET, too".into()));
    }
}

#[test]
fn sits_without_texts_after_an_erasure_replace_no_note_of_a_device_that_sends() {
    for keeping_is_first in [true, false] {
        let server = server();
        let (mut one, mut two) = (Device::new(&server, 1), Device::new(&server, 2));
        sit(&mut one, 1, "of one", "Zazen");
        sit(&mut two, 2, "of two", "");
        sync(&mut one);
        sync(&mut two);
        sync(&mut one);
        keep(&one, true);
        sync(&mut one);
        sync(&mut two);
        keep(&two, false);
        sync(&mut two);
        sync(&mut one);
        let erasure_id = block_on(one.remote.erase(ME)).unwrap();
        let mut devices = if keeping_is_first { [one, two] } else { [two, one] };
        for device in &devices {
            device.store.agree_to_erasure(ME, erasure_id, AfterErasure::Upload).unwrap();
        }
        for _ in 0..3 {
            for device in &mut devices {
                device.engine.wake(Wakeup::ErasureDecision, at(device.seconds));
                sync(device);
            }
        }
        for device in &devices {
            assert_eq!((note(device, 1), note(device, 2)), ("of one".into(), "of two".into()));
            assert_eq!(device.session(1).details.value.label, "Zazen");
            is_settled(device);
        }
    }
}

#[test]
fn the_choice_is_stored_again_by_a_server_that_lost_it() {
    let server = server();
    let mut device = Device::new(&server, 1);
    sit(&mut device, 1, "SECRET", "");
    let dump = device.remote.with(|server| server.dump());
    keep(&device, true);
    sync(&mut device);
    device.remote.with(|server| server.restore(&dump));
    sync(&mut device);
    sync(&mut device);
    let mut other = Device::new(&server, 2);
    sync(&mut other);
    assert!(other.store.keeps_texts(ME).unwrap());
    assert!(!has(&device, "SECRET"));
    is_settled(&device);
}

#[test]
fn a_server_that_does_not_store_the_choice_is_not_asked_to() {
    let server = server();
    let mut device = Device::new(&server, 1);
    device.remote.with(|server| server.faults.without_keeps_texts = true);
    keep(&device, true);
    sit(&mut device, 1, "SECRET", "");
    sync(&mut device);
    is_settled(&device);
    assert!(!device.store.partner_is_due(ME).unwrap());
    device.remote.with(|server| server.faults.without_keeps_texts = false);
    sync(&mut device);
    let mut other = Device::new(&server, 2);
    sync(&mut other);
    assert!(other.store.keeps_texts(ME).unwrap() && !has(&other, "SECRET"));
}

/// A connection that loses responses: the server has carried out the request, and the device does not know.
struct Lossy {
    server: Arc<FakeRemote>,
    rng: Mutex<Rng>,
}

impl Lossy {
    fn pass<T>(&self, response: Result<T, RemoteError>) -> Result<T, RemoteError> {
        let is_lost = self.rng.lock().unwrap().u32(0..4) == 0;
        if is_lost { Err(Fault::TimedOut.into()) } else { response }
    }
}

impl Remote for Lossy {
    async fn push(
        &self,
        account: UserId,
        rows: &[Outgoing],
        erasure_id: Option<Uuid>,
    ) -> Result<PushResponse, RemoteError> {
        self.pass(self.server.push(account, rows, erasure_id).await)
    }

    async fn pull(
        &self,
        account: UserId,
        after: Option<Cursor>,
        _: PullLimit,
    ) -> Result<PullResponse, RemoteError> {
        let limit = PullLimit { rows: self.rng.lock().unwrap().u32(1..4), bytes: 1 << 20 };
        self.pass(self.server.pull(account, after, limit).await)
    }

    async fn sync_labels(
        &self,
        account: UserId,
        labels: &[Label],
        erasure_id: Option<Uuid>,
    ) -> Result<LabelsResponse, RemoteError> {
        self.pass(self.server.sync_labels(account, labels, erasure_id).await)
    }

    async fn sync_partner(
        &self,
        account: UserId,
        changes: &PartnerChanges,
        known_seq: Option<i64>,
        erasure_id: Option<Uuid>,
    ) -> Result<PartnerResponse, RemoteError> {
        self.pass(self.server.sync_partner(account, changes, known_seq, erasure_id).await)
    }

    async fn digest(&self, account: UserId) -> Result<DigestResponse, RemoteError> {
        self.pass(self.server.digest(account).await)
    }

    async fn erase(&self, account: UserId) -> Result<Uuid, RemoteError> {
        self.server.erase(account).await
    }

    async fn refresh(&self, account: UserId) -> Result<(), RemoteError> {
        self.server.refresh(account).await
    }

    async fn health(&self) -> Result<Health, RemoteError> {
        self.server.health().await
    }
}

/// A device behind a connection that loses responses, and the notes that it displays.
struct Player {
    device: Device,
    remote: Arc<Lossy>,
    name: &'static str,
    /// The last note that the user of this device has written of each sit.
    written: BTreeMap<u128, String>,
}

impl Player {
    fn new(server: &Arc<Mutex<Server>>, seed: u64, name: &'static str) -> Self {
        let device = Device::new(server, seed);
        let rng = Mutex::new(Rng::with_seed(seed));
        let remote = Arc::new(Lossy { server: Arc::clone(&device.remote), rng });
        Self { device, remote, name, written: BTreeMap::new() }
    }

    fn sync(&mut self, rounds: u32) {
        let kept = self.device.store.keeps_texts(ME).unwrap();
        for _ in 0..rounds {
            self.device.seconds += 600;
            self.device.engine.wake(Wakeup::Request, at(self.device.seconds));
            let mut now = at(self.device.seconds);
            let tick = || {
                now.boot = now.boot + Duration::from_millis(1);
                now
            };
            block_on(self.device.engine.run_until_idle(&self.remote, tick)).unwrap();
        }
        let keeps = self.device.store.keeps_texts(ME).unwrap();
        assert!(keeps || !kept, "only its user lets a device send texts");
    }

    fn act(&mut self, rng: &mut Rng, sits: &mut u128, steps: &mut u32) {
        let device = &mut self.device;
        let known: Vec<u128> = device.log().iter().map(|id| id.0.as_u128()).collect();
        *steps += 1;
        match (rng.u32(0..8), rng.choice(known)) {
            (0 | 1, _) | (_, None) => {
                *sits += 1;
                device.start(*sits);
                device.finish();
            }
            (2..=4, Some(n)) => {
                let note = format!("{} {}{steps}", note(device, n), self.name);
                write(device, n, &note, self.name);
                self.written.insert(n, note);
            }
            (5, Some(n)) => correct(device, n, rng.i16(0..600)),
            (6, Some(n)) => device.store.delete(&[id(n).into()], at(9).wall.utc).unwrap(),
            (_, Some(n)) => drop(device.store.undelete(&[id(n).into()])),
        }
    }
}

/// One device keeps its texts and another one sends its own, because their server does not store the choice.
#[test]
fn random_edits_beside_a_device_that_sends_lose_no_text_and_reveal_none() {
    for seed in 0..SEEDS {
        let mut rng = Rng::with_seed(seed);
        let server = server();
        server.lock().unwrap().faults.without_keeps_texts = true;
        let mut keeping = Player::new(&server, 2 * seed, "SECRET");
        let mut sending = Player::new(&server, 2 * seed + 1, "open");
        keep(&keeping.device, true);
        let devices = [&keeping, &sending].map(|it| it.device.store.device().unwrap());
        let (mut sits, mut steps, mut dump) = (0, 0, None);
        for _ in 0..40 {
            let player = if rng.bool() { &mut keeping } else { &mut sending };
            match rng.u32(0..4) {
                0 => player.sync(1),
                _ => player.act(&mut rng, &mut sits, &mut steps),
            }
            match (rng.u32(0..40), dump.clone()) {
                (0, _) => dump = Some(server.lock().unwrap().dump()),
                (1, Some(dump)) => server.lock().unwrap().restore(&dump),
                _ => {}
            }
        }
        // The responses that are lost now are repeated.
        for _ in 0..6 {
            keeping.sync(4);
            sending.sync(4);
        }
        let rows = format!("{:?}", server.lock().unwrap().dump());
        assert!(!rows.contains("SECRET"), "seed {seed}: a text was sent");
        is_settled(&keeping.device);
        is_settled(&sending.device);
        assert_eq!(shared(&keeping.device), shared(&sending.device), "seed {seed}");
        for (n, written) in &keeping.written {
            assert_eq!(note(&keeping.device, *n), *written, "seed {seed}: a note was replaced");
        }
        for player in [&keeping, &sending] {
            assert!(player.device.store.account().unwrap().unwrap().compared_at.is_some());
        }
        let now = [&keeping, &sending].map(|it| it.device.store.device().unwrap());
        assert_eq!(now, devices, "seed {seed}: a device has taken a new id");
        let violations = server.lock().unwrap().verify();
        assert_eq!(violations, Vec::<String>::new(), "seed {seed}");
    }
}

/// Two devices whose user changes the choice again and again.
#[test]
fn random_choices_lose_no_text() {
    for seed in 0..SEEDS {
        let mut rng = Rng::with_seed(1000 + seed);
        let server = server();
        let mut players =
            [Player::new(&server, 2 * seed, "one"), Player::new(&server, 2 * seed + 1, "two")];
        let devices = [&players[0], &players[1]].map(|it| it.device.store.device().unwrap());
        let (mut sits, mut steps) = (0, 0);
        for _ in 0..60 {
            let player = &mut players[rng.usize(0..2)];
            match rng.u32(0..8) {
                0 | 1 => player.sync(1),
                2 => keep(&player.device, rng.bool()),
                _ => player.act(&mut rng, &mut sits, &mut steps),
            }
        }
        let settle = |players: &mut [Player; 2]| {
            for _ in 0..6 {
                players[0].sync(4);
                players[1].sync(4);
            }
        };
        settle(&mut players);
        let has_kept = server.lock().unwrap().keeps_texts_of(ME).value;
        for player in &players {
            let keeps = player.device.store.keeps_texts(ME).unwrap();
            assert!(keeps || !has_kept, "seed {seed}: a device sends, the user chose to keep");
            assert!(!player.device.store.partner_is_due(ME).unwrap(), "seed {seed}");
        }
        for player in &players {
            is_settled(&player.device);
        }
        // What each device displays is on both devices once it is sent.
        let displayed = |player: &Player| -> BTreeMap<u128, String> {
            let ids = 1..=sits;
            ids.filter_map(|n| {
                let session = player.device.store.session(id(n)).unwrap()?;
                Some((n, session.details.value.note))
            })
            .collect()
        };
        let before = players.each_ref().map(displayed);
        for player in &players {
            keep(&player.device, false);
        }
        settle(&mut players);
        let after = players.each_ref().map(displayed);
        assert_eq!(after[0], after[1], "seed {seed}");
        for notes in &before {
            let words = |(n, note): (&u128, &String)| {
                note.split_whitespace().map(|word| (*n, word.to_owned())).collect::<Vec<_>>()
            };
            for (n, note) in notes.iter().flat_map(words) {
                assert!(
                    after[0][&n].split_whitespace().any(|word| word == note),
                    "seed {seed}: {note} is lost: {:?}",
                    after[0][&n]
                );
            }
        }
        let now = players.each_ref().map(|it| it.device.store.device().unwrap());
        assert_eq!(now, devices, "seed {seed}: a device has taken a new id");
    }
}
