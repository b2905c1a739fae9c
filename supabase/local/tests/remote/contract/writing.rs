//! Pushes.

use super::{TestServer, by_id, class_of, new_account, outgoing, pull_after, pull_all, push};
use crate::sits::{completed, deleted, device, ended, many, moment, noted, started_session};
use fastrand::Rng;
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::ids::SessionId;
use zafu_core::session::{Details, Lifecycle, MAX_REVISION, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset};
use zafu_store::RowOutcome;
use zafu_sync::{ErrorClass, Remote};

/// Sessions of every kind, with the limits of every range.
fn kinds() -> Vec<Session> {
    let corrected = Details {
        note: "rain, \u{1F327} and \"quiet\"\n\\u0000".into(),
        label: "zazen\t".into(),
        corrected_start: Some(moment("2026-02-28T23:59:59.999Z")),
        corrected_length: Some(Seconds(u32::MAX)),
        corrected_offset: Some(UtcOffset(-1439)),
    };
    let sit = completed(&started_session());
    let far = completed(&started_session());
    let last = moment("9999-12-31T23:59:59.999Z");
    vec![
        started_session(),
        ended(&started_session(), 61),
        sit.clone(),
        Session {
            id: started_session().id,
            details: sit.details.set(corrected, device(9)),
            ..sit.clone()
        },
        Session { id: started_session().id, ..deleted(&sit, device(1)) },
        Session {
            id: started_session().id,
            source: Source::Manual,
            utcoffset: UtcOffset(-1439),
            ..sit
        },
        Session {
            source: Source::Import,
            utcoffset: UtcOffset(1439),
            createdat: moment("0001-01-01T00:00:00.000Z"),
            lifecycle: Lifecycle {
                startedat: last,
                sitlength: Seconds(u32::MAX),
                stage: Stage::Completed { completedat: last, satlength: Seconds(u32::MAX) },
            },
            ..far
        },
    ]
}

pub async fn sent_sessions_are_pulled_unchanged(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let sits = kinds();
    assert_eq!(push(&server, user, &sits).await.outcomes, vec![RowOutcome::Accepted; sits.len()]);
    assert_eq!(pull_all(&server, user).await, by_id(&sits));
}

pub async fn a_late_start_undoes_no_completion(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let begun = started_session();
    let completed = completed(&begun);
    push(&server, user, std::slice::from_ref(&completed)).await;
    for late in [begun.clone(), ended(&begun, 60)] {
        let outcomes = push(&server, user, &[late]).await.outcomes;
        assert_eq!(outcomes, vec![RowOutcome::Merged(Box::new(completed.clone()))]);
    }
    assert_eq!(pull_all(&server, user).await, by_id(&[completed]));
}

pub async fn each_row_gets_its_outcome(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let (known, started) = (completed(&started_session()), started_session());
    let known = noted(&known, "theirs", device(9));
    push(&server, user, &[known.clone(), started.clone()]).await;
    let (new, rejected) = (started_session(), noted(&started_session(), "a\0b", device(7)));
    let mine = noted(&completed(&started_session()), "mine", device(8));
    let mine = Session { id: known.id, ..mine };
    let sent = [known.clone(), new.clone(), rejected, completed(&started), mine];
    let outcomes = push(&server, user, &sent).await.outcomes;
    let expected = [
        // Unchanged, but for the last copy, which is an earlier state.
        RowOutcome::Accepted,
        RowOutcome::Accepted,
        RowOutcome::Rejected { reason: "bad_text".into() },
        RowOutcome::Accepted,
        RowOutcome::Merged(Box::new(known.clone())),
    ];
    assert_eq!(outcomes, expected);
    let stored = [known, new, completed(&started)];
    assert_eq!(pull_all(&server, user).await, by_id(&stored));
}

