//! The buses of a Linux desktop, through libdbus.
//!
//! Where libdbus finds no session bus it starts one, which nobody else is on and which outlives Zafu. So nothing of
//! Zafu reaches for the session bus, by whatever library, before [`look_for_session`] has found it.

use dbus::Error;
use dbus::arg::{AppendAll, ReadAll};
use dbus::blocking::Connection;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::Duration;

/// Where the system's bus is, unless the environment says otherwise: the D-Bus specification's own address.
const SYSTEM: &str = "unix:path=/var/run/dbus/system_bus_socket";

/// How long an answer may take: what D-Bus itself allows, since a service may have to be started first.
const PATIENCE: Duration = Duration::from_secs(25);

/// A service of a bus: its name, which its interface has too, and its object.
#[derive(Clone, Copy)]
pub struct Service {
    /// The name of the program.
    pub name: &'static str,
    /// The path of its object.
    pub path: &'static str,
    /// The interface that is meant.
    pub interface: &'static str,
}

/// Whether there is a session bus, by the rules by which libdbus looks for it.
///
/// # Errors
/// There is none.
pub fn look_for_session() -> Result<(), Error> {
    let named = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|it| !it.is_empty());
    let runtime = std::env::var_os("XDG_RUNTIME_DIR");
    if named || runtime.is_some_and(|folder| is_socket_of_ours(&Path::new(&folder).join("bus"))) {
        Ok(())
    } else {
        Err(Error::new_failed("there is no session bus"))
    }
}

fn is_socket_of_ours(path: &Path) -> bool {
    // SAFETY: getuid takes nothing and cannot fail.
    let uid = unsafe { libc::getuid() };
    path.symlink_metadata().is_ok_and(|it| it.file_type().is_socket() && it.uid() == uid)
}

/// Joins the session bus, by a connection of its own.
///
/// # Errors
/// There is none, or it cannot be reached.
pub fn session() -> Result<Connection, Error> {
    look_for_session()?;
    Connection::new_session()
}

/// Joins the system's bus, by a connection of its own.
///
/// # Errors
/// It cannot be reached.
pub fn system() -> Result<Connection, Error> {
    // By its address: were libdbus asked for "the system's bus", it would also decide for good where the session's
    // is, even while there is none.
    let named = std::env::var("DBUS_SYSTEM_BUS_ADDRESS").ok().filter(|it| !it.is_empty());
    Connection::new_address(named.as_deref().unwrap_or(SYSTEM))
}

impl Service {
    /// Calls a method, and waits for the answer.
    ///
    /// # Errors
    /// The service is not there, refuses, or does not answer in time.
    pub fn call<R: ReadAll>(
        &self,
        bus: &Connection,
        method: &str,
        arguments: impl AppendAll,
    ) -> Result<R, Error> {
        bus.with_proxy(self.name, self.path, PATIENCE).method_call(
            self.interface,
            method,
            arguments,
        )
    }
}
