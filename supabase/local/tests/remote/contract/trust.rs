//! Accounts, tokens and erasures.

use super::{
    NO_LIMIT, TestServer, by_id, class_of, new_account, outgoing, pull_after, pull_all, push,
};
use crate::sits::{completed, many, started_session};
use zafu_store::RowOutcome;
use zafu_sync::remote::{PullResponse, PushResponse};
use zafu_sync::{ErrorClass, Fault, Remote};

pub async fn real_life_22_two_accounts_have_a_session_with_the_same_id(
    test_server: &impl TestServer,
) {
    let (one, ones) = new_account(test_server);
    let (two, twos) = new_account(test_server);
    let (begun, other) = (started_session(), many(1));
    push(&ones, one, std::slice::from_ref(&begun)).await;
    // Each has its own, and learns nothing of the other.
    let sent = [completed(&begun), other[0].clone()];
    assert_eq!(
        push(&twos, two, &sent).await.outcomes,
        [RowOutcome::Accepted, RowOutcome::Accepted]
    );
    assert_eq!(pull_all(&twos, two).await, by_id(&sent));
    assert_eq!(pull_all(&ones, one).await, by_id(&[begun]));
    assert_eq!(twos.digest(two).await.unwrap().count, 2);
}

pub async fn erased_sessions_are_not_accepted_from_a_device_that_does_not_know_of_the_erasure(
    test_server: &impl TestServer,
) {
    let (user, one) = new_account(test_server);
    let two = test_server.device(user);
    let sits = many(2);
    let cursor = push(&one, user, &sits).await.after;
    let first = one.erase(user).await.unwrap();
    // The next push or pull of the other device reports it.
    let erased = PushResponse::Erased(first);
    assert_eq!(two.push(user, &outgoing(&sits), None).await.unwrap(), erased);
    assert_eq!(
        two.push(user, &outgoing(&sits), Some(super::unknown_history_id())).await.unwrap(),
        erased
    );
    match two.pull(user, Some(cursor), NO_LIMIT).await.unwrap() {
        PullResponse::Rows { rows, more, erasure_id, .. } => {
            assert_eq!((rows, more, erasure_id), (vec![], false, Some(first)));
        }
        PullResponse::Diverged => panic!("an erasure does not change the server"),
    }
    assert_eq!(two.digest(user).await.unwrap().count, 0);
    // A device that knows of it can upload again.
    let response = two.push(user, &outgoing(&sits), Some(first)).await.unwrap();
    assert!(
        matches!(&response, PushResponse::Stored { outcomes, .. } if outcomes.len() == 2),
        "{response:?}"
    );
    assert_eq!(pull_after(&one, user, Some(cursor)).await.0, by_id(&sits));
    // A second erasure has another id.
    let second = one.erase(user).await.unwrap();
    assert_ne!(second, first);
    let response = two.push(user, &outgoing(&sits), Some(first)).await.unwrap();
    assert_eq!(response, PushResponse::Erased(second));
    // Another account may have the same ids.
    let (other, others) = new_account(test_server);
    assert_eq!(push(&others, other, &sits).await.outcomes, vec![RowOutcome::Accepted; 2]);
}

pub async fn an_expired_token_is_refreshed(test_server: &impl TestServer) {
    let (user, server) = test_server.with_expired_token(true).await;
    let sits = many(1);
    assert_eq!(class_of(server.push(user, &outgoing(&sits), None).await), ErrorClass::Session);
    assert_eq!(class_of(server.pull(user, None, NO_LIMIT).await), ErrorClass::Session);
    assert_eq!(class_of(server.digest(user).await), ErrorClass::Session);
    assert_eq!(class_of(server.sync_labels(user, &[], None).await), ErrorClass::Session);
    server.refresh(user).await.unwrap();
    assert_eq!(pull_all(&server, user).await, by_id(&[]), "nothing was stored without it");
    assert_eq!(push(&server, user, &sits).await.outcomes, [RowOutcome::Accepted]);
}

pub async fn a_revoked_session_needs_a_new_sign_in(test_server: &impl TestServer) {
    let (user, server) = test_server.with_expired_token(false).await;
    assert_eq!(class_of(server.digest(user).await), ErrorClass::Session);
    assert_eq!(class_of(server.refresh(user).await), ErrorClass::SignIn);
}

pub async fn requests_without_a_token_are_rejected(test_server: &impl TestServer) {
    let user = test_server.account();
    let server = test_server.stranger(user);
    assert_eq!(class_of(server.push(user, &outgoing(&many(1)), None).await), ErrorClass::Session);
    assert_eq!(class_of(server.pull(user, None, NO_LIMIT).await), ErrorClass::Session);
    assert_eq!(class_of(server.digest(user).await), ErrorClass::Session);
    assert_eq!(class_of(server.sync_labels(user, &[], None).await), ErrorClass::Session);
    assert_eq!(class_of(server.erase(user).await), ErrorClass::Session);
    assert!(pull_all(&test_server.device(user), user).await.is_empty());
}

pub async fn requests_for_another_account_are_not_sent(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let other = test_server.account();
    push(&test_server.device(other), other, &many(1)).await;
    let errors = [
        server.push(other, &outgoing(&many(1)), None).await.unwrap_err(),
        server.pull(other, None, NO_LIMIT).await.unwrap_err(),
        server.digest(other).await.unwrap_err(),
        server.sync_labels(other, &[], None).await.unwrap_err(),
        server.erase(other).await.unwrap_err(),
        server.refresh(other).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.fault == Fault::OtherAccount), "{errors:?}");
    assert!(pull_all(&server, user).await.is_empty());
    assert_eq!(pull_all(&test_server.device(other), other).await.len(), 1);
}

pub async fn fault_45_requests_of_a_deleted_account_are_rejected(test_server: &impl TestServer) {
    let (user, server) = new_account(test_server);
    let sits = many(2);
    push(&server, user, &sits).await;
    test_server.delete(user);
    assert_eq!(class_of(server.push(user, &outgoing(&sits), None).await), ErrorClass::Account);
    assert_eq!(class_of(server.push(user, &[], None).await), ErrorClass::Account);
    assert_eq!(class_of(server.pull(user, None, NO_LIMIT).await), ErrorClass::Account);
    assert_eq!(class_of(server.sync_labels(user, &[], None).await), ErrorClass::Account);
    assert_eq!(class_of(server.erase(user).await), ErrorClass::Account);
    // Without sessions, the digest is zero.
    assert_eq!(server.digest(user).await.unwrap().count, 0);
    let (other, others) = new_account(test_server);
    assert_eq!(push(&others, other, &sits).await.outcomes, vec![RowOutcome::Accepted; 2]);
}
