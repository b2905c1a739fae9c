//! Checks everything that Zafu needs, and tells the user what to do if something is missing.

use crate::adapters::keychain::Keychain;
use crate::bell;
use crate::client::Client;
use crate::folder::{DataFolder, FolderError};
use crate::sync::AccountClient;
use std::path::Path;
use uuid::Uuid;
use zafu_core::ids::UserId;
use zafu_core::message::Argument;
use zafu_store::{OpenOutcome, ReadOnlyStore, Store};
use zafu_sync::supabase::{Vault, VaultError};

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the checked item.
    pub what: &'static str,
    /// The state of the item, or what is wrong with it and what to do.
    pub state: Result<String, String>,
}

/// Runs all checks and returns their results. Creates and changes nothing in the folder.
#[must_use]
pub fn examine(found: Result<DataFolder, FolderError>) -> Vec<Finding> {
    let finding = |what, state| Finding { what, state };
    let mut findings = vec![finding("version", Ok(env!("CARGO_PKG_VERSION").to_owned()))];
    match &found {
        Ok(folder) => findings.extend([
            finding("data folder", data_folder(folder)),
            finding("logs", Ok(folder.logs().display().to_string())),
            finding("engine", engine(folder)),
            finding("database", database(folder)),
        ]),
        Err(error) => findings.push(finding("data folder", Err(error.to_string()))),
    }
    if let Some(state) = found.as_ref().ok().and_then(|folder| rescued(folder.path())) {
        findings.push(finding("rescued database", state));
    }
    findings
        .extend([finding("sound", sound()), finding("notifications", desktop::notifications())]);
    if let Ok(folder) = &found {
        findings.extend([finding("keychain", keychain(folder)), finding("server", server(folder))]);
    }
    findings.push(finding("tray", desktop::tray()));
    findings
}

fn data_folder(folder: &DataFolder) -> Result<String, String> {
    let path = folder.path().display();
    match folder.warning() {
        Some(warning) => Err(warning),
        None if folder.path().is_dir() => Ok(path.to_string()),
        None => Ok(format!("{path} (made when it is needed)")),
    }
}

fn engine(folder: &DataFolder) -> Result<String, String> {
    let asked = Client::connect(folder)
        .and_then(|client| client.map(|mut client| client.state()).transpose());
    match asked {
        Ok(Some(_)) => Ok("running".into()),
        Ok(None) => Ok("not running".into()),
        Err(error) => Err(zafu_messages::text(&error.message)),
    }
}

fn database(folder: &DataFolder) -> Result<String, String> {
    let found = ReadOnlyStore::open(folder.path()).map_err(|error| error.to_string())?;
    match found {
        OpenOutcome::NoDatabase => Ok("nothing was saved yet".into()),
        OpenOutcome::OlderFormat => {
            Ok("of an older Zafu: brought to the newest format when it is used".into())
        }
        OpenOutcome::Open(database) => {
            database.check().map(|()| "whole".into()).map_err(|error| error.to_string())
        }
    }
}

/// Returns `None` if there is no rescued database.
fn rescued(folder: &Path) -> Option<Result<String, String>> {
    let rescued = match Store::rescued(folder) {
        Ok(rescued) => rescued,
        Err(error) => return Some(Err(error.to_string())),
    };
    let last = rescued.last()?.display();
    Some(Err(format!(
        "another file took the place of the database while it was open, and what was saved then is in {last}. \
         `zafu restore {last}` puts it back and keeps what is there now; if that was done, move the file elsewhere"
    )))
}

fn keychain(folder: &DataFolder) -> Result<String, String> {
    // The entry does not exist, but reading it shows whether the keychain can be used.
    match Keychain::of(folder.path()).read(UserId(Uuid::nil())) {
        Ok(_) => Ok("can be used".into()),
        Err(VaultError(reason)) => {
            let reason = match reason {
                Argument::Text(reason) => reason,
                Argument::Number(number) => number.to_string(),
                Argument::Message(message) => zafu_messages::text(&message),
            };
            Err(format!(
                "cannot be used ({reason}): an account lasts until Zafu ends. {}",
                desktop::KEYCHAIN
            ))
        }
    }
}

fn server(folder: &DataFolder) -> Result<String, String> {
    const NOBODY: &str = "nobody is signed in, and nobody needs to be";
    let is_signed_in = match ReadOnlyStore::open(folder.path()) {
        Ok(OpenOutcome::Open(database)) => database.is_signed_in().unwrap_or(true),
        Ok(OpenOutcome::NoDatabase) => false,
        Ok(OpenOutcome::OlderFormat) => true,
        Err(_) => return Err("not asked: the database cannot be read".into()),
    };
    // Connecting to an account creates files in the folder, so this is skipped without one.
    if !is_signed_in {
        return Ok(NOBODY.into());
    }
    let checked =
        AccountClient::connect(folder).map_err(|error| error.to_string()).and_then(|mut client| {
            client.check_server().map_err(|error| zafu_messages::text(&error.message))
        });
    match checked? {
        None => Ok(NOBODY.into()),
        Some(findings) if findings.is_empty() => Ok("as it must be".into()),
        Some(findings) => Err(format!(
            "not as it must be, so nothing is sent and everything is kept: {}",
            findings.join("; ")
        )),
    }
}

fn sound() -> Result<String, String> {
    bell::check_device().map_err(|error| error.to_string())
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

    use crate::adapters::bus::{self, Service};

    const BUS: Service = Service {
        name: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
    };

    pub fn notifications() -> Result<String, String> {
        service(
            "org.freedesktop.Notifications",
            "no notification service: install one, for example dunst or mako",
        )
    }

    pub const KEYCHAIN: &str = "Install gnome-keyring or KWallet, and start it with the desktop";

    pub fn tray() -> Result<String, String> {
        if !tray_library() {
            return Err(
                "libayatana-appindicator3 is not installed: install it for an icon in the tray"
                    .into(),
            );
        }
        service(
            "org.kde.StatusNotifierWatcher",
            "this desktop has no tray: on GNOME install the AppIndicator extension; opening Zafu again shows the window",
        )
    }

    pub fn tray_library() -> bool {
        ["libayatana-appindicator3.so.1", "libappindicator3.so.1"].iter().any(|name| {
            let Ok(name) = std::ffi::CString::new(*name) else { return false };
            // SAFETY: the name ends in NUL; the initializers of these libraries have no preconditions.
            !unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY) }.is_null()
        })
    }

    fn service(name: &str, remedy: &str) -> Result<String, String> {
        match present(name) {
            Ok(true) => Ok("there".into()),
            Ok(false) => Err(remedy.into()),
            Err(error) => Err(format!("{error}: start Zafu from a desktop session")),
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

    pub fn notifications() -> Result<String, String> {
        Ok("part of the system".into())
    }

    pub const KEYCHAIN: &str = "Unlock it, and let Zafu use it";

    pub fn tray() -> Result<String, String> {
        Ok("part of the system".into())
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
        assert!(advice.contains(&format!("`zafu restore {}`", first.display())), "{advice}");
        std::fs::remove_file(first).unwrap();
        assert_eq!(rescued(folder.path()), None);
    }
}
