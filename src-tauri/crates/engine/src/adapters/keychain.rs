//! Stores the accounts' secrets in the system's keychain: Secret Service, macOS Keychain or Windows Credential Manager.
//!
//! Each may ask the user to unlock it and blocks until then: never call it on a thread that other threads wait for.

use keyring_core::{CredentialStore, Entry, Error};
use std::path::Path;
use std::sync::Arc;
use zafu_core::ids::UserId;
use zafu_core::message;
use zafu_sync::supabase::{Vault, VaultError};

/// The service name under which the keychain lists Zafu's secrets.
const SERVICE: &str = "app.zafu.Zafu";

/// The secrets of one data folder in the system's keychain.
pub struct Keychain {
    /// The path of the data folder, part of each entry's name: two folders are two devices with separate credentials.
    folder: String,
}

impl Keychain {
    /// Returns the keychain for the data folder at `path`.
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

/// Converts an error. Some contain the secret, so only the kind and the system's message are passed on.
fn reason(error: Error) -> VaultError {
    VaultError(match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string().into(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            message!("server-keychain-damaged").into()
        }
        Error::Ambiguous(_) => message!("server-keychain-ambiguous").into(),
        other => other.to_string().into(),
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
