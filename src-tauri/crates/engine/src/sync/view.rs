//! How the account and its sync look from outside.

use super::words;
use crate::protocol::{IpcError, OwnerView, Progress, SyncNeed, SyncState, SyncView};
use crate::view::{moment, owner};
use zafu_core::time::{UtcOffset, WallTime};
use zafu_store::{Account, Backlog, Store, StoreError};
use zafu_sync::{Hold, RemoteError};

/// What only the thread of the sync knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub hold: Option<Hold>,
    pub last_failure: Option<RemoteError>,
    pub progress: Option<Progress>,
    /// The secret that opens the account is not there.
    pub lost: bool,
    /// The keychain cannot be asked.
    pub unasked: Option<IpcError>,
    /// The secret is nowhere but here.
    pub for_now: bool,
}

/// How it looks while no sync runs.
///
/// # Errors
/// What the disk says.
pub(crate) fn resting(store: &Store, here: UtcOffset) -> Result<Option<SyncView>, StoreError> {
    let Some(account) = store.account()? else { return Ok(None) };
    let backlog = store.backlog(account.id)?;
    look(store, account, backlog, Known::default(), here).map(Some)
}

/// How it looks, with what was read of `account` already.
pub(super) fn look(
    store: &Store,
    account: Account,
    backlog: Backlog,
    known: Known,
    here: UtcOffset,
) -> Result<SyncView, StoreError> {
    let ownerless =
        if account.signed_in && !account.declined_ownerless { store.ownerless()? } else { 0 };
    let orphan = store.orphans()?.into_iter().next().map(|one| Box::new(owner(one)));
    Ok(view(account, backlog, ownerless, orphan, known, here))
}

fn view(
    account: Account,
    backlog: Backlog,
    ownerless: u32,
    adopt_from: Option<Box<OwnerView>>,
    known: Known,
    here: UtcOffset,
) -> SyncView {
    let Backlog { pending, rejected: refused, local_only: kept, unreadable } = backlog;
    let held = known.hold.as_ref().map(words::need);
    let closed = known.lost || known.unasked.is_some();
    let need = held
        .or(closed.then_some(SyncNeed::SignIn))
        .or((ownerless > 0).then_some(SyncNeed::Adopt))
        .or(adopt_from.is_some().then_some(SyncNeed::AdoptFrom))
        .or((refused > 0).then_some(SyncNeed::Refused))
        .filter(|_| account.signed_in);
    // What other devices have sent may not be here yet.
    let unsure = account.synced_at.is_none() || known.last_failure.is_some();
    let state = match need {
        _ if !account.signed_in => SyncState::SignedOut,
        Some(_) => SyncState::NeedsYou,
        None if known.progress.is_some() => SyncState::Syncing,
        None if pending > 0 || unsure => SyncState::Waiting,
        None => SyncState::Synced,
    };
    SyncView {
        email: account.email,
        project: account.url,
        signed_in: account.signed_in,
        state,
        pending,
        refused,
        kept,
        unreadable,
        ownerless,
        adopt_from,
        synced_at: account.synced_at.map(|at| moment(WallTime::new(at, here))),
        progress: known.progress,
        need,
        trouble: known
            .hold
            .as_ref()
            .and_then(words::trouble)
            .or(known.unasked)
            .or(known.last_failure.map(IpcError::from)),
        for_now: known.for_now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;
    use chrono::DateTime;
    use uuid::Uuid;
    use zafu_core::ids::UserId;
    use zafu_sync::Fault;

    fn looked(
        signed_in: bool,
        pending: u32,
        refused: u32,
        ownerless: u32,
        known: Known,
    ) -> SyncView {
        let account = Account {
            id: UserId(Uuid::nil()),
            url: "https://example.org".into(),
            key: "key".into(),
            email: "me@example.org".into(),
            signed_in,
            cursor: None,
            erasure_id: None,
            has_pulled: false,
            synced_at: Some(DateTime::UNIX_EPOCH),
            compared_at: None,
            declined_ownerless: false,
            shown: true,
            closed: None,
            declined_by: None,
        };
        let backlog = Backlog { pending, rejected: refused, ..Backlog::default() };
        view(account, backlog, ownerless, None, known, UtcOffset(0))
    }

    #[test]
    fn what_the_person_must_do_goes_before_what_waits() {
        let held = |hold| Known { hold: Some(hold), ..Known::default() };
        let lost = Known { lost: true, ..Known::default() };
        for (view, state, need) in [
            (looked(true, 0, 0, 0, Known::default()), SyncState::Synced, None),
            (looked(true, 2, 0, 0, Known::default()), SyncState::Waiting, None),
            (looked(false, 2, 0, 0, Known::default()), SyncState::SignedOut, None),
            (looked(false, 2, 1, 0, lost.clone()), SyncState::SignedOut, None),
            (looked(true, 2, 0, 0, lost), SyncState::NeedsYou, Some(SyncNeed::SignIn)),
            (looked(true, 2, 1, 0, Known::default()), SyncState::NeedsYou, Some(SyncNeed::Refused)),
            (looked(true, 2, 1, 3, Known::default()), SyncState::NeedsYou, Some(SyncNeed::Adopt)),
            (
                looked(true, 2, 1, 3, held(Hold::Erased(Uuid::nil()))),
                SyncState::NeedsYou,
                Some(SyncNeed::Erased),
            ),
            (looked(true, 2, 0, 0, held(Hold::Key)), SyncState::NeedsYou, Some(SyncNeed::Key)),
            (
                looked(true, 2, 0, 0, held(Hold::Blocked)),
                SyncState::NeedsYou,
                Some(SyncNeed::Blocked),
            ),
            (
                looked(true, 0, 0, 0, held(Hold::TooOld("9.0.0".into()))),
                SyncState::NeedsYou,
                Some(SyncNeed::TooOld),
            ),
        ] {
            assert_eq!((view.state, view.need), (state, need), "{view:?}");
        }
    }

    #[test]
    fn real_life_04_a_token_that_is_refused_for_a_while_asks_nothing_of_the_user() {
        let fault = Fault::Answer { status: 401, code: Some("PGRST303".into()) };
        let known = Known { last_failure: Some(fault.into()), ..Known::default() };
        let view = looked(true, 2, 0, 0, known);
        assert_eq!((view.state, view.need), (SyncState::Waiting, None));
        let trouble = view.trouble.unwrap();
        assert_eq!(trouble.code, ErrorCode::Network);
        assert!(trouble.message.contains("clock"), "{}", trouble.message);
    }

    #[test]
    fn a_failure_that_passes_is_said_and_asks_nothing() {
        let known = Known { last_failure: Some(Fault::Unreachable.into()), ..Known::default() };
        let view = looked(true, 0, 0, 0, known);
        assert_eq!((view.state, view.need), (SyncState::Waiting, None));
        assert!(view.trouble.unwrap().message.contains("Everything is kept"));
    }
}
