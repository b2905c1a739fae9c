//! D-Bus on Linux, through libdbus.
//!
//! If libdbus finds no session bus, it starts one that no other program uses and that outlives Zafu. So no code of Zafu
//! may connect to the session bus, through any library, before [`look_for_session`] has found one.

use dbus::Error;
use dbus::arg::{AppendAll, ReadAll};
use dbus::blocking::Connection;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::Duration;

/// Default address of the system bus, from the D-Bus specification.
const SYSTEM: &str = "unix:path=/var/run/dbus/system_bus_socket";

/// Timeout of a call: the default of D-Bus, because a service may have to be started first.
const PATIENCE: Duration = Duration::from_secs(25);

/// A service on a bus: its name, its object and its interface.
#[derive(Clone, Copy)]
pub struct Service {
    /// The bus name of the service.
    pub name: &'static str,
    /// The path of its object.
    pub path: &'static str,
    /// The interface whose methods are called.
    pub interface: &'static str,
}

/// Checks that a session bus exists, by the same rules as libdbus.
///
/// # Errors
/// If there is no session bus.
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
    // SAFETY: getuid takes no arguments and cannot fail.
    let uid = unsafe { libc::getuid() };
    path.symlink_metadata().is_ok_and(|it| it.file_type().is_socket() && it.uid() == uid)
}

/// Opens a new connection to the session bus.
///
/// # Errors
/// If there is no session bus, or it cannot be reached.
pub fn session() -> Result<Connection, Error> {
    look_for_session()?;
    Connection::new_session()
}

/// Opens a new connection to the system bus.
///
/// # Errors
/// If the system bus cannot be reached.
pub fn system() -> Result<Connection, Error> {
    // Connects by address: when asked for the system bus, libdbus also fixes the address of the session bus for the
    // rest of the process, even if there is none yet.
    let named = std::env::var("DBUS_SYSTEM_BUS_ADDRESS").ok().filter(|it| !it.is_empty());
    Connection::new_address(named.as_deref().unwrap_or(SYSTEM))
}

impl Service {
    /// Calls a method and waits for the reply.
    ///
    /// # Errors
    /// If the service does not exist, returns an error, or does not reply within 25 s.
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
