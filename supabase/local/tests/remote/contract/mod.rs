//! The contract of a server. Each rule is tested with the fake server in memory and with the real one, so that tests with
//! the fake one are valid for the real one.

mod benches;
mod reading;
mod trust;
mod writing;

use benches::{Fake, Real};
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_store::{Cursor, Outgoing, RowOutcome};
use zafu_sync::remote::{PullLimit, PullResponse, PushResponse};
use zafu_sync::{ErrorClass, Remote, RemoteError};

/// A server, and what tests can do to it besides requests.
trait Bench {
    /// The remote of a device.
    type Way: Remote;
    /// A backup of the server.
    type Backup;

    /// Creates an account.
    fn account(&self) -> UserId;
    /// Returns the remote of a device that is signed in to `account`.
    fn device(&self, account: UserId) -> Self::Way;
    /// Returns the remote of a device that is not signed in.
    fn stranger(&self, account: UserId) -> Self::Way;
    /// Returns an account and the remote of a device whose token has expired. Unless it is `renewable`, its auth session
    /// has ended too.
    async fn outdated(&self, renewable: bool) -> (UserId, Self::Way);
    /// Deletes an account. Its tokens stay valid until they expire.
    fn delete(&self, account: UserId);
    /// Creates a backup of the whole server.
    fn dump(&self) -> Self::Backup;
    /// Simulates a later schema: one session of `account` has an unknown source, and each row has one more field.
    fn advance(&self, account: UserId, sit: SessionId);
    /// Restores a backup.
    fn restore(&self, backup: &Self::Backup);
}

/// Declares a test of each rule for both servers. Rules that restore a backup use a separate server.
macro_rules! contract {
    (
        shared: $($module:ident :: { $($rule:ident),+ $(,)? })+;
        alone: $($lone:ident :: $lonely:ident),+ $(,)?
    ) => {
        mod fake {
            use super::Fake;
            $($(
                #[test]
                fn $rule() {
                    crate::wait(super::$module::$rule(&Fake::new()));
                }
            )+)+
            $(
                #[test]
                fn $lonely() {
                    crate::wait(super::$lone::$lonely(&Fake::new()));
                }
            )+
        }
        mod real {
            use super::Real;
            $($(
                #[test]
                fn $rule() {
                    let Some(bench) = Real::shared() else { return };
                    crate::wait(super::$module::$rule(&bench));
                }
            )+)+
            $(
                #[test]
                fn $lonely() {
                    let Some(bench) = Real::alone() else { return };
                    crate::wait(super::$lone::$lonely(&bench));
                }
            )+
        }
    };
}

contract! {
    shared:
    writing::{
        sent_sessions_are_pulled_unchanged,
        a_late_start_undoes_no_completion,
        each_row_gets_its_outcome,
        real_life_07_a_revision_above_the_maximum_is_rejected,
        a_session_twice_in_one_push_is_merged,
        pushing_the_same_again_does_not_advance_the_head,
        the_order_of_pushes_makes_no_difference,
        the_higher_revision_of_details_and_deletion_wins,
        fault_41_one_invalid_sit_does_not_keep_others_from_being_stored,
        a_push_beyond_the_limits_is_too_large,
    }
    reading::{
        pages_contain_every_sit_once_and_the_last_page_is_marked,
        a_page_is_limited_by_bytes_but_never_empty,
        a_device_does_not_pull_its_own_push,
        an_unknown_cursor_is_rejected,
        client_and_server_compute_the_same_digest,
        a_server_reports_its_health,
    }
    trust::{
        real_life_22_two_accounts_have_a_session_with_the_same_id,
        erased_sessions_are_not_accepted_from_a_device_that_does_not_know_of_the_erasure,
        an_expired_token_is_refreshed,
        a_revoked_session_needs_a_new_sign_in,
        requests_without_a_token_are_rejected,
        requests_for_another_account_are_not_sent,
        fault_45_requests_of_a_deleted_account_are_rejected,
    };
    alone:
    reading::fault_39_a_restored_server_is_detected_even_if_another_device_pushed_first,
    reading::real_life_06_a_server_with_a_later_schema_accepts_pulls_and_pushes,
}

/// Returns a new account and the remote of its device.
fn someone<B: Bench>(bench: &B) -> (UserId, B::Way) {
    let account = bench.account();
    (account, bench.device(account))
}

/// The response to a push that was stored.
struct Stored {
    outcomes: Vec<RowOutcome>,
    before: Cursor,
    after: Cursor,
}

/// Returns sessions as rows to be sent. The server does not see the generation.
fn outgoing(sessions: &[Session]) -> Vec<Outgoing> {
    sessions.iter().map(|session| Outgoing { session: session.clone(), generation: 0 }).collect()
}

async fn push(server: &impl Remote, account: UserId, sits: &[Session]) -> Stored {
    match server.push(account, &outgoing(sits), None).await.unwrap() {
        PushResponse::Stored { outcomes, before, after } => {
            let ids: Vec<SessionId> = outcomes.iter().map(|(id, _)| *id).collect();
            assert_eq!(
                ids,
                sits.iter().map(|sit| sit.id).collect::<Vec<_>>(),
                "an outcome for each"
            );
            let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
            Stored { outcomes, before, after }
        }
        PushResponse::Erased(erasure_id) => panic!("erased as {erasure_id}"),
    }
}

/// Pulls once. Returns the sessions, the next cursor, and whether more follow.
async fn page(
    server: &impl Remote,
    account: UserId,
    after: Option<Cursor>,
    limit: PullLimit,
) -> (Vec<Session>, Cursor, bool) {
    match server.pull(account, after, limit).await.unwrap() {
        PullResponse::Rows { rows, next, more, .. } => (rows, next, more),
        PullResponse::Diverged => panic!("its own cursor {after:?} is unknown to it"),
    }
}

const MUCH: PullLimit = PullLimit { rows: 1000, bytes: 1 << 20 };

/// Pulls everything after a cursor. Returns the sessions and the new cursor.
async fn rest(
    server: &impl Remote,
    account: UserId,
    mut after: Option<Cursor>,
) -> (BTreeMap<SessionId, Session>, Cursor) {
    let mut all = BTreeMap::new();
    loop {
        let (rows, next, more) = page(server, account, after, MUCH).await;
        for sit in rows {
            assert_eq!(all.insert(sit.id, sit), None, "a session came twice");
        }
        if !more {
            return (all, next);
        }
        after = Some(next);
    }
}

async fn everything(server: &impl Remote, account: UserId) -> BTreeMap<SessionId, Session> {
    rest(server, account, None).await.0
}

fn by_id(sits: &[Session]) -> BTreeMap<SessionId, Session> {
    sits.iter().map(|sit| (sit.id, sit.clone())).collect()
}

/// A history id that the server does not know.
fn unknown_history_id() -> Uuid {
    Uuid::new_v4()
}

fn class_of<T: std::fmt::Debug>(said: Result<T, RemoteError>) -> ErrorClass {
    said.unwrap_err().class()
}
