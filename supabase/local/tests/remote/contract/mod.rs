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
        what_was_sent_comes_back_as_it_was,
        a_late_start_undoes_no_completion,
        each_row_gets_its_outcome,
        real_life_07_a_revision_beyond_its_bound_is_refused,
        an_id_that_comes_twice_in_one_push_is_joined,
        pushing_the_same_again_moves_nothing,
        the_order_of_pushes_makes_no_difference,
        details_and_deletion_are_won_by_the_higher_revision,
        fault_41_one_poison_sit_keeps_no_other_from_being_stored,
        what_is_too_much_for_one_call_is_too_large,
    }
    reading::{
        pages_hold_every_sit_once_and_say_when_they_end,
        a_page_is_cut_by_weight_but_never_empty,
        a_device_need_not_read_its_own_push,
        a_cursor_that_never_was_is_not_believed,
        both_sides_make_the_same_digest,
        a_server_says_how_it_is,
    }
    trust::{
        real_life_22_two_accounts_have_a_session_of_one_id,
        what_was_erased_is_not_sent_again_by_whoever_has_not_heard_of_it,
        a_token_that_ran_out_is_renewed,
        a_session_that_was_ended_asks_for_the_person,
        nobody_is_asked_without_a_token,
        nobody_lends_their_name,
        fault_45_an_account_that_is_gone_is_told_so,
    };
    alone:
    reading::fault_39_a_restored_server_is_noticed_also_when_another_device_was_first,
    reading::real_life_06_a_server_of_a_later_schema_is_read_and_sent_to_all_the_same,
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
