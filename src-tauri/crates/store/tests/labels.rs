//! Labels: what the user can do with them, owners, and the sync of label rows.

mod common;

use common::{at, id, plan, pull_of, sat, sign_in, start, user};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::DeviceId;
use zafu_core::label::{
    Colour, InvalidLabel, Label, LabelDetails, LabelKey, MAX_LABELS, Shape, resolve,
};
use zafu_core::session::Register;
use zafu_store::{
    AfterErasure, Cursor, LabelEntry, LabelUpdate, LabelsApplied, Pull, Store, StoreError,
};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(0).wall).unwrap();
    (folder, store)
}

fn key(text: &str) -> LabelKey {
    LabelKey(text.into())
}

/// Records a sit with a label.
fn sat_with(store: &Store, n: u128, label: &str) {
    sat(store, id(n), n as u64 * 1000);
    set_label(store, n, label).unwrap();
}

fn set_label(store: &Store, n: u128, label: &str) -> Result<(), StoreError> {
    let edit = SessionEdit { label: Some(label.into()), ..SessionEdit::default() };
    store.edit(id(n), edit, at(100_000).wall.utc)
}

/// Returns the names of all labels with the numbers of their sits.
fn names(store: &Store) -> Vec<(String, u32)> {
    store.labels().unwrap().into_iter().map(|label| (label.name, label.sits)).collect()
}

fn named(list: &[(&str, u32)]) -> Vec<(String, u32)> {
    list.iter().map(|(name, sits)| ((*name).to_owned(), *sits)).collect()
}

fn entry(store: &Store, of: &str) -> LabelEntry {
    let labels = store.labels().unwrap();
    labels.into_iter().find(|label| label.key == key(of)).unwrap()
}

fn rename(store: &Store, of: &str, name: &str) {
    let LabelEntry { colour, shape, .. } = entry(store, of);
    store.change_label(&key(of), name, colour, shape).unwrap();
}

/// A server's labels of one account.
#[derive(Default)]
struct Server {
    labels: BTreeMap<LabelKey, Label>,
    seq: i64,
    rejects: Option<LabelKey>,
    unreadable: Option<LabelKey>,
}

fn cursor(seq: i64) -> Cursor {
    Cursor { seq, history_id: Uuid::from_u128(seq as u128 + 1) }
}

impl Server {
    fn receive(&mut self, sent: Vec<Label>) -> LabelUpdate {
        let before = cursor(self.seq);
        let mut rejected = Vec::new();
        for label in &sent {
            assert!(label.details.revision > 0);
            if self.rejects.as_ref() == Some(&label.key) {
                rejected.push((label.key.clone(), "bad_name".to_owned()));
                continue;
            }
            let joined = match self.labels.get(&label.key) {
                Some(known) => known.clone().join(label),
                None => label.clone(),
            };
            if self.labels.insert(label.key.clone(), joined.clone()) != Some(joined) {
                self.seq += 1;
            }
        }
        let is_readable = |label: &&Label| self.unreadable.as_ref() != Some(&label.key);
        LabelUpdate {
            sent,
            labels: self.labels.values().filter(is_readable).cloned().collect(),
            unreadable: self.unreadable.iter().cloned().collect(),
            rejected,
            labels_seq: self.seq,
            moved: (before, cursor(self.seq)),
            at: at(0).wall.utc,
        }
    }

    /// Pulls, and then sends labels until none is due.
    fn sync(&mut self, store: &Store) {
        pull(store, Some(self.seq));
        let mut calls = 0;
        while store.labels_are_due(user(1)).unwrap() {
            let sent = store.outgoing_labels(user(1), 3).unwrap();
            let response = self.receive(sent);
            store.apply_labels(user(1), response).unwrap();
            calls += 1;
            assert!(calls < 100, "it never ends");
        }
    }
}

fn pull(store: &Store, labels_seq: Option<i64>) {
    let cursor = cursor(labels_seq.unwrap_or(0));
    let pull = Pull { labels_seq, ..pull_of(Vec::new(), cursor) };
    store.apply_pull(user(1), pull).unwrap();
}

