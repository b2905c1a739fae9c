//! Keep-awake: Zafu inhibits idle when a sit starts, and releases the inhibitor however the sit ends.

use crate::bus::{is_there, serve};
use crate::desktop::{Desktop, signal};
use crate::zafu::eventually;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zafu_engine::Client;
use zafu_engine::protocol::{EngineState, ErrorCode, IpcError};
use zbus::message::Header;

/// Fake login manager. An inhibitor is held for as long as the client keeps its end of the stream open.
#[derive(Clone, Default)]
struct Login(Arc<Mutex<Vec<UnixStream>>>);

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Login {
    fn inhibit(&self, what: &str, who: &str, _why: &str, mode: &str) -> zbus::OwnedFd {
        assert_eq!((what, who, mode), ("idle", "Zafu", "block"));
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        self.0.lock().unwrap().push(ours);
        std::os::fd::OwnedFd::from(theirs).into()
    }
}

impl Login {
    fn inhibitors(&self) -> usize {
        let open = |stream: &&UnixStream| !matches!((&mut &**stream).read(&mut [0]), Ok(0));
        self.0.lock().unwrap().iter().filter(open).count()
    }

    fn wait_for_inhibitors(&self, count: usize, when: &str) {
        eventually(&format!("{count} held {when}"), || (self.inhibitors() == count).then_some(()));
    }

    fn on(&self, desktop: &Desktop) -> zbus::Connection {
        serve(
            &desktop.address("system"),
            "org.freedesktop.login1",
            "/org/freedesktop/login1",
            self.clone(),
        )
    }
}

/// Request that ends or discards a sit.
type Close = fn(&mut Client) -> Result<EngineState, IpcError>;
const END: Close = |client| client.end_sit(None);
const DISCARD: Close = Client::discard_sit;

#[test]
fn the_computer_is_kept_awake_while_a_sit_runs_and_only_then() {
    let Some(desktop) = Desktop::new() else { return };
    let login = Login::default();
    let _bus = login.on(&desktop);
    let mut app = desktop.zafu(&["--background"]);
    login.wait_for_inhibitors(0, "while no sit runs");

    let planned = desktop.start_sit().sit.unwrap().planned_seconds.unwrap().0;
    login.wait_for_inhibitors(1, "once a sit has started");
    desktop.pass(Duration::from_secs(u64::from(planned) + 1));
    login.wait_for_inhibitors(0, "after the planned end");
    if desktop.state().sit.is_some() {
        desktop.client().end_sit(None).unwrap();
    }

    for (close, when) in [(END, "after an early end"), (DISCARD, "after a discard")] {
        desktop.start_sit();
        login.wait_for_inhibitors(1, "once a sit has started");
        close(&mut desktop.client()).unwrap();
        login.wait_for_inhibitors(0, when);
    }

    desktop.start_sit();
    login.wait_for_inhibitors(1, "once a sit has started");
    desktop.client().pause_sit().unwrap();
    login.wait_for_inhibitors(0, "in a pause");
    desktop.client().resume_sit().unwrap();
    login.wait_for_inhibitors(1, "after a pause");
    app.signal("TERM");
    app.ended();
    login.wait_for_inhibitors(0, "after SIGTERM");
}

#[test]
fn a_killed_zafu_does_not_keep_the_computer_awake() {
    let Some(desktop) = Desktop::new() else { return };
    let login = Login::default();
    let _bus = login.on(&desktop);
    let _app = desktop.zafu(&["--background"]);
    desktop.start_sit();
    login.wait_for_inhibitors(1, "once a sit has started");
    signal(desktop.process().unwrap(), "KILL");
    login.wait_for_inhibitors(0, "after SIGKILL");
}

#[test]
fn a_bus_lost_during_a_sit_affects_neither_the_sit_nor_the_release() {
    let Some(mut desktop) = Desktop::new() else { return };
    let login = Login::default();
    let _bus = login.on(&desktop);
    let _app = desktop.zafu(&["--background"]);
    desktop.start_sit();
    login.wait_for_inhibitors(1, "once a sit has started");
    desktop.lose_system_bus();
    desktop.pass(Duration::from_secs(90));
    assert!(desktop.state().sit.is_some_and(|sit| sit.elapsed_ms >= 90_000));
    desktop.client().end_sit(None).unwrap();
    login.wait_for_inhibitors(0, "after its end");
    let state = desktop.start_sit();
    assert!(state.sit.is_some(), "the next sit starts");
}

/// Fake screen saver. Records the sender of each inhibit request, and the released cookies.
#[derive(Clone, Default)]
struct ScreenSaver {
    requests: Arc<Mutex<Vec<String>>>,
    released: Arc<Mutex<Vec<u32>>>,
}

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl ScreenSaver {
    fn inhibit(&self, #[zbus(header)] header: Header<'_>, program: &str, _why: &str) -> u32 {
        assert_eq!(program, "Zafu");
        let mut requests = self.requests.lock().unwrap();
        requests.push(header.sender().unwrap().to_string());
        u32::try_from(requests.len()).unwrap()
    }

    fn un_inhibit(&self, cookie: u32) {
        self.released.lock().unwrap().push(cookie);
    }
}

#[test]
fn the_screen_stays_on_during_a_sit_if_the_setting_says_so() {
    let Some(desktop) = Desktop::new() else { return };
    let login = Login::default();
    let _system = login.on(&desktop);
    let saver = ScreenSaver::default();
    let name = "org.freedesktop.ScreenSaver";
    let path = "/org/freedesktop/ScreenSaver";
    let bus = serve(&desktop.address("session"), name, path, saver.clone());
    desktop.change_settings(|settings| settings.keep_screen_awake = true);
    let _app = desktop.zafu(&["--background"]);
    let last_request = || saver.requests.lock().unwrap().last().cloned();
    assert_eq!(last_request(), None);
    for (cookie, close) in [(1, END), (2, DISCARD)] {
        let before = last_request();
        desktop.start_sit();
        let by = eventually("the screen saver is held", || {
            last_request().filter(|by| Some(by) != before.as_ref())
        });
        close(&mut desktop.client()).unwrap();
        eventually("the screen saver is released", || {
            let is_released = saver.released.lock().unwrap().last() == Some(&cookie);
            // Some services ignore the release and watch only the connection, so the connection must be closed too.
            (is_released && !is_there(&bus, &by)).then_some(())
        });
    }
}

#[test]
fn without_a_login_manager_the_sit_starts_and_the_trouble_is_reported() {
    let Some(mut desktop) = Desktop::new() else { return };
    desktop.lose_system_bus();
    let _app = desktop.zafu(&["--background"]);
    desktop.start_sit();
    eventually("the trouble is reported", || {
        let state = desktop.state();
        assert!(state.sit.is_some(), "the sit continues");
        state.trouble.into_iter().find(|trouble| trouble.code == ErrorCode::KeepAwake)
    });
}
