//! Labels.

use super::{NO_LIMIT, TestServer, class_of, new_account, pull_after, push};
use crate::sits::{device, many};
use std::collections::BTreeMap;
use zafu_core::ids::UserId;
use zafu_core::label::{Colour, Label, LabelDetails, LabelKey, MAX_LABEL_BYTES, MAX_LABELS, Shape};
use zafu_core::session::{MAX_REVISION, Register};
use zafu_store::Cursor;
use zafu_sync::remote::{LabelsResponse, PullResponse};
use zafu_sync::{ErrorClass, Remote};

fn key(text: &str) -> LabelKey {
    LabelKey(text.into())
}

/// Returns a label that was changed once, by device 7.
fn label(text: &str) -> Label {
    let value = LabelDetails::unchanged(&key(text));
    Label { key: key(text), details: Register { value, revision: 1, deviceid: device(7) } }
}

/// Returns the label renamed by a device.
fn named(label: &Label, name: &str, by: u128) -> Label {
    let value = LabelDetails { name: name.into(), ..label.details.value.clone() };
    Label { details: label.details.set(value, device(by)), ..label.clone() }
}

/// The response to labels that were merged.
struct Merged {
    labels: BTreeMap<LabelKey, Label>,
    rejected: Vec<(LabelKey, String)>,
    seq: i64,
    before: Cursor,
    after: Cursor,
}

async fn sync(server: &impl Remote, account: UserId, labels: &[Label]) -> Merged {
    match server.sync_labels(account, labels, None).await.unwrap() {
        LabelsResponse::Merged { labels, unreadable, rejected, labels_seq, before, after } => {
            assert!(unreadable.is_empty());
            let count = labels.len();
            let labels: BTreeMap<_, _> = by_key(&labels);
            assert_eq!(labels.len(), count, "each label once");
            Merged { labels, rejected, seq: labels_seq, before, after }
        }
        LabelsResponse::Erased(erasure_id) => panic!("erased as {erasure_id}"),
    }
}

fn by_key(labels: &[Label]) -> BTreeMap<LabelKey, Label> {
    labels.iter().map(|label| (label.key.clone(), label.clone())).collect()
}

/// Returns the seq of the last change of the labels, as a pull returns it.
async fn pulled_seq(server: &impl Remote, account: UserId, after: Option<Cursor>) -> Option<i64> {
    match server.pull(account, after, NO_LIMIT).await.unwrap() {
        PullResponse::Rows { labels_seq, .. } => labels_seq,
        PullResponse::Diverged => panic!("its own cursor is unknown to it"),
    }
}

pub async fn labels_are_returned_as_they_were_sent(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let mut odd = label(&"é".repeat(MAX_LABEL_BYTES / 2));
    odd.details.value = LabelDetails {
        name: "a \"quote\" \\ and \u{1F9D8} \u{2028}".into(),
        colour: Colour::Pink,
        shape: Shape::Cross,
        merged_into: Some(key("no such label")),
        is_deleted: true,
    };
    odd.details.revision = MAX_REVISION;
    let sent = [label("Zazen"), label(" zazen "), odd];
    assert_eq!(sync(&server, user, &sent).await.labels, by_key(&sent));
    assert_eq!(sync(&test_server.device(user), user, &[]).await.labels, by_key(&sent));
}

pub async fn the_higher_revision_of_a_label_wins_in_any_order(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let first = label("Zazen");
    let (low, high) = (named(&first, "by the lower", 3), named(&first, "by the higher", 9));
    let last = named(&low, "last", 1);
    for (sent, expected) in [
        (vec![low.clone()], &low),
        (vec![first.clone()], &low),
        (vec![high.clone(), low.clone()], &high),
        (vec![low.clone()], &high),
        (vec![first, last.clone(), high.clone()], &last),
        (vec![high.clone()], &last),
    ] {
        let merged = sync(&server, user, &sent).await;
        assert_eq!(merged.labels[&key("Zazen")], *expected);
    }
    // Of two with the same revision and device, the server's stays.
    let forged = Label {
        details: Register { value: LabelDetails::unchanged(&key("x")), ..last.details.clone() },
        ..last.clone()
    };
    assert_eq!(sync(&server, user, &[forged]).await.labels[&key("Zazen")], last);
}

pub async fn a_change_of_labels_is_seen_by_the_next_pull(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    push(&server, user, &many(2)).await;
    let (_, cursor) = pull_after(&server, user, None).await;
    assert_eq!(pulled_seq(&server, user, None).await, Some(0));
    let merged = sync(&server, user, &[label("Zazen")]).await;
    assert_eq!((merged.before, merged.after.seq), (cursor, merged.seq));
    assert!(merged.after.seq > cursor.seq && merged.after.history_id != cursor.history_id);
    for after in [None, Some(cursor), Some(merged.after)] {
        assert_eq!(pulled_seq(&server, user, after).await, Some(merged.seq));
    }
    // The cursor moves on without rows.
    let (rows, next) = pull_after(&server, user, Some(cursor)).await;
    assert_eq!((rows.len(), next), (0, merged.after));
    // What does not change anything does not advance the head, and sessions are not labels.
    let again = sync(&server, user, &[label("Zazen")]).await;
    assert_eq!((again.before, again.after, again.seq), (merged.after, merged.after, merged.seq));
    let pushed = push(&server, user, &many(1)).await;
    assert_eq!(pushed.before, merged.after);
    assert_eq!(pulled_seq(&server, user, None).await, Some(merged.seq));
    assert_eq!(server.digest(user).await.unwrap().count, 3, "the digest is that of sessions");
}