#[test]
fn keys_of_sits_are_labels_that_look_the_same_on_every_device() {
    let (_folder, store) = store();
    assert_eq!(store.labels().unwrap(), []);
    sat_with(&store, 1, "Zazen");
    sat_with(&store, 2, "Zazen");
    sat_with(&store, 3, "metta");
    sat_with(&store, 4, "");
    assert_eq!(names(&store), named(&[("metta", 1), ("Zazen", 2)]), "without regard to case");
    let LabelDetails { colour, shape, .. } = LabelDetails::unchanged(&key("Zazen"));
    let zazen = entry(&store, "Zazen");
    assert_eq!((zazen.colour, zazen.shape, zazen.rejected), (colour, shape, None));
    store.delete(&[id(3).into()], at(9000).wall.utc).unwrap();
    assert_eq!(names(&store), named(&[("Zazen", 2)]), "deleted sits do not count");
    set_label(&store, 1, "Walking").unwrap();
    assert_eq!(names(&store), named(&[("Walking", 1), ("Zazen", 1)]));
}

#[test]
fn a_preparation_does_not_count() {
    let (_folder, store) = store();
    sat_with(&store, 1, "Zazen");
    let mut timer = zafu_core::timer::Timer::default();
    common::drive(&store, &mut timer, start(id(2), plan(600, 60)), at(5000));
    assert_eq!(names(&store), named(&[("Zazen", 1)]));
}

#[test]
fn renaming_merging_and_deleting_change_no_session() {
    let (_folder, store) = store();
    sat_with(&store, 1, "Zazen");
    sat_with(&store, 2, "Shikantaza");
    sat_with(&store, 3, "Metta");
    let sessions = || (1..=3).map(|n| store.session(id(n)).unwrap()).collect::<Vec<_>>();
    let pending = || store.pending(9).unwrap();
    let before = (sessions(), pending());

    rename(&store, "Zazen", "Sitting");
    store.change_label(&key("Metta"), "Metta", Colour::Pink, Shape::Cross).unwrap();
    let metta = entry(&store, "Metta");
    assert_eq!((metta.colour, metta.shape), (Colour::Pink, Shape::Cross));
    store.merge_label(&key("Shikantaza"), &key("Zazen")).unwrap();
    assert_eq!(names(&store), named(&[("Metta", 1), ("Sitting", 2)]));
    store.delete_label(&key("Zazen")).unwrap();
    assert_eq!(names(&store), named(&[("Metta", 1)]), "merged labels go with their end");
    // Each can be undone.
    store.restore_label(&key("Zazen")).unwrap();
    assert_eq!(names(&store), named(&[("Metta", 1), ("Sitting", 2)]));
    store.restore_label(&key("Shikantaza")).unwrap();
    rename(&store, "Zazen", "Zazen");
    assert_eq!(names(&store), named(&[("Metta", 1), ("Shikantaza", 1), ("Zazen", 1)]));
    assert_eq!((sessions(), pending()), before);
}

#[test]
fn a_new_label_never_gets_the_sits_of_another() {
    let (_folder, store) = store();
    let create = |name: &str| store.create_label(name, Colour::Blue, Shape::Star);
    assert_eq!(create(" Zazen ").unwrap(), key("Zazen"), "without surrounding spaces");
    assert_eq!(names(&store), named(&[("Zazen", 0)]), "a label need not have sits");
    assert!(matches!(create("Zazen"), Err(StoreError::LabelNameTaken { name }) if name == "Zazen"));
    sat_with(&store, 1, "Zazen");
    // Renamed, merged and deleted labels keep their keys.
    rename(&store, "Zazen", "Sitting");
    assert_eq!(create("Zazen").unwrap(), key("Zazen (2)"));
    sat_with(&store, 2, "Zazen (2)");
    assert_eq!(names(&store), named(&[("Sitting", 1), ("Zazen", 1)]));
    store.merge_label(&key("Zazen (2)"), &key("Zazen")).unwrap();
    assert_eq!(create("Zazen").unwrap(), key("Zazen (3)"));
    store.delete_label(&key("Zazen (3)")).unwrap();
    assert_eq!(create("Zazen").unwrap(), key("Zazen (4)"));
    assert_eq!(names(&store), named(&[("Sitting", 2), ("Zazen", 0)]));
    // The key of a label that no sit has any more, and that was never changed, is free.
    sat_with(&store, 3, "Metta");
    assert!(matches!(create("Metta"), Err(StoreError::LabelNameTaken { .. })));
    set_label(&store, 3, "").unwrap();
    assert_eq!(create("Metta").unwrap(), key("Metta"));
}

