//! Keeps the computer awake, on a separate thread: some systems tie the request to the thread that made it, and a lost
//! D-Bus connection must not delay a sit.

use super::{Awake, KeepAwake};
use crate::protocol::{ErrorCode, IpcError};
use std::sync::mpsc::{Receiver, Sender, channel};
use zafu_core::message;

/// Receives the result of each change of what is kept awake.
pub type Outcome = Box<dyn Fn(Result<(), IpcError>) + Send>;

/// Keeps the computer awake through the operating system.
pub struct SystemAwake {
    wishes: Sender<Awake>,
    wish: Awake,
}

impl SystemAwake {
    /// Starts the thread. `outcome` receives the result of each change.
    #[must_use]
    pub fn new(outcome: Outcome) -> Self {
        let (wishes, inbox) = channel();
        let spawned = std::thread::Builder::new()
            .name("keep-awake".into())
            .spawn(move || keep(&inbox, &outcome));
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread to keep the computer awake");
        }
        Self { wishes, wish: Awake::default() }
    }
}

impl KeepAwake for SystemAwake {
    fn set(&mut self, awake: Awake) {
        if awake != self.wish {
            self.wish = awake;
            // Fails only if the thread could not be started, which `new` has logged.
            let _ = self.wishes.send(awake);
        }
    }
}

fn keep(inbox: &Receiver<Awake>, outcome: &Outcome) {
    let mut held = None;
    while let Ok(wish) = inbox.recv() {
        // Releases the old hold first, so that nothing stays held if the new request fails.
        drop(held.take());
        if wish == Awake::default() {
            outcome(Ok(()));
            continue;
        }
        match system::hold(wish) {
            Ok(hold) => {
                held = Some(hold);
                outcome(Ok(()));
            }
            Err(reason) => outcome(Err(not_kept(&reason))),
        }
    }
}

fn not_kept(reason: &str) -> IpcError {
    let message = message!("engine-keep-awake", reason = reason);
    IpcError::new(ErrorCode::KeepAwake, message)
}

#[cfg(target_os = "linux")]
mod system {
    //! Linux: the login manager inhibits idle sleep, the screen saver service keeps the screen on. Both release the
    //! hold when its descriptor or connection closes, so releasing cannot fail.

    use super::Awake;
    use crate::adapters::bus::{self, Service};
    use dbus::arg::OwnedFd;
    use dbus::blocking::Connection;
    use dbus::{Error, Message};

    const WHO: &str = "Zafu";
    const WHY: &str = "A sit is running";

    const LOGIN: Service = Service {
        name: "org.freedesktop.login1",
        path: "/org/freedesktop/login1",
        interface: "org.freedesktop.login1.Manager",
    };

    const SCREEN: Service = Service {
        name: "org.freedesktop.ScreenSaver",
        path: "/org/freedesktop/ScreenSaver",
        interface: "org.freedesktop.ScreenSaver",
    };

    pub struct Hold {
        _system: Option<OwnedFd>,
        _screen: Option<Screen>,
    }

    pub fn hold(wish: Awake) -> Result<Hold, String> {
        let system = wish.system.then(hold_system).transpose().map_err(|error| error.to_string());
        let screen = wish.screen.then(hold_screen).transpose().map_err(|error| error.to_string());
        match (system, screen) {
            // One hold of two is better than none. If there is none, the first error is returned.
            (Err(reason), Err(_) | Ok(None)) | (Ok(None), Err(reason)) => Err(reason),
            (system, screen) => Ok(Hold {
                _system: system.unwrap_or_default(),
                _screen: screen.unwrap_or_default(),
            }),
        }
    }

    fn hold_system() -> Result<OwnedFd, Error> {
        let (held,) = LOGIN.call(&bus::system()?, "Inhibit", ("idle", WHO, WHY, "block"))?;
        Ok(held)
    }

    /// Inhibits the screen saver until it is dropped.
    struct Screen {
        session: Connection,
        cookie: u32,
    }

    fn hold_screen() -> Result<Screen, Error> {
        let session = bus::session()?;
        let (cookie,) = SCREEN.call(&session, "Inhibit", (WHO, WHY))?;
        Ok(Screen { session, cookie })
    }

    impl Drop for Screen {
        fn drop(&mut self) {
            // Optional: closing the connection releases the hold too, so no reply is awaited.
            let Service { name, path, interface } = SCREEN;
            if let Ok(message) = Message::new_method_call(name, path, interface, "UnInhibit") {
                let channel = self.session.channel();
                if channel.send(message.append1(self.cookie)).is_ok() {
                    channel.flush();
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! Windows and macOS: power assertions of the process.

    use super::Awake;

    pub type Hold = keepawake::KeepAwake;

    pub fn hold(wish: Awake) -> Result<Hold, String> {
        keepawake::Builder::default()
            .display(wish.screen)
            .idle(wish.system)
            .reason("A sit is running")
            .app_name("Zafu")
            .app_reverse_domain(crate::adapters::notify::APP_ID)
            .create()
            .map_err(|error| error.to_string())
    }
}