pub async fn real_life_07_a_revision_above_the_maximum_is_rejected(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let (mut last, mut details, mut deletion) =
        (started_session(), started_session(), started_session());
    last.details.revision = MAX_REVISION;
    details.details.revision = MAX_REVISION + 1;
    deletion.deletion.revision = u32::MAX;
    let outcomes = push(&server, user, &[last.clone(), details, deletion]).await.outcomes;
    let rejected = |reason: &str| RowOutcome::Rejected { reason: reason.into() };
    let expected =
        [RowOutcome::Accepted, rejected("bad_detailsrevision"), rejected("bad_deletionrevision")];
    assert_eq!(outcomes, expected);
    assert_eq!(pull_all(&server, user).await, by_id(&[last]));
}

pub async fn a_session_twice_in_one_push_is_merged(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let begun = started_session();
    let noted = noted(&begun, "rain", device(7));
    let both = Session { details: noted.details.clone(), ..completed(&begun) };
    let sent = [completed(&begun), begun, noted, both.clone()];
    let merged = || RowOutcome::Merged(Box::new(both.clone()));
    let outcomes = push(&server, user, &sent).await.outcomes;
    assert_eq!(outcomes, [merged(), merged(), merged(), RowOutcome::Accepted]);
    assert_eq!(pull_all(&server, user).await, by_id(&[both]));
}

pub async fn pushing_the_same_again_does_not_advance_the_head(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let sits = kinds();
    let first = push(&server, user, &sits).await;
    assert_ne!(first.before, first.after);
    for _ in 0..2 {
        let again = push(&server, user, &sits).await;
        assert_eq!(again.outcomes, vec![RowOutcome::Accepted; sits.len()]);
        assert_eq!((again.before, again.after), (first.after, first.after));
    }
    let nothing = push(&server, user, &[]).await;
    assert_eq!((nothing.before, nothing.after), (first.after, first.after));
    assert!(
        pull_after(&server, user, Some(first.after)).await.0.is_empty(),
        "no device pulls it again"
    );
}

/// Returns a copy of a session as one of three devices may have it.
fn some_copy(rng: &mut Rng, of: &Session) -> Session {
    let by = device(rng.u128(1..4));
    let sit = match rng.u32(0..4) {
        0 => of.clone(),
        1 => ended(of, rng.u32(1..5)),
        _ => completed(of),
    };
    let mut sit = if rng.bool() { sit } else { noted(&sit, &by.to_string(), by) };
    if rng.bool() {
        sit = deleted(&sit, by);
    }
    // Equal revisions of one device have equal values.
    sit.details.revision *= by.0.as_u128() as u32;
    sit
}

pub async fn the_order_of_pushes_makes_no_difference(test_server: &impl TestServer) {
    let mut rng = Rng::with_seed(19);
    for _ in 0..4 {
        let (user, server) = new_account(test_server);
        let origins: Vec<_> = (0..5).map(|_| started_session()).collect();
        let mut copies: Vec<_> =
            (0..40).map(|n| some_copy(&mut rng, &origins[n % origins.len()])).collect();
        // The core's result, in the original order.
        let mut expected: BTreeMap<SessionId, Session> = BTreeMap::new();
        for copy in &copies {
            let known = expected.entry(copy.id).or_insert_with(|| copy.clone());
            *known = known.clone().join(copy);
        }
        rng.shuffle(&mut copies);
        while !copies.is_empty() {
            let some = copies.split_off(copies.len() - rng.usize(1..=copies.len()));
            push(&server, user, &some).await;
        }
        assert_eq!(pull_all(&server, user).await, expected);
    }
}