#[test]
fn what_cannot_be_done_is_an_error_that_changes_nothing() {
    let (_folder, store) = store();
    let long = "x".repeat(1025);
    sat_with(&store, 1, "Zazen");
    sat_with(&store, 2, "Metta");
    sat_with(&store, 3, &long);
    sat_with(&store, 4, "two\nlines");
    store.merge_label(&key("Metta"), &key("Zazen")).unwrap();
    let before = store.labels().unwrap();
    let change = |of: &str, name: &str| {
        store.change_label(&key(of), name, Colour::Red, Shape::Star).unwrap_err()
    };
    let reason = |error| match error {
        StoreError::LabelName { reason } => reason,
        other => panic!("{other}"),
    };
    assert_eq!(reason(change("Zazen", " ")), InvalidLabel::Empty);
    assert_eq!(reason(change("Zazen", &long)), InvalidLabel::TooLong);
    assert_eq!(reason(change("Zazen", "a\tb")), InvalidLabel::ControlCharacter);
    let create = store.create_label("\n", Colour::Red, Shape::Star).unwrap_err();
    assert_eq!(reason(create), InvalidLabel::Empty);
    assert!(matches!(change("nothing", "name"), StoreError::NoSuchLabel { .. }));
    assert!(matches!(change("Metta", "name"), StoreError::NoSuchLabel { .. }), "merged");
    for fixed in [long.as_str(), "two\nlines"] {
        assert!(matches!(change(fixed, "short"), StoreError::LabelFixed));
        assert!(matches!(store.delete_label(&key(fixed)), Err(StoreError::LabelFixed)));
        let merged = store.merge_label(&key(fixed), &key("Zazen"));
        assert!(matches!(merged, Err(StoreError::LabelFixed)));
        let merged = store.merge_label(&key("Zazen"), &key(fixed));
        assert!(matches!(merged, Err(StoreError::LabelFixed)));
    }
    let merged = store.merge_label(&key("Zazen"), &key("Zazen"));
    assert!(matches!(merged, Err(StoreError::LabelIntoItself)));
    for (from, into) in [("Zazen", "nothing"), ("nothing", "Zazen"), ("Zazen", "Metta")] {
        let merged = store.merge_label(&key(from), &key(into));
        assert!(matches!(merged, Err(StoreError::NoSuchLabel { .. })), "{from} into {into}");
    }
    assert!(matches!(store.restore_label(&key("nothing")), Err(StoreError::NoSuchLabel { .. })));
    assert_eq!(store.labels().unwrap(), before);
    store.check().unwrap();
}

#[test]
fn an_owner_has_a_limited_number_of_labels() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server::default();
    for n in 0..MAX_LABELS {
        let key = key(&format!("{n:04}"));
        let value = LabelDetails::unchanged(&key);
        let details = Register { value, revision: 1, deviceid: DeviceId(Uuid::from_u128(9)) };
        server.labels.insert(key.clone(), Label { key, details });
    }
    server.seq = 1;
    server.sync(&store);
    let full = store.create_label("one more", Colour::Red, Shape::Star);
    assert!(matches!(full, Err(StoreError::TooManyLabels)));
    rename(&store, "0007", "seven");
    sat_with(&store, 1, "a label without a row");
    let full = store.delete_label(&key("a label without a row"));
    assert!(matches!(full, Err(StoreError::TooManyLabels)));
    assert_eq!(store.labels().unwrap().len(), MAX_LABELS as usize + 1);
}

#[test]
fn labels_are_sent_and_read_only_if_something_changed() {
    let (_folder, store) = store();
    sign_in(&store);
    sat_with(&store, 1, "Zazen");
    rename(&store, "Zazen", "Sitting");
    let due = || store.labels_are_due(user(1)).unwrap();
    assert!(!due(), "nothing is known of the server yet");
    pull(&store, None);
    assert!(!due(), "an older server has no labels");
    let mut server = Server { seq: 4, ..Server::default() };
    server.sync(&store);
    assert_eq!(server.labels[&key("Zazen")].details.value.name, "Sitting");
    assert!(!due() && store.outgoing_labels(user(1), 9).unwrap().is_empty());
    assert_eq!(store.account().unwrap().unwrap().cursor, Some(cursor(5)), "its own change");
    pull(&store, Some(5));
    assert!(!due());
    pull(&store, Some(6));
    assert!(due(), "another device has changed a label");
    server.seq = 6;
    server.sync(&store);
    pull(&store, Some(2));
    assert!(due(), "the server was restored");
    // A label that was never changed is not sent.
    server.seq = 2;
    server.sync(&store);
    sat_with(&store, 2, "Metta");
    assert!(!due());
    pull(&store, None);
    rename(&store, "Metta", "Kindness");
    assert!(!due(), "the server was replaced by an older one");
}