pub async fn invalid_labels_are_rejected_and_block_no_other(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let with = |key: &str, change: fn(&mut Label)| {
        let mut label = label(key);
        change(&mut label);
        label
    };
    let long = "x".repeat(MAX_LABEL_BYTES + 1);
    let mut sent = vec![
        label("first"),
        label(""),
        label("a\nb"),
        label("\0"),
        label(&long),
        with("1", |it| it.details.value.name = String::new()),
        with("2", |it| it.details.value.name = "x".repeat(MAX_LABEL_BYTES + 1)),
        with("3", |it| it.details.value.name = "\u{85}".into()),
        with("4", |it| it.details.value.name = "\0".into()),
        with("5", |it| it.details.value.merged_into = Some(key(""))),
        with("6", |it| it.details.value.merged_into = Some(key("\t"))),
        with("7", |it| it.details.revision = 0),
        with("8", |it| it.details.revision = MAX_REVISION + 1),
    ];
    sent.push(label("last"));
    let merged = sync(&server, user, &sent).await;
    let reason = |of: &str, reason: &str| (key(of), reason.to_owned());
    // Keys that are not valid are not repeated.
    let expected = [
        reason("1", "bad_name"),
        reason("2", "bad_name"),
        reason("3", "bad_name"),
        reason("4", "bad_text"),
        reason("5", "bad_merged_into"),
        reason("6", "bad_merged_into"),
        reason("7", "bad_revision"),
        reason("8", "bad_revision"),
    ];
    assert_eq!(merged.rejected, expected);
    assert_eq!(merged.labels, by_key(&[label("first"), label("last")]));
}

pub async fn an_account_has_a_limited_number_of_labels(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let all: Vec<_> = (0..=MAX_LABELS).map(|number| label(&format!("{number:04}"))).collect();
    let too_many = server.sync_labels(user, &all, None).await;
    assert_eq!(class_of(too_many), ErrorClass::TooLarge);
    let (most, rest) = all.split_at(MAX_LABELS as usize - 1);
    sync(&server, user, most).await;
    let renamed = named(&all[7], "seven", 7);
    let sent = [rest[0].clone(), rest[1].clone(), renamed.clone()];
    let merged = sync(&server, user, &sent).await;
    assert_eq!(merged.rejected, [(rest[1].key.clone(), "too_many_labels".to_owned())]);
    assert_eq!(merged.labels.len(), MAX_LABELS as usize);
    assert_eq!(merged.labels[&renamed.key], renamed);
}

pub async fn labels_of_another_account_stay_as_they_are(test_server: &impl TestServer) {
    let (one, ones) = new_account(test_server);
    let (two, twos) = new_account(test_server);
    let (mine, theirs) = (label("Zazen"), named(&label("Zazen"), "theirs", 9));
    sync(&ones, one, std::slice::from_ref(&mine)).await;
    assert_eq!(sync(&twos, two, &[]).await.labels, BTreeMap::new());
    assert_eq!(pulled_seq(&twos, two, None).await, Some(0));
    sync(&twos, two, &[theirs]).await;
    assert_eq!(sync(&ones, one, &[]).await.labels, by_key(&[mine]));
}

pub async fn erased_labels_are_not_accepted_from_a_device_that_does_not_know_of_the_erasure(
    test_server: &impl TestServer,
) {
    let (user, one) = new_account(test_server);
    let two = test_server.device(user);
    sync(&one, user, &[label("Zazen")]).await;
    let erasure_id = one.erase(user).await.unwrap();
    let erased = LabelsResponse::Erased(erasure_id);
    for labels in [vec![label("Zazen")], Vec::new()] {
        for known in [None, Some(super::unknown_history_id())] {
            assert_eq!(two.sync_labels(user, &labels, known).await.unwrap(), erased);
        }
    }
    assert_eq!(pulled_seq(&one, user, None).await, Some(0));
    let response = two.sync_labels(user, &[label("Zazen")], Some(erasure_id)).await.unwrap();
    let LabelsResponse::Merged { labels, .. } = response else { panic!("{response:?}") };
    assert_eq!(labels, [label("Zazen")]);
}

pub async fn fault_39_a_restored_server_has_the_labels_of_its_backup(
    test_server: &impl TestServer,
) {
    let (user, server) = new_account(test_server);
    sync(&server, user, &[label("Zazen")]).await;
    let backup = test_server.dump();
    let lost = sync(&server, user, &[label("Metta")]).await.after;
    test_server.restore(&backup);
    let diverged = server.pull(user, Some(lost), NO_LIMIT).await.unwrap();
    assert_eq!(diverged, PullResponse::Diverged);
    assert_eq!(sync(&server, user, &[]).await.labels, by_key(&[label("Zazen")]));
    let both = by_key(&[label("Metta"), label("Zazen")]);
    assert_eq!(sync(&server, user, &[label("Metta")]).await.labels, both);
}
