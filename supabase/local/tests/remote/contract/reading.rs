//! Pulls, digests and the health check.

use super::{
    NO_LIMIT, TestServer, by_id, new_account, pull_after, pull_all, pull_page, push,
    unknown_history_id,
};
use crate::sits::{completed, deleted, device, ended, many, noted, started_session};
use zafu_core::session::Session;
use zafu_store::Cursor;
use zafu_store::RowOutcome;
use zafu_sync::Remote;
use zafu_sync::digest::Digest;
use zafu_sync::remote::{PullLimit, PullResponse};

pub async fn pages_contain_every_sit_once_and_the_last_page_is_marked(
    test_server: &impl TestServer,
) {
    let (user, server) = new_account(test_server);
    let (none, start, more) = pull_page(&server, user, None, NO_LIMIT).await;
    assert_eq!((none, more), (vec![], false), "an empty account has one empty page");
    let mut sits = many(21);
    push(&server, user, &sits).await;
    // A changed session comes last, and once.
    sits[3] = noted(&sits[3], "rain", device(7));
    let head = push(&server, user, &sits[3..4]).await.after;
    let (mut all, mut after, mut sizes) = (Vec::new(), Some(start), Vec::new());
    loop {
        let (rows, next, more) =
            pull_page(&server, user, after, PullLimit { rows: 5, ..NO_LIMIT }).await;
        sizes.push(rows.len());
        all.extend(rows);
        after = Some(next);
        if !more {
            break;
        }
    }
    assert_eq!(sizes, [5, 5, 5, 5, 1]);
    assert_eq!((all.last(), after), (Some(&sits[3]), Some(head)));
    assert_eq!(by_id(&all), by_id(&sits));
    assert_eq!(pull_page(&server, user, after, NO_LIMIT).await, (vec![], head, false));
}

pub async fn a_page_is_limited_by_bytes_but_never_empty(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let sits: Vec<_> =
        many(3).iter().map(|sit| noted(sit, &"é".repeat(50_000), device(7))).collect();
    push(&server, user, &sits).await;
    for (bytes, expected) in [
        (0, (1, true)),
        (1, (1, true)),
        (201_399, (1, true)),
        (201_400, (2, true)),
        (302_099, (2, true)),
        (302_100, (3, false)),
    ] {
        let (rows, _, more) = pull_page(&server, user, None, PullLimit { rows: 10, bytes }).await;
        assert_eq!((rows.len(), more), expected, "{bytes} bytes");
    }
    // An empty page would be repeated for ever.
    let (rows, _, more) = pull_page(&server, user, None, PullLimit { rows: 0, ..NO_LIMIT }).await;
    assert_eq!((rows.len(), more), (1, true));
}

pub async fn a_device_does_not_pull_its_own_push(test_server: &impl TestServer) {
    let (user, one) = new_account(test_server);
    let two = test_server.device(user);
    let (_, start) = pull_after(&one, user, None).await;
    let pushed = push(&one, user, &many(3)).await;
    assert_eq!(pushed.before, start, "no other device has pushed");
    assert!(pull_after(&one, user, Some(pushed.after)).await.0.is_empty());
    let other = many(2);
    let others = push(&two, user, &other).await;
    assert_eq!(others.before, pushed.after);
    let (rows, head) = pull_after(&one, user, Some(pushed.after)).await;
    assert_eq!((rows, head), (by_id(&other), others.after));
}

pub async fn an_unknown_cursor_is_rejected(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let (other, others) = new_account(test_server);
    let head = push(&server, user, &many(2)).await.after;
    let foreign = push(&others, other, &many(2)).await.after;
    for cursor in [
        Cursor { history_id: unknown_history_id(), ..head },
        Cursor { seq: head.seq + 1, ..head },
        Cursor { seq: 0, history_id: unknown_history_id() },
        foreign,
    ] {
        let response = server.pull(user, Some(cursor), NO_LIMIT).await.unwrap();
        assert_eq!(response, PullResponse::Diverged, "{cursor:?}");
    }
    // A seq below that of the history id is valid.
    let between = Cursor { seq: head.seq - 1, ..head };
    assert_eq!(pull_after(&server, user, Some(between)).await.0.len(), 1);
}