#[test]
fn a_change_during_the_request_stays_pending() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server::default();
    server.sync(&store);
    let new = store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    let sent = store.outgoing_labels(user(1), 9).unwrap();
    rename(&store, "Zazen", "Sitting");
    let response = server.receive(sent);
    let applied = store.apply_labels(user(1), response.clone()).unwrap();
    assert_eq!(applied, LabelsApplied { changed: 0, resolved: true, caught_up: true });
    let waiting = store.outgoing_labels(user(1), 9).unwrap();
    assert_eq!((waiting.len(), &waiting[0].key), (1, &new));
    assert_eq!(waiting[0].details.value.name, "Sitting");
    // A response that comes late changes nothing.
    server.sync(&store);
    let applied = store.apply_labels(user(1), response).unwrap();
    assert_eq!((applied.changed, entry(&store, "Zazen").name.as_str()), (0, "Sitting"));
    server.sync(&store);
    assert_eq!(server.labels[&new].details.value.name, "Sitting");
}

#[test]
fn a_label_that_the_server_rejects_is_kept_and_sent_again_after_a_change() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server { rejects: Some(key("Zazen")), ..Server::default() };
    server.sync(&store);
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.create_label("Metta", Colour::Red, Shape::Star).unwrap();
    server.sync(&store);
    assert_eq!(entry(&store, "Zazen").rejected.as_deref(), Some("bad_name"));
    assert_eq!(server.labels.keys().collect::<Vec<_>>(), [&key("Metta")]);
    assert_eq!(entry(&store, "Metta").rejected, None);
    // Neither further syncs nor other labels send it again.
    rename(&store, "Metta", "Kindness");
    assert_eq!(store.outgoing_labels(user(1), 9).unwrap().len(), 1);
    server.sync(&store);
    store.retry_dead_letters(user(1)).unwrap();
    assert_eq!(store.outgoing_labels(user(1), 9).unwrap().len(), 1);
    server.sync(&store);
    assert_eq!(entry(&store, "Zazen").rejected.as_deref(), Some("bad_name"));
    assert_eq!(store.backlog(user(1)).unwrap().rejected_labels, 1);
    store.record_health(user(1), "another server").unwrap();
    assert_eq!(store.backlog(user(1)).unwrap().rejected_labels, 0);
    assert_eq!(store.outgoing_labels(user(1), 9).unwrap().len(), 1);
    // A rejection of what was sent before a change does not count.
    let sent = store.outgoing_labels(user(1), 9).unwrap();
    let response = server.receive(sent);
    rename(&store, "Zazen", "Sitting");
    store.apply_labels(user(1), response).unwrap();
    assert_eq!(entry(&store, "Zazen").rejected, None);
    server.rejects = None;
    server.sync(&store);
    assert_eq!(server.labels.len(), 2);
}

#[test]
fn a_label_of_a_later_version_is_not_sent_again_and_again() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server::default();
    server.sync(&store);
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    server.unreadable = Some(key("Zazen"));
    server.sync(&store);
    assert!(store.outgoing_labels(user(1), 9).unwrap().is_empty());
    assert_eq!(names(&store), named(&[("Zazen", 0)]));
}

#[test]
fn a_restored_or_replaced_server_gets_all_labels_again() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server::default();
    server.sync(&store);
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.create_label("Metta", Colour::Red, Shape::Star).unwrap();
    server.sync(&store);
    let before = server.labels.clone();
    // It does not know the cursor.
    server = Server::default();
    store.restart_sync(user(1)).unwrap();
    server.sync(&store);
    assert_eq!(server.labels, before);
    // A single label is missing.
    server.labels.remove(&key("Zazen"));
    server.seq += 1;
    server.sync(&store);
    assert_eq!(server.labels, before);
    // Its cursor was too old to tell, so that all is compared.
    server.labels.remove(&key("Zazen"));
    store.request_comparison(user(1)).unwrap();
    server.sync(&store);
    assert_eq!(server.labels, before);
}

