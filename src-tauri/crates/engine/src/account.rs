//! The account, as the process that runs the engine uses it. Its requests may wait for a server or for the user's
//! keychain; the engine's thread does not.

use crate::handle::EngineHandle;
use crate::protocol::{
    CodeRequest, DeadLetterView, ErrorCode, IpcError, OwnerView, ProjectView, SignInRequest,
    SignedInView, SyncReply, SyncReport, SyncRequest, SyncView,
};
use zafu_core::ids::UserId;

/// A handle on the account and its sync. Every method can fail with [`ErrorCode::Storage`], and those that need the
/// server with [`ErrorCode::Network`], [`ErrorCode::Server`] and [`ErrorCode::Account`].
pub struct Account<'a>(&'a EngineHandle);

/// Sends a request of the sync and returns the value of the reply's variant.
macro_rules! request {
    ($account:ident, $request:expr, $Reply:ident) => {
        match $account.0.sync($request).await? {
            SyncReply::$Reply(value) => Ok(value),
            _ => Err(wrong_reply()),
        }
    };
    ($account:ident, $request:expr) => {
        $account.0.sync($request).await.map(drop)
    };
}

impl<'a> Account<'a> {
    pub(crate) fn new(engine: &'a EngineHandle) -> Self {
        Self(engine)
    }

    /// Returns the state of the sync; `None` if no account was ever signed in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn status(&self) -> Result<Option<SyncView>, IpcError> {
        request!(self, SyncRequest::Status, Status)
    }

    /// Returns the project of the last account, or the one for which this build was made.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn project(&self) -> Result<ProjectView, IpcError> {
        request!(self, SyncRequest::Project, Project)
    }

    /// Signs in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignedInView, IpcError> {
        request!(self, SyncRequest::SignIn(request), SignedIn)
    }

    /// Creates an account and signs in, or has a confirmation mailed first.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sign_up(&self, request: SignInRequest) -> Result<SignedInView, IpcError> {
        request!(self, SyncRequest::SignUp(request), SignedIn)
    }

    /// Has a sign-in code mailed.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn send_code(&self, request: CodeRequest) -> Result<(), IpcError> {
        request!(self, SyncRequest::SendCode(request))
    }

    /// Signs out. Removes nothing from this device.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sign_out(&self) -> Result<(), IpcError> {
        request!(self, SyncRequest::SignOut)
    }

    /// Erases the account's sits from the server. They stay on this device. The caller has asked the user.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn erase(&self) -> Result<(), IpcError> {
        request!(self, SyncRequest::Erase)
    }

    /// Assigns the sits without an owner to the account, or declines them.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn adopt(&self, adopt: bool) -> Result<(), IpcError> {
        request!(self, SyncRequest::Adopt(adopt))
    }

    /// Returns every owner of sits on this device, the account in use first.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn owners(&self) -> Result<Vec<OwnerView>, IpcError> {
        request!(self, SyncRequest::Owners, Owners)
    }

    /// Moves all sits of `owner` to the signed-in account and returns their number, deleted ones included. `confirmed`
    /// says that the user knows that the other account may still be in use.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn adopt_from(&self, owner: UserId, confirmed: bool) -> Result<u32, IpcError> {
        request!(self, SyncRequest::AdoptFrom { owner, confirmed }, Adopted)
    }

    /// Leaves the sits of `owner` where they are, and does not ask again until the next sign-in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn decline_from(&self, owner: UserId) -> Result<(), IpcError> {
        request!(self, SyncRequest::DeclineFrom(owner))
    }

    /// Resolves an erasure by another device: uploads the sits of this device again, or keeps them on this device only.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn after_erasure(&self, upload: bool) -> Result<(), IpcError> {
        request!(self, SyncRequest::AfterErasure { upload })
    }

    /// Syncs until nothing is left to do, and returns what was transferred and the state after it.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn sync_now(&self) -> Result<(SyncReport, Option<SyncView>), IpcError> {
        match self.0.sync(SyncRequest::Now).await? {
            SyncReply::Synced(report, view) => Ok((report, view)),
            _ => Err(wrong_reply()),
        }
    }

    /// Returns the dead letters.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetterView>, IpcError> {
        request!(self, SyncRequest::DeadLetters, DeadLetters)
    }

    /// Returns the dead letters with all their fields, as they were sent to the server.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn export_dead_letters(&self) -> Result<serde_json::Value, IpcError> {
        request!(self, SyncRequest::ExportDeadLetters, Exported)
    }

    /// Sends the dead letters again.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn retry_dead_letters(&self) -> Result<(), IpcError> {
        request!(self, SyncRequest::RetryDeadLetters)
    }

    /// Returns the findings of the server's health check; `None` if no account is signed in.
    ///
    /// # Errors
    /// As described at [`Account`].
    pub async fn check_server(&self) -> Result<Option<Vec<String>>, IpcError> {
        request!(self, SyncRequest::Check, Checked)
    }
}

/// The one place for a reply that does not belong to its request, which would be a fault of the sync.
fn wrong_reply() -> IpcError {
    IpcError::new(ErrorCode::Engine, "Zafu answered something else: quit it and start it again")
}
