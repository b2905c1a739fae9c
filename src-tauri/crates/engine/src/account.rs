//! The account, as the process that runs the engine uses it. Its requests may wait for a server or for the user's
//! keychain; the engine's thread does not.

use crate::protocol::{
    CodeRequest, DeadLetterView, IpcError, ProjectView, SignInRequest, SignedInView, SyncReport,
    SyncView,
};
use crate::sync::SyncHandle;
use zafu_core::ids::UserId;

/// A handle on the account and its sync. Every method can fail with `ErrorCode::Storage`, and those that need the server
/// with `ErrorCode::Network`, `ErrorCode::Server` and `ErrorCode::Account`.
pub struct Account<'a>(&'a SyncHandle);

impl<'a> Account<'a> {
    pub(crate) fn new(sync: &'a SyncHandle) -> Self {
        Self(sync)
    }

    /// Returns the state of the sync; `None` if no account was ever signed in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn status(&self) -> Result<Option<SyncView>, IpcError> {
        self.0.call(|sync, respond| sync.status(respond)).await
    }

    /// Returns the project of the last account, or the one for which this build was made.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn project(&self) -> Result<ProjectView, IpcError> {
        self.0.request(|account| async move { account.project() }).await
    }

    /// Signs in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignedInView, IpcError> {
        self.0.request(|account| async move { account.sign_in(request).await }).await
    }

    /// Creates an account and signs in, or has a confirmation mailed first.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sign_up(&self, request: SignInRequest) -> Result<SignedInView, IpcError> {
        self.0.request(|account| async move { account.sign_up(request).await }).await
    }

    /// Has a sign-in code mailed.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn send_code(&self, request: CodeRequest) -> Result<(), IpcError> {
        self.0.request(|account| async move { account.send_code(request).await }).await
    }

    /// Signs out. Removes nothing from this device.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sign_out(&self) -> Result<(), IpcError> {
        self.0.request(|account| async move { account.sign_out().await }).await
    }

    /// Erases the account's sits from the server. They stay on this device. The caller has asked the user.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn erase(&self) -> Result<(), IpcError> {
        self.0.request(|account| async move { account.erase().await }).await
    }

    /// Chooses whether notes and labels stay on the devices of the account, for all of them. What the server has of them
    /// stays there.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn set_keeps_texts(&self, keeps: bool) -> Result<(), IpcError> {
        self.0.request(move |account| async move { account.set_keeps_texts(keeps) }).await
    }

    /// Assigns the sits without an owner to the account, or declines them.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn adopt(&self, adopt: bool) -> Result<(), IpcError> {
        self.0.request(move |account| async move { account.adopt(adopt) }).await
    }

    /// Moves all sits of `owner` to the signed-in account and returns their number, deleted ones included. `confirmed`
    /// says that the user knows that the other account may still be in use.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn adopt_from(&self, owner: UserId, confirmed: bool) -> Result<u32, IpcError> {
        self.0.request(move |account| async move { account.adopt_from(owner, confirmed) }).await
    }

    /// Leaves the sits of `owner` where they are, and does not ask again until the next sign-in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn decline_from(&self, owner: UserId) -> Result<(), IpcError> {
        self.0.request(move |account| async move { account.decline_from(owner) }).await
    }

    /// Resolves an erasure by another device: uploads the sits of this device again, or keeps them on this device only.
    ///
    /// # Errors
    /// As described at [`Account`], and `ErrorCode::Rejected` if there is no erasure to resolve.
    pub async fn after_erasure(&self, upload: bool) -> Result<(), IpcError> {
        self.0.call(move |sync, respond| sync.after_erasure(upload, respond)).await
    }

    /// Syncs until nothing is left to do, and returns what was transferred and the state after it.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sync_now(&self) -> Result<(SyncReport, Option<SyncView>), IpcError> {
        self.0.call(|sync, respond| sync.sync_now(respond)).await
    }

    /// Returns the dead letters.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetterView>, IpcError> {
        self.0.request(|account| async move { account.dead_letters() }).await
    }

    /// Returns the dead letters with all their fields, as they were sent to the server.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn export_dead_letters(&self) -> Result<serde_json::Value, IpcError> {
        self.0.request(|account| async move { account.export_dead_letters() }).await
    }

    /// Sends the dead letters again.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn retry_dead_letters(&self) -> Result<(), IpcError> {
        self.0.request(|account| async move { account.retry_dead_letters() }).await
    }

    /// Returns the findings of the server's health check; `None` if no account is signed in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn check_server(&self) -> Result<Option<Vec<String>>, IpcError> {
        self.0.request(|account| async move { account.check_server().await }).await
    }
}
