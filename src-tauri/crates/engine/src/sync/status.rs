//! What clients are shown of the account and its sync.

use super::errors;
use crate::protocol::{IpcError, OwnerView, Progress, SyncNeed, SyncState, SyncView};
use crate::view::{moment, owner};
use zafu_core::time::{UtcOffset, WallTime};
use zafu_store::{Account, Backlog, Store, StoreError};
use zafu_sync::{Hold, RemoteError};

/// What only the running sync knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection {
    pub hold: Option<Hold>,
    pub last_failure: Option<RemoteError>,
    pub progress: Option<Progress>,
    /// The keychain has no credentials of the account.
    pub has_no_credentials: bool,
    /// The keychain cannot be used.
    pub keychain_failure: Option<IpcError>,
    /// The credentials are lost when the engine stops.
    pub is_not_kept: bool,
}

/// Returns what clients are shown while no sync runs.
///
/// # Errors
/// What the disk says.
pub(crate) fn without_sync(store: &Store, here: UtcOffset) -> Result<Option<SyncView>, StoreError> {
    let Some(account) = store.account()? else { return Ok(None) };
    let backlog = store.backlog(account.id)?;
    view_of(store, account, backlog, Connection::default(), here).map(Some)
}

/// Returns what clients are shown of `account`.
pub(super) fn view_of(
    store: &Store,
    account: Account,
    backlog: Backlog,
    connection: Connection,
    here: UtcOffset,
) -> Result<SyncView, StoreError> {
    let ownerless =
        if account.signed_in && !account.declined_ownerless { store.ownerless()? } else { 0 };
    let orphan = store.orphans()?.into_iter().next().map(|one| Box::new(owner(one)));
    Ok(view(account, backlog, ownerless, orphan, connection, here))
}

fn view(
    account: Account,
    backlog: Backlog,
    ownerless: u32,
    adopt_from: Option<Box<OwnerView>>,
    connection: Connection,
    here: UtcOffset,
) -> SyncView {
    let Backlog { pending, rejected, local_only, unreadable, rejected_labels } = backlog;
    let held = connection.hold.as_ref().map(errors::need);
    let closed = connection.has_no_credentials || connection.keychain_failure.is_some();
    let need = held
        .or(closed.then_some(SyncNeed::SignIn))
        .or((ownerless > 0).then_some(SyncNeed::Adopt))
        .or(adopt_from.is_some().then_some(SyncNeed::AdoptFrom))
        .or((rejected > 0).then_some(SyncNeed::Rejected))
        .filter(|_| account.signed_in);
    // Sessions of other devices may be missing.
    let unsure = account.synced_at.is_none() || connection.last_failure.is_some();
    let state = match need {
        _ if !account.signed_in => SyncState::SignedOut,
        Some(_) => SyncState::ActionNeeded,
        None if connection.progress.is_some() => SyncState::Syncing,
        None if pending > 0 || unsure => SyncState::Waiting,
        None => SyncState::Synced,
    };
    SyncView {
        email: account.email,
        project: account.url,
        signed_in: account.signed_in,
        state,
        pending,
        rejected,
        local_only,
        unreadable,
        rejected_labels,
        ownerless,
        adopt_from,
        synced_at: account.synced_at.map(|at| moment(WallTime::new(at, here))),
        progress: connection.progress,
        need,
        trouble: connection
            .hold
            .as_ref()
            .and_then(errors::trouble)
            .or(connection.keychain_failure)
            .or(connection.last_failure.map(IpcError::from)),
        until_quit: connection.is_not_kept,
        keeps_texts: account.keeps_texts,
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

    fn view_with(
        signed_in: bool,
        pending: u32,
        rejected: u32,
        ownerless: u32,
        connection: Connection,
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
            keeps_texts: false,
        };
        let backlog = Backlog { pending, rejected, ..Backlog::default() };
        view(account, backlog, ownerless, None, connection, UtcOffset(0))
    }

    #[test]
    fn an_action_of_the_user_is_shown_before_a_backlog() {
        let held = |hold| Connection { hold: Some(hold), ..Connection::default() };
        let lost = Connection { has_no_credentials: true, ..Connection::default() };
        for (view, state, need) in [
            (view_with(true, 0, 0, 0, Connection::default()), SyncState::Synced, None),
            (view_with(true, 2, 0, 0, Connection::default()), SyncState::Waiting, None),
            (view_with(false, 2, 0, 0, Connection::default()), SyncState::SignedOut, None),
            (view_with(false, 2, 1, 0, lost.clone()), SyncState::SignedOut, None),
            (view_with(true, 2, 0, 0, lost), SyncState::ActionNeeded, Some(SyncNeed::SignIn)),
            (
                view_with(true, 2, 1, 0, Connection::default()),
                SyncState::ActionNeeded,
                Some(SyncNeed::Rejected),
            ),
            (
                view_with(true, 2, 1, 3, Connection::default()),
                SyncState::ActionNeeded,
                Some(SyncNeed::Adopt),
            ),
            (
                view_with(true, 2, 1, 3, held(Hold::Erased(Uuid::nil()))),
                SyncState::ActionNeeded,
                Some(SyncNeed::Erased),
            ),
            (
                view_with(true, 2, 0, 0, held(Hold::KeyRejected)),
                SyncState::ActionNeeded,
                Some(SyncNeed::Key),
            ),
            (
                view_with(true, 2, 0, 0, held(Hold::AccountBlocked)),
                SyncState::ActionNeeded,
                Some(SyncNeed::Blocked),
            ),
            (
                view_with(true, 0, 0, 0, held(Hold::ClientTooOld("9.0.0".into()))),
                SyncState::ActionNeeded,
                Some(SyncNeed::TooOld),
            ),
        ] {
            assert_eq!((view.state, view.need), (state, need), "{view:?}");
        }
    }

    #[test]
    fn real_life_04_a_token_that_is_rejected_for_a_while_needs_no_action() {
        let fault = Fault::Status { status: 401, code: Some("PGRST303".into()) };
        let connection = Connection { last_failure: Some(fault.into()), ..Connection::default() };
        let view = view_with(true, 2, 0, 0, connection);
        assert_eq!((view.state, view.need), (SyncState::Waiting, None));
        let trouble = view.trouble.unwrap();
        assert_eq!(trouble.code, ErrorCode::Network);
        assert_eq!(trouble.message.id, "server-session-rejected");
    }

    #[test]
    fn a_transient_failure_is_shown_and_needs_no_action() {
        let connection =
            Connection { last_failure: Some(Fault::Unreachable.into()), ..Connection::default() };
        let view = view_with(true, 0, 0, 0, connection);
        assert_eq!((view.state, view.need), (SyncState::Waiting, None));
        assert_eq!(view.trouble.unwrap().message.id, "server-synced-later");
    }
}
