//! Accounts, tokens and erasures.

use super::{Bench, MUCH, by_id, class_of, everything, outgoing, push, rest, someone};
use crate::sits::{begun, completed, many};
use zafu_store::RowOutcome;
use zafu_sync::remote::{PullResponse, PushResponse};
use zafu_sync::{ErrorClass, Fault, Remote};

pub async fn real_life_22_two_accounts_have_a_session_with_the_same_id(bench: &impl Bench) {
    let (one, ones) = someone(bench);
    let (two, twos) = someone(bench);
    let (begun, other) = (begun(), many(1));
    push(&ones, one, std::slice::from_ref(&begun)).await;
    // Each has its own, and learns nothing of the other.
    let sent = [completed(&begun), other[0].clone()];
    assert_eq!(
        push(&twos, two, &sent).await.outcomes,
        [RowOutcome::Accepted, RowOutcome::Accepted]
    );
    assert_eq!(everything(&twos, two).await, by_id(&sent));
    assert_eq!(everything(&ones, one).await, by_id(&[begun]));
    assert_eq!(twos.digest(two).await.unwrap().count, 2);
}

pub async fn erased_sessions_are_not_accepted_from_a_device_that_does_not_know_of_the_erasure(
    bench: &impl Bench,
) {
    let (user, one) = someone(bench);
    let two = bench.device(user);
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
    match two.pull(user, Some(cursor), MUCH).await.unwrap() {
        PullResponse::Rows { rows, more, erasure_id, .. } => {
            assert_eq!((rows, more, erasure_id), (vec![], false, Some(first)));
        }
        PullResponse::Diverged => panic!("an erasure does not change the server"),
    }
    assert_eq!(two.digest(user).await.unwrap().count, 0);
    // A device that knows of it can upload again.
    let said = two.push(user, &outgoing(&sits), Some(first)).await.unwrap();
    assert!(
        matches!(&said, PushResponse::Stored { outcomes, .. } if outcomes.len() == 2),
        "{said:?}"
    );
    assert_eq!(rest(&one, user, Some(cursor)).await.0, by_id(&sits));
    // A second erasure has another id.
    let second = one.erase(user).await.unwrap();
    assert_ne!(second, first);
    let said = two.push(user, &outgoing(&sits), Some(first)).await.unwrap();
    assert_eq!(said, PushResponse::Erased(second));
    // Another account may have the same ids.
    let (other, others) = someone(bench);
    assert_eq!(push(&others, other, &sits).await.outcomes, vec![RowOutcome::Accepted; 2]);
}

pub async fn an_expired_token_is_refreshed(bench: &impl Bench) {
    let (user, server) = bench.outdated(true).await;
    let sits = many(1);
    assert_eq!(class_of(server.push(user, &outgoing(&sits), None).await), ErrorClass::Session);
    assert_eq!(class_of(server.pull(user, None, MUCH).await), ErrorClass::Session);
    assert_eq!(class_of(server.digest(user).await), ErrorClass::Session);
    server.refresh(user).await.unwrap();
    assert_eq!(everything(&server, user).await, by_id(&[]), "nothing was stored without it");
    assert_eq!(push(&server, user, &sits).await.outcomes, [RowOutcome::Accepted]);
}

pub async fn a_revoked_session_needs_a_new_sign_in(bench: &impl Bench) {
    let (user, server) = bench.outdated(false).await;
    assert_eq!(class_of(server.digest(user).await), ErrorClass::Session);
    assert_eq!(class_of(server.refresh(user).await), ErrorClass::SignIn);
}

pub async fn requests_without_a_token_are_rejected(bench: &impl Bench) {
    let user = bench.account();
    let server = bench.stranger(user);
    assert_eq!(class_of(server.push(user, &outgoing(&many(1)), None).await), ErrorClass::Session);
    assert_eq!(class_of(server.pull(user, None, MUCH).await), ErrorClass::Session);
    assert_eq!(class_of(server.digest(user).await), ErrorClass::Session);
    assert_eq!(class_of(server.erase(user).await), ErrorClass::Session);
    assert!(everything(&bench.device(user), user).await.is_empty());
}

pub async fn requests_for_another_account_are_not_sent(bench: &impl Bench) {
    let (user, server) = someone(bench);
    let other = bench.account();
    push(&bench.device(other), other, &many(1)).await;
    let errors = [
        server.push(other, &outgoing(&many(1)), None).await.unwrap_err(),
        server.pull(other, None, MUCH).await.unwrap_err(),
        server.digest(other).await.unwrap_err(),
        server.erase(other).await.unwrap_err(),
        server.refresh(other).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.fault == Fault::OtherAccount), "{errors:?}");
    assert!(everything(&server, user).await.is_empty());
    assert_eq!(everything(&bench.device(other), other).await.len(), 1);
}

pub async fn fault_45_requests_of_a_deleted_account_are_rejected(bench: &impl Bench) {
    let (user, server) = someone(bench);
    let sits = many(2);
    push(&server, user, &sits).await;
    bench.delete(user);
    assert_eq!(class_of(server.push(user, &outgoing(&sits), None).await), ErrorClass::Account);
    assert_eq!(class_of(server.push(user, &[], None).await), ErrorClass::Account);
    assert_eq!(class_of(server.pull(user, None, MUCH).await), ErrorClass::Account);
    assert_eq!(class_of(server.erase(user).await), ErrorClass::Account);
    // Without sessions, the digest is zero.
    assert_eq!(server.digest(user).await.unwrap().count, 0);
    let (other, others) = someone(bench);
    assert_eq!(push(&others, other, &sits).await.outcomes, vec![RowOutcome::Accepted; 2]);
}