#[test]
fn after_an_erasure_labels_are_kept_here_or_sent_again() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server::default();
    server.sync(&store);
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.create_label("Metta", Colour::Red, Shape::Star).unwrap();
    server.sync(&store);
    let erasure_id = Uuid::from_u128(77);
    server = Server { seq: 9, ..Server::default() };
    store.agree_to_erasure(user(1), erasure_id, AfterErasure::KeepHere).unwrap();
    server.sync(&store);
    assert!(server.labels.is_empty());
    assert_eq!(store.labels().unwrap().len(), 2);
    // What the user changes afterwards is sent.
    rename(&store, "Metta", "Kindness");
    server.sync(&store);
    assert_eq!(server.labels.keys().collect::<Vec<_>>(), [&key("Metta")]);
    store.agree_to_erasure(user(1), erasure_id, AfterErasure::Upload).unwrap();
    server.sync(&store);
    assert_eq!(server.labels.len(), 2);
}

#[test]
fn ownerless_labels_become_the_accounts_with_their_sits() {
    let (_folder, store) = store();
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
    sat_with(&store, 5, "Zazen");
    rename(&store, "Zazen", "The other account’s");
    store.sign_out().unwrap();
    sign_in(&store);
    store.sign_out().unwrap();
    // While nobody is signed in, the log shows the sits of the last account and ownerless ones.
    assert_eq!(names(&store), [], "but none of any other account");
    sat_with(&store, 1, "Zazen");
    sat_with(&store, 2, "Metta");
    rename(&store, "Zazen", "Sitting");
    store.create_label("Walking", Colour::Red, Shape::Star).unwrap();
    sign_in(&store);
    let all = named(&[("Metta", 1), ("Sitting", 1), ("Walking", 0)]);
    assert_eq!(names(&store), all);
    let mut server = Server::default();
    server.sync(&store);
    assert!(server.labels.is_empty(), "ownerless labels are not sent");
    // Both rows of one key are changed together.
    sat_with(&store, 3, "Metta");
    rename(&store, "Metta", "Kindness");
    store.assign_ownerless().unwrap();
    assert_eq!(names(&store), named(&[("Kindness", 2), ("Sitting", 1), ("Walking", 0)]));
    server.sync(&store);
    let sent: Vec<_> = server.labels.values().map(|it| it.details.value.name.as_str()).collect();
    assert_eq!(sent, ["Kindness", "Walking", "Sitting"]);
    // Another account does not see them.
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
    assert_eq!(names(&store), named(&[("The other account’s", 1)]));
    store.check().unwrap();
}

#[test]
fn labels_of_a_closed_account_are_copied_with_its_sits() {
    let (_folder, store) = store();
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
    sat_with(&store, 1, "Zazen");
    rename(&store, "Zazen", "Sitting");
    rename(&store, "Zazen", "Just sitting");
    sat_with(&store, 2, "Metta");
    store.merge_label(&key("Metta"), &key("Zazen")).unwrap();
    store.record_deleted(user(2)).unwrap();
    sign_in(&store);
    sat_with(&store, 3, "Zazen");
    rename(&store, "Zazen", "Sitting on the cushion");
    store.move_sits_from(user(2)).unwrap();
    assert_eq!(names(&store), named(&[("Just sitting", 3)]), "the higher revision counts");
    let mut server = Server::default();
    server.sync(&store);
    assert_eq!(server.labels.len(), 2);
    assert_eq!(server.labels[&key("Metta")].details.value.merged_into, Some(key("Zazen")));
}

#[test]
fn a_restored_folder_does_not_undo_what_its_user_did_with_a_label() {
    let (_folder, store) = store();
    sign_in(&store);
    let mut server = Server::default();
    server.sync(&store);
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    server.sync(&store);
    // The server has a change under this device's id that the folder does not know.
    let device = store.device().unwrap();
    let zazen = server.labels.get_mut(&key("Zazen")).unwrap();
    let value = LabelDetails { name: "lost".into(), ..zazen.details.value.clone() };
    zazen.details = zazen.details.set(value, device);
    server.seq += 1;
    rename(&store, "Zazen", "Sitting");
    server.sync(&store);
    assert_ne!(store.device().unwrap(), device, "the device takes a new id");
    assert_eq!(server.labels[&key("Zazen")].details.value.name, "Sitting");
    assert_eq!(entry(&store, "Zazen").name, "Sitting");
}

