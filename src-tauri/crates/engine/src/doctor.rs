//! Checks everything that Zafu needs, and tells the user what to do if something is missing.

use crate::adapters::keychain::Keychain;
use crate::bell;
use crate::client::Client;
use crate::folder::{DataFolder, FolderError};
use crate::sync::AccountClient;
use std::path::Path;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::message;
use zafu_core::message::{Argument, Message};
use zafu_store::{OpenOutcome, ReadOnlyStore, Store};
use zafu_sync::supabase::{Vault, VaultError};

/// The state of a checked item, or what is wrong with it and what to do.
pub type State = Result<Message, Message>;

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the checked item.
    pub what: Message,
    /// Its state.
    pub state: State,
}

/// Runs all checks and returns their results. Creates and changes nothing in the folder.
#[must_use]
pub fn examine(found: Result<DataFolder, FolderError>) -> Vec<Finding> {
    let mut findings = vec![];
    let mut add = |what, state| findings.push(Finding { what, state });
    add(message!("doctor-version"), Ok(value(env!("CARGO_PKG_VERSION"))));
    match &found {
        Ok(folder) => {
            add(message!("doctor-folder"), data_folder(folder));
            add(message!("doctor-logs"), Ok(value(folder.logs().display())));
            add(message!("doctor-engine"), engine(folder));
            add(message!("doctor-database"), database(folder));
            if let Some(state) = rescued(folder.path()) {
                add(message!("doctor-rescued"), state);
            }
        }
        Err(error) => add(message!("doctor-folder"), Err(error.message())),
    }
    add(message!("doctor-sound"), sound());
    add(message!("doctor-notifications"), desktop::notifications());
    if let Ok(folder) = &found {
        add(message!("doctor-keychain"), keychain(folder));
        add(message!("doctor-server"), server(folder));
    }
    add(message!("doctor-tray"), desktop::tray());
    findings
}

/// Returns a name or a path as the state of an item.
fn value(value: impl Into<Argument>) -> Message {
    message!("doctor-value", value = value.into())
}

fn data_folder(folder: &DataFolder) -> State {
    let path = folder.path().display();
    match folder.warning() {
        Some(warning) => Err(warning),
        None if folder.path().is_dir() => Ok(value(path)),
        None => Ok(message!("doctor-folder-later", folder = path)),
    }
}

fn engine(folder: &DataFolder) -> State {
    let state = Client::connect(folder)
        .and_then(|client| client.map(|mut client| client.state()).transpose());
    match state {
        Ok(Some(_)) => Ok(message!("doctor-engine-running")),
        Ok(None) => Ok(message!("doctor-engine-stopped")),
        Err(error) => Err(error.message),
    }
}

fn database(folder: &DataFolder) -> State {
    let checked = ReadOnlyStore::open(folder.path()).and_then(|found| match found {
        OpenOutcome::NoDatabase => Ok(message!("doctor-database-none")),
        OpenOutcome::OlderFormat => Ok(message!("doctor-database-older")),
        OpenOutcome::Open(database) => {
            database.check().map(|()| message!("doctor-database-intact"))
        }
    });
    checked.map_err(|error| error.message())
}

/// Returns `None` if there is no rescued database.
fn rescued(folder: &Path) -> Option<State> {
    let rescued = match Store::rescued(folder) {
        Ok(rescued) => rescued,
        Err(error) => return Some(Err(error.message())),
    };
    let last = rescued.last()?;
    Some(Err(message!("doctor-rescued-found", path = last.display())))
}

fn keychain(folder: &DataFolder) -> State {
    // The entry does not exist, but reading it shows whether the keychain can be used.
    match Keychain::of(folder.path()).read(UserId(Uuid::nil())) {
        Ok(_) => Ok(message!("doctor-keychain-usable")),
        Err(VaultError(reason)) => {
            let remedy = desktop::keychain_remedy();
            Err(message!("doctor-keychain-unusable", reason = reason, remedy = remedy))
        }
    }
}