pub async fn the_higher_revision_of_details_and_deletion_wins(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let sit = completed(&started_session());
    let first = noted(&sit, "first", device(9));
    let second = noted(&first, "second", device(1));
    push(&server, user, std::slice::from_ref(&second)).await;
    // A lower revision loses, even if its device id is higher.
    let outcomes = push(&server, user, std::slice::from_ref(&first)).await.outcomes;
    assert_eq!(outcomes, vec![RowOutcome::Merged(Box::new(second.clone()))]);
    // Of equal revisions, the higher device id wins in either order.
    let (low, high) = (noted(&second, "low", device(2)), noted(&second, "high", device(3)));
    assert_eq!(
        push(&server, user, std::slice::from_ref(&high)).await.outcomes,
        vec![RowOutcome::Accepted]
    );
    let outcomes = push(&server, user, &[low]).await.outcomes;
    assert_eq!(outcomes, vec![RowOutcome::Merged(Box::new(high.clone()))]);
    // The registers are independent: a deletion does not change the note.
    let gone = deleted(&sit, device(2));
    let both = Session { deletion: gone.deletion.clone(), ..high };
    let outcomes = push(&server, user, std::slice::from_ref(&gone)).await.outcomes;
    assert_eq!(outcomes, vec![RowOutcome::Merged(Box::new(both.clone()))]);
    // A deletion can be undone.
    let back = Session { deletion: both.deletion.set(None, device(1)), ..both.clone() };
    assert_eq!(
        push(&server, user, std::slice::from_ref(&back)).await.outcomes,
        vec![RowOutcome::Accepted]
    );
    push(&server, user, &[both]).await;
    assert_eq!(pull_all(&server, user).await, by_id(&[back]));
}

pub async fn fault_41_one_invalid_sit_does_not_keep_others_from_being_stored(
    test_server: &impl TestServer,
) {
    let (user, server) = new_account(test_server);
    let sit = completed(&started_session());
    let by = device(7);
    let label = |label: String| {
        let value = Details { label, ..Details::default() };
        Session { details: sit.details.set(value, by), ..sit.clone() }
    };
    let offset = |minutes: i16| {
        let value = Details { corrected_offset: Some(UtcOffset(minutes)), ..Details::default() };
        Session { details: sit.details.set(value, by), ..sit.clone() }
    };
    let started = |at: &str| {
        let lifecycle = Lifecycle { startedat: moment(at), ..sit.lifecycle };
        Session { lifecycle, ..sit.clone() }
    };
    let poison = [
        (noted(&sit, "\0", by), "bad_text"),
        (label("a\0".into()), "bad_text"),
        (noted(&sit, &"é".repeat(65_537), by), "bad_note"),
        (label("x".repeat(8193)), "bad_label"),
        (Session { utcoffset: UtcOffset(1440), ..sit.clone() }, "bad_utcoffset"),
        (Session { utcoffset: UtcOffset(-1440), ..sit.clone() }, "bad_utcoffset"),
        (offset(1440), "bad_correctedoffset"),
        (offset(-1440), "bad_correctedoffset"),
        (started("0000-12-31T23:59:59.999Z"), "bad_startedat"),
        (started("+10000-01-01T00:00:00Z"), "bad_startedat"),
        (Session { createdat: moment("+10000-01-01T00:00:00Z"), ..sit.clone() }, "bad_createdat"),
    ];
    let mut sits = many(200);
    let mut expected = vec![RowOutcome::Accepted; 200];
    for (n, (sit, reason)) in poison.iter().enumerate() {
        sits[n * 17] = Session { id: SessionId(Uuid::new_v4()), ..sit.clone() };
        expected[n * 17] = RowOutcome::Rejected { reason: (*reason).into() };
    }
    assert_eq!(push(&server, user, &sits).await.outcomes, expected);
    let stored = pull_all(&server, user).await;
    assert_eq!(stored.len(), 200 - poison.len());
    for (sit, outcome) in sits.iter().zip(&expected) {
        assert_eq!(stored.get(&sit.id), (*outcome == RowOutcome::Accepted).then_some(sit));
    }
}

pub async fn a_push_beyond_the_limits_is_too_large(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let heavy: Vec<_> =
        many(34).iter().map(|sit| noted(sit, &"x".repeat(131_000), device(7))).collect();
    for too_much in [many(5001), heavy] {
        assert_eq!(
            class_of(server.push(user, &outgoing(&too_much), None).await),
            ErrorClass::TooLarge
        );
    }
    assert!(pull_all(&server, user).await.is_empty(), "nothing is stored");
}