pub async fn client_and_server_compute_the_same_digest(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let mut sits =
        vec![started_session(), ended(&started_session(), 75), completed(&started_session())];
    sits.push(noted(&completed(&started_session()), "雨", device(9)));
    sits.push(deleted(&completed(&started_session()), device(3)));
    sits.sort_by_key(|sit| sit.id);
    for count in 0..=sits.len() {
        let mut ours = Digest::default();
        sits[..count].iter().for_each(|sit| ours.add(sit));
        push(&server, user, &sits[..count]).await;
        let theirs = server.digest(user).await.unwrap();
        assert_eq!((theirs.count, theirs.digest), ours.finish(), "of {count} sessions");
    }
    // The digest depends on the fields that it contains, and on no others.
    let before = server.digest(user).await.unwrap();
    let changed = noted(&sits[0], "again", device(8));
    push(&server, user, &[changed]).await;
    assert_ne!(server.digest(user).await.unwrap(), before);
}

pub async fn a_server_reports_its_health(test_server: &impl TestServer) {
    // Also without signing in.
    let server = test_server.stranger(test_server.account());
    let health = server.health().await.unwrap();
    assert_eq!(health.findings, Vec::<String>::new());
    assert_eq!((health.rows_a_push, health.bytes_a_push), (5000, 4 << 20));
    assert_eq!(health.oldest_client, "0.1.0");
}

pub async fn real_life_06_a_server_with_a_later_schema_accepts_pulls_and_pushes(
    test_server: &impl TestServer,
) {
    let (user, server) = new_account(test_server);
    let (begun, other, new) =
        (started_session(), completed(&started_session()), completed(&started_session()));
    let odd = completed(&begun);
    push(&server, user, &[odd.clone(), other.clone()]).await;
    test_server.simulate_later_schema(user, odd.id);
    let page = server.pull(user, None, NO_LIMIT).await.unwrap();
    let PullResponse::Rows { rows, unreadable, more: false, .. } = page else { panic!("{page:?}") };
    assert_eq!(rows, std::slice::from_ref(&other), "an additional field is ignored");
    let [row] = &unreadable[..] else { panic!("{unreadable:?}") };
    assert!(row.id == odd.id.0 && row.body.contains("watch"), "{row:?}");
    // An older state of it is merged there, and the result is kept as it is.
    let outcomes = push(&server, user, &[begun, new.clone()]).await.outcomes;
    assert!(
        matches!(&outcomes[0], RowOutcome::Unreadable(row) if row.id == odd.id.0),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1], RowOutcome::Accepted);
    // Digests can still be compared.
    let mut ours = Digest::default();
    let mut sits = [odd.clone(), other, new];
    sits.sort_by_key(|sit| sit.id);
    for sit in &sits {
        match sit.id == odd.id {
            true => assert!(ours.add_unreadable(&row.body)),
            false => ours.add(sit),
        }
    }
    let theirs = server.digest(user).await.unwrap();
    assert_eq!((theirs.count, theirs.digest), ours.finish());
}

pub async fn fault_39_a_restored_server_is_detected_even_if_another_device_pushed_first(
    test_server: &impl TestServer,
) {
    let (user, one) = new_account(test_server);
    let two = test_server.device(user);
    let (kept, lost, others) = (many(2), many(2), many(5));
    push(&one, user, &kept).await;
    let (_, old) = pull_after(&one, user, None).await;
    let backup = test_server.dump();
    let new = push(&one, user, &lost).await.after;
    test_server.restore(&backup);
    assert_eq!(one.pull(user, Some(new), NO_LIMIT).await.unwrap(), PullResponse::Diverged);
    // Until the head is above the cursor: sequence numbers repeat, history ids do not.
    let head = push(&two, user, &others).await.after;
    assert!(head.seq > new.seq);
    assert_eq!(one.pull(user, Some(new), NO_LIMIT).await.unwrap(), PullResponse::Diverged);
    // A device that had read no further than the backup continues.
    assert_eq!(pull_after(&two, user, Some(old)).await.0, by_id(&others));
    // The device that detects it pushes everything.
    let all: Vec<Session> = [kept, lost].concat();
    assert_eq!(push(&one, user, &all).await.outcomes, vec![RowOutcome::Accepted; 4]);
    assert_eq!(pull_all(&two, user).await, by_id(&[all, others].concat()));
}