fn server(folder: &DataFolder) -> State {
    let is_signed_in = match ReadOnlyStore::open(folder.path()) {
        Ok(OpenOutcome::Open(database)) => database.is_signed_in().unwrap_or(true),
        Ok(OpenOutcome::NoDatabase) => false,
        Ok(OpenOutcome::OlderFormat) => true,
        Err(_) => return Err(message!("doctor-server-unknown")),
    };
    // Connecting to an account creates files in the folder, so this is skipped without one.
    if !is_signed_in {
        return Ok(message!("doctor-server-signed-out"));
    }
    let checked = AccountClient::connect(folder).and_then(|mut client| client.check_server());
    match checked.map_err(|error| error.message)? {
        None => Ok(message!("doctor-server-signed-out")),
        Some(problems) if problems.is_empty() => Ok(message!("doctor-server-ready")),
        Some(problems) => Err(message!("doctor-server-problem", reason = problems.join("; "))),
    }
}

fn sound() -> State {
    bell::check_device().map(value).map_err(|error| error.message())
}

/// Returns whether the tray library can be loaded: creating a tray icon without it ends the program.
#[must_use]
pub fn tray_library() -> bool {
    desktop::tray_library()
}

/// Returns whether the desktop shows tray icons at the moment.
#[must_use]
pub fn tray_is_shown() -> bool {
    desktop::tray().is_ok()
}

#[cfg(target_os = "linux")]
mod desktop {
    //! Linux: each service is a name on the session bus.

    use super::State;
    use crate::adapters::bus::{self, Service};
    use zafu_core::message;
    use zafu_core::message::Message;

    const BUS: Service = Service {
        name: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
    };

    pub fn notifications() -> State {
        service("org.freedesktop.Notifications", message!("doctor-notifications-none"))
    }

    pub fn keychain_remedy() -> Message {
        message!("doctor-keychain-install")
    }

    pub fn tray() -> State {
        if !tray_library() {
            return Err(message!("doctor-tray-library"));
        }
        service("org.kde.StatusNotifierWatcher", message!("doctor-tray-none"))
    }

    pub fn tray_library() -> bool {
        ["libayatana-appindicator3.so.1", "libappindicator3.so.1"].iter().any(|name| {
            let Ok(name) = std::ffi::CString::new(*name) else { return false };
            // SAFETY: the name ends in NUL; the initializers of these libraries have no preconditions.
            !unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY) }.is_null()
        })
    }

    /// Returns whether the service `name` is available, or else `absent` as the problem.
    fn service(name: &str, absent: Message) -> State {
        match present(name) {
            Ok(true) => Ok(message!("doctor-service-present")),
            Ok(false) => Err(absent),
            Err(error) => Err(message!("doctor-bus", reason = error.to_string())),
        }
    }

    fn present(name: &str) -> Result<bool, dbus::Error> {
        let session = bus::session()?;
        let (there,): (bool,) = BUS.call(&session, "NameHasOwner", (name,))?;
        if there {
            return Ok(true);
        }
        let (startable,): (Vec<String>,) = BUS.call(&session, "ListActivatableNames", ())?;
        Ok(startable.iter().any(|known| known == name))
    }
}

#[cfg(not(target_os = "linux"))]
mod desktop {
    //! Windows and macOS: all of these are part of the system.

    use super::State;
    use zafu_core::message;
    use zafu_core::message::Message;

    pub fn notifications() -> State {
        Ok(message!("doctor-system"))
    }

    pub fn keychain_remedy() -> Message {
        message!("doctor-keychain-unlock")
    }

    pub fn tray() -> State {
        Ok(message!("doctor-system"))
    }

    pub fn tray_library() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_life_03_a_rescued_database_is_reported_until_it_is_moved() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(rescued(folder.path()), None);
        let first = folder.path().join("zafu.db.rescued-1");
        for name in ["zafu.db.rescued-1", "zafu.db.rescued-1-wal", "zafu.db.rescued-2.partial"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let Some(Err(advice)) = rescued(folder.path()) else { panic!("it is not named") };
        assert_eq!(advice, message!("doctor-rescued-found", path = first.display()));
        std::fs::remove_file(first).unwrap();
        assert_eq!(rescued(folder.path()), None);
    }
}
