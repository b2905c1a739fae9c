//! What a server must do, whichever it is. Each rule is one test of the server in memory and one of the real one:
//! whatever is shown with the first is worth as much as the first is like the second.

mod benches;
mod reading;
mod trust;
mod writing;

use benches::{Fake, Real};
use std::collections::BTreeMap;
use uuid::Uuid;
use zafu_core::ids::{SessionId, UserId};
use zafu_core::session::Session;
use zafu_store::Cursor;
use zafu_sync::remote::{Page, PullAnswer, PushAnswer, Word};
use zafu_sync::{Class, Remote, RemoteError, class};

/// A server, and what its tests can do to it besides asking.
trait Bench {
    /// A device's way to it.
    type Way: Remote;
    /// What a backup holds.
    type Backup;

    /// Makes an account.
    fn account(&self) -> UserId;
    /// A device where `account` is signed in.
    fn device(&self, account: UserId) -> Self::Way;
    /// A device where nobody is signed in.
    fn stranger(&self, account: UserId) -> Self::Way;
    /// An account, and a device whose token for it has run out. If it is not `renewable`, its session was ended too.
    async fn outdated(&self, renewable: bool) -> (UserId, Self::Way);
    /// Deletes an account. Its tokens are good for as long as they say.
    fn delete(&self, account: UserId);
    /// Makes a backup of everything.
    fn dump(&self) -> Self::Backup;
    /// Gets a later schema: a sit of `account` is of a source that only later versions know, and each row has one field
    /// more.
    fn advance(&self, account: UserId, sit: SessionId);
    /// Goes back to it.
    fn restore(&self, backup: &Self::Backup);
}

/// Names each rule twice. Those that go back to a backup have a server of their own.
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
        each_sit_gets_the_word_that_is_due,
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

/// A new account, and a device of its.
fn someone<B: Bench>(bench: &B) -> (UserId, B::Way) {
    let account = bench.account();
    (account, bench.device(account))
}

/// What a push that was taken in came to.
struct Taken {
    words: Vec<Word>,
    before: Cursor,
    after: Cursor,
}

async fn push(server: &impl Remote, account: UserId, sits: &[Session]) -> Taken {
    match server.push(account, sits, None).await.unwrap() {
        PushAnswer::Taken { verdicts, before, after } => {
            let ids: Vec<SessionId> = verdicts.iter().map(|judged| judged.id).collect();
            assert_eq!(
                ids,
                sits.iter().map(|sit| sit.id).collect::<Vec<_>>(),
                "a verdict for each"
            );
            Taken { words: verdicts.into_iter().map(|it| it.word).collect(), before, after }
        }
        PushAnswer::Erased(erasure_id) => panic!("erased as {erasure_id}"),
    }
}

/// One page, which must be one: its sits, where to go on, and whether something follows.
async fn page(
    server: &impl Remote,
    account: UserId,
    after: Option<Cursor>,
    page: Page,
) -> (Vec<Session>, Cursor, bool) {
    match server.pull(account, after, page).await.unwrap() {
        PullAnswer::Page { rows, next, more, .. } => (rows, next, more),
        PullAnswer::Diverged => panic!("its own cursor {after:?} is unknown to it"),
    }
}

const MUCH: Page = Page { rows: 1000, bytes: 1 << 20 };

/// All that follows, and where it ends.
async fn rest(
    server: &impl Remote,
    account: UserId,
    mut after: Option<Cursor>,
) -> (BTreeMap<SessionId, Session>, Cursor) {
    let mut all = BTreeMap::new();
    loop {
        let (rows, next, more) = page(server, account, after, MUCH).await;
        for sit in rows {
            assert_eq!(all.insert(sit.id, sit), None, "it came twice");
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

/// A mark that nobody has left.
fn no_mark() -> Uuid {
    Uuid::new_v4()
}

fn class_of<T: std::fmt::Debug>(said: Result<T, RemoteError>) -> Class {
    class::class(&said.unwrap_err())
}
