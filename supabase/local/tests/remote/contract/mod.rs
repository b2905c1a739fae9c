//! The contract of a server. Each rule is tested with the fake server in memory and with the real one, so that tests with
//! the fake one are valid for the real one.

mod labels;
mod partner;
mod reading;
mod servers;
mod trust;
mod writing;

use servers::{Fake, Real};
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_store::{Cursor, Outgoing, RowOutcome};
use zafu_sync::remote::{PullLimit, PullResponse, PushResponse};
use zafu_sync::{ErrorClass, Invitations, Remote, RemoteError};

/// A server, and what tests can do to it besides requests.
trait TestServer {
    /// The remote of a device.
    type Device: Remote + Invitations;
    /// A backup of the server.
    type Backup;

    /// Creates an account.
    fn account(&self) -> UserId;
    /// Returns the remote of a device that is signed in to `account`.
    fn device(&self, account: UserId) -> Self::Device;
    /// Returns the remote of a device that is not signed in.
    fn stranger(&self, account: UserId) -> Self::Device;
    /// Returns an account and the remote of a device whose token has expired. Unless it is `refreshable`, its auth session
    /// has ended too.
    async fn with_expired_token(&self, refreshable: bool) -> (UserId, Self::Device);
    /// Deletes an account. Its tokens stay valid until they expire.
    fn delete(&self, account: UserId);
    /// Creates a backup of the whole server.
    fn dump(&self) -> Self::Backup;
    /// Simulates a later schema: one session of `account` has an unknown source, and each row has one more field.
    fn simulate_later_schema(&self, account: UserId, sit: SessionId);
    /// Restores a backup.
    fn restore(&self, backup: &Self::Backup);
}

/// Declares a test of each rule for both servers. Rules that restore a backup use a separate server.
macro_rules! contract {
    (
        shared: $($module:ident :: { $($rule:ident),+ $(,)? })+;
        separate: $($separate_module:ident :: $separate_rule:ident),+ $(,)?
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
                fn $separate_rule() {
                    crate::wait(super::$separate_module::$separate_rule(&Fake::new()));
                }
            )+
        }
        mod real {
            use super::Real;
            $($(
                #[test]
                fn $rule() {
                    let Some(test_server) = Real::shared() else { return };
                    crate::wait(super::$module::$rule(&test_server));
                }
            )+)+
            $(
                #[test]
                fn $separate_rule() {
                    let Some(test_server) = Real::separate() else { return };
                    crate::wait(super::$separate_module::$separate_rule(&test_server));
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
    labels::{
        labels_are_returned_as_they_were_sent,
        the_higher_revision_of_a_label_wins_in_any_order,
        a_change_of_labels_is_seen_by_the_next_pull,
        invalid_labels_are_rejected_and_block_no_other,
        an_account_has_a_limited_number_of_labels,
        labels_of_another_account_stay_as_they_are,
        erased_labels_are_not_accepted_from_a_device_that_does_not_know_of_the_erasure,
    }
    partner::{
        an_invitation_is_accepted_once,
        an_invitation_is_previewed_without_an_account,
        refusals_of_users_with_partners_are_values,
        registers_are_returned_as_they_were_sent,
        a_partner_sees_counts_and_times_only_if_they_are_shared,
        of_equal_revisions_the_level_that_shows_less_wins,
        a_bow_is_delivered_once_and_leaving_ends_the_partnership,
        a_pull_tells_when_there_is_something_to_read_about_the_partner,
        an_erasure_ends_the_partnership,
        the_later_choice_about_texts_is_returned_by_every_pull,
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
    separate:
    reading::fault_39_a_restored_server_is_detected_even_if_another_device_pushed_first,
    labels::fault_39_a_restored_server_has_the_labels_of_its_backup,
    reading::real_life_06_a_server_with_a_later_schema_accepts_pulls_and_pushes,
}

/// Returns a new account and the remote of its device.
fn new_account<B: TestServer>(test_server: &B) -> (UserId, B::Device) {
    let account = test_server.account();
    (account, test_server.device(account))
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
async fn pull_page(
    server: &impl Remote,
    account: UserId,
    after: Option<Cursor>,
    limit: PullLimit,
) -> (Vec<Session>, Cursor, bool) {
    match server.pull(account, after, limit).await.unwrap() {
        PullResponse::Rows { rows, next, more, .. } => (rows, next, more),
        PullResponse::Diverged => {
            panic!("the cursor of its own response {after:?} is unknown to it")
        }
    }
}

const NO_LIMIT: PullLimit = PullLimit { rows: 1000, bytes: 1 << 20 };

/// Pulls everything after a cursor. Returns the sessions and the new cursor.
async fn pull_after(
    server: &impl Remote,
    account: UserId,
    mut after: Option<Cursor>,
) -> (BTreeMap<SessionId, Session>, Cursor) {
    let mut all = BTreeMap::new();
    loop {
        let (rows, next, more) = pull_page(server, account, after, NO_LIMIT).await;
        for sit in rows {
            assert_eq!(all.insert(sit.id, sit), None, "a session came twice");
        }
        if !more {
            return (all, next);
        }
        after = Some(next);
    }
}

async fn pull_all(server: &impl Remote, account: UserId) -> BTreeMap<SessionId, Session> {
    pull_after(server, account, None).await.0
}

fn by_id(sits: &[Session]) -> BTreeMap<SessionId, Session> {
    sits.iter().map(|sit| (sit.id, sit.clone())).collect()
}

/// A history id that the server does not know.
fn unknown_history_id() -> Uuid {
    Uuid::new_v4()
}

fn class_of<T: std::fmt::Debug>(result: Result<T, RemoteError>) -> ErrorClass {
    result.unwrap_err().class()
}
