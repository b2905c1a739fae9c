//! A keychain that forgets with the process.

use crate::supabase::{Vault, VaultError};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zafu_core::ids::UserId;

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<UserId, String>>);

impl Memory {
    fn all(&self) -> MutexGuard<'_, BTreeMap<UserId, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for Memory {
    fn read(&self, account: UserId) -> Result<Option<String>, VaultError> {
        Ok(self.all().get(&account).cloned())
    }

    fn write(&self, account: UserId, secret: &str) -> Result<(), VaultError> {
        self.all().insert(account, secret.to_owned());
        Ok(())
    }

    fn remove(&self, account: UserId) -> Result<(), VaultError> {
        self.all().remove(&account);
        Ok(())
    }
}