/// What a user of one of two devices does.
#[derive(Clone, Debug)]
enum Action {
    Label { sit: u128, label: &'static str },
    Create(&'static str),
    Change { of: usize, name: &'static str },
    Merge { from: usize, into: usize },
    Delete(usize),
    Restore(&'static str),
    Sync,
    Restart,
}

fn actions() -> impl Strategy<Value = (bool, Action)> {
    let name = || prop::sample::select(vec!["a", "b", "c", "d"]);
    let action = prop_oneof![
        2 => (1_u128..4, name()).prop_map(|(sit, label)| Action::Label { sit, label }),
        2 => name().prop_map(Action::Create),
        3 => (0_usize..4, name()).prop_map(|(of, name)| Action::Change { of, name }),
        3 => (0_usize..4, 0_usize..4).prop_map(|(from, into)| Action::Merge { from, into }),
        1 => (0_usize..4).prop_map(Action::Delete),
        1 => name().prop_map(Action::Restore),
        3 => Just(Action::Sync),
        1 => Just(Action::Restart),
    ];
    (any::<bool>(), action)
}

fn act(store: &Store, server: &mut Server, action: &Action) {
    let labels = store.labels().unwrap();
    let nth = |n: usize| labels.get(n).map(|label| label.key.clone());
    // What is not possible is rejected, which the other tests check.
    let _ = match action {
        Action::Label { sit, label } => set_label(store, *sit, label),
        Action::Create(name) => store.create_label(name, Colour::Teal, Shape::Circle).map(drop),
        Action::Change { of, name } => match nth(*of) {
            Some(key) => store.change_label(&key, name, Colour::Pink, Shape::Star),
            None => Ok(()),
        },
        Action::Merge { from, into } => match (nth(*from), nth(*into)) {
            (Some(from), Some(into)) => store.merge_label(&from, &into),
            _ => Ok(()),
        },
        Action::Delete(n) => nth(*n).map_or(Ok(()), |key| store.delete_label(&key)),
        Action::Restore(name) => store.restore_label(&key(name)),
        Action::Sync => {
            server.sync(store);
            Ok(())
        }
        Action::Restart => store.restart_sync(user(1)),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn two_devices_that_change_labels_at_once_converge(
        actions in prop::collection::vec(actions(), 1..25)
    ) {
        let devices = [store(), store()];
        let mut server = Server::default();
        for (_, store) in &devices {
            sign_in(store);
            for n in 1..4 {
                sat(store, id(n), n as u64 * 1000);
            }
        }
        for (first, action) in &actions {
            act(&devices[usize::from(*first)].1, &mut server, action);
        }
        for (_, store) in devices.iter().chain(&devices) {
            server.sync(store);
        }
        let resolved = resolve(server.labels.values().map(|it| (&it.key, &it.details.value)));
        for (_, store) in &devices {
            prop_assert!(store.outgoing_labels(user(1), 9).unwrap().is_empty());
            let listed = store.labels().unwrap();
            // Every label of the server that is shown as itself is listed, and looks as it does there.
            for (key, label) in &server.labels {
                let found = listed.iter().find(|entry| entry.key == *key);
                if resolved[key] == Some(key) {
                    let LabelDetails { name, colour, shape, .. } = &label.details.value;
                    let found = found.map(|it| (&it.name, &it.colour, &it.shape));
                    prop_assert_eq!(found, Some((name, colour, shape)));
                } else {
                    prop_assert_eq!(found, None);
                }
            }
            // Every sit counts for the label that it is shown with, if any.
            for entry in &listed {
                let is_shown = |n: &u128| {
                    let label = key(&store.session(id(*n)).unwrap().unwrap().details.value.label);
                    let end = resolved.get(&label).copied().unwrap_or(Some(&label));
                    end == Some(&entry.key)
                };
                prop_assert_eq!(entry.sits as usize, (1..4).filter(is_shown).count());
            }
            store.check().unwrap();
        }
    }
}

/// Copying a label to an account that has it follows the rule of registers: of equal revisions, the higher device id.
#[test]
fn of_two_owners_labels_with_one_revision_that_of_the_higher_device_is_kept() {
    for (device, name) in [(Uuid::nil(), "Ours"), (Uuid::max(), "Theirs")] {
        let (_folder, store) = store();
        store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
        rename(&store, "Zazen", "Ours");
        let ours = entry(&store, "Zazen");
        sign_in(&store);
        let value = LabelDetails {
            name: "Theirs".into(),
            colour: ours.colour,
            shape: ours.shape,
            merged_into: None,
            is_deleted: false,
        };
        let details = Register { value, revision: 2, deviceid: DeviceId(device) };
        let mut server = Server { seq: 1, ..Server::default() };
        server.labels.insert(key("Zazen"), Label { key: key("Zazen"), details });
        server.sync(&store);
        store.assign_ownerless().unwrap();
        assert_eq!(entry(&store, "Zazen").name, name);
        server.sync(&store);
        assert_eq!(server.labels[&key("Zazen")].details.value.name, name);
    }
}
