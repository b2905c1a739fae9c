//! What renews a session, in the system's keychain: the Secret Service, macOS's keychain, Windows' credentials.
//!
//! Any of them may ask the person to unlock it: no thread that anybody waits for calls it.

use keyring_core::{CredentialStore, Entry, Error};
use std::path::Path;
use std::sync::Arc;
use zafu_core::ids::UserId;
use zafu_sync::supabase::{Vault, VaultError};

/// Under which name the system shows our secrets.
const SERVICE: &str = "app.zafu.Zafu";

/// The system's keychain, as far as one data folder uses it.
pub struct Keychain {
    /// Two folders are two devices, each with a session of its own.
    folder: String,
}

impl Keychain {
    /// For the folder at `path`.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self { folder: path.display().to_string() }
    }

    fn entry(&self, account: UserId) -> Result<Entry, VaultError> {
        let store = system::store().map_err(reason)?;
        Entry::new_in_store(&store, SERVICE, &format!("{account} in {}", self.folder))
            .map_err(reason)
    }
}

impl Vault for Keychain {
    fn read(&self, account: UserId) -> Result<Option<String>, VaultError> {
        match self.entry(account)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(reason(error)),
        }
    }

    fn write(&self, account: UserId, secret: &str) -> Result<(), VaultError> {
        self.entry(account)?.set_password(secret).map_err(reason)
    }

    fn remove(&self, account: UserId) -> Result<(), VaultError> {
        match self.entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(reason(error)),
        }
    }
}

/// Some of these errors hold what was read: only their kind and the system's own words are passed on.
fn reason(error: Error) -> VaultError {
    VaultError(match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is damaged".into(),
        Error::Ambiguous(_) => "it holds more than one secret for this account".into(),
        other => other.to_string(),
    })
}

#[cfg(target_os = "linux")]
mod system {
    use super::{Arc, CredentialStore, Error};
    use crate::adapters::bus;

    pub fn store() -> Result<Arc<CredentialStore>, Error> {
        bus::look_for_session().map_err(|none| Error::NoStorageAccess(Box::new(none)))?;
        dbus_secret_service_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
    }
}

#[cfg(target_os = "macos")]
mod system {
    use super::{Arc, CredentialStore, Error};

    pub fn store() -> Result<Arc<CredentialStore>, Error> {
        let store = apple_native_keyring_store::keychain::Store::new()?;
        Ok(store)
    }
}

#[cfg(windows)]
mod system {
    use super::{Arc, CredentialStore, Error};

    pub fn store() -> Result<Arc<CredentialStore>, Error> {
        let store = windows_native_keyring_store::Store::new()?;
        Ok(store)
    }
}
