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
    fn held(&self) -> usize {
        let open = |stream: &&UnixStream| !matches!((&mut &**stream).read(&mut [0]), Ok(0));
        self.0.lock().unwrap().iter().filter(open).count()
    }

    fn holds(&self, count: usize, when: &str) {
        eventually(&format!("{count} held {when}"), || (self.held() == count).then_some(()));
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
    login.holds(0, "while nobody sits");

    let planned = desktop.begin().sit.unwrap().planned_seconds.unwrap().0;
    login.holds(1, "once a sit has begun");
    desktop.pass(Duration::from_secs(u64::from(planned) + 1));
    login.holds(0, "after the planned end");
    if desktop.state().sit.is_some() {
        desktop.client().end_sit(None).unwrap();
    }

    for (out, when) in [(END, "after an early end"), (DISCARD, "after a discard")] {
        desktop.begin();
        login.holds(1, "once a sit has begun");
        out(&mut desktop.client()).unwrap();
        login.holds(0, when);
    }

    desktop.begin();
    login.holds(1, "once a sit has begun");
    desktop.client().pause_sit().unwrap();
    login.holds(0, "in a pause");
    desktop.client().resume_sit().unwrap();
    login.holds(1, "after a pause");
    app.signal("TERM");
    app.ended();
    login.holds(0, "after SIGTERM");
}

#[test]
fn a_killed_zafu_does_not_keep_the_computer_awake() {
    let Some(desktop) = Desktop::new() else { return };
    let login = Login::default();
    let _bus = login.on(&desktop);
    let _app = desktop.zafu(&["--background"]);
    desktop.begin();
    login.holds(1, "once a sit has begun");
    signal(desktop.process().unwrap(), "KILL");
    login.holds(0, "after SIGKILL");
}

#[test]
fn a_bus_lost_during_a_sit_affects_neither_the_sit_nor_the_release() {
    let Some(mut desktop) = Desktop::new() else { return };
    let login = Login::default();
    let _bus = login.on(&desktop);
    let _app = desktop.zafu(&["--background"]);
    desktop.begin();
    login.holds(1, "once a sit has begun");
    desktop.lose_system_bus();
    desktop.pass(Duration::from_secs(90));
    assert!(desktop.state().sit.is_some_and(|sit| sit.elapsed_ms >= 90_000));
    desktop.client().end_sit(None).unwrap();
    login.holds(0, "after its end");
    let begun = desktop.begin();
    assert!(begun.sit.is_some(), "the next sit begins all the same");
}

/// Fake screen saver. Records the sender of each inhibit request, and the released cookies.
#[derive(Clone, Default)]
struct ScreenSaver {
    wishes: Arc<Mutex<Vec<String>>>,
    let_go: Arc<Mutex<Vec<u32>>>,
}

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl ScreenSaver {
    fn inhibit(&self, #[zbus(header)] header: Header<'_>, program: &str, _why: &str) -> u32 {
        assert_eq!(program, "Zafu");
        let mut wishes = self.wishes.lock().unwrap();
        wishes.push(header.sender().unwrap().to_string());
        u32::try_from(wishes.len()).unwrap()
    }

    fn un_inhibit(&self, cookie: u32) {
        self.let_go.lock().unwrap().push(cookie);
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
    desktop.choose(|settings| settings.keep_screen_awake = true);
    let _app = desktop.zafu(&["--background"]);
    let wished = || saver.wishes.lock().unwrap().last().cloned();
    assert_eq!(wished(), None);
    for (cookie, out) in [(1, END), (2, DISCARD)] {
        let before = wished();
        desktop.begin();
        let by = eventually("the screen saver is held", || {
            wished().filter(|by| Some(by) != before.as_ref())
        });
        out(&mut desktop.client()).unwrap();
        eventually("it is let go", || {
            let said = saver.let_go.lock().unwrap().last() == Some(&cookie);
            // Some services ignore the release and watch only the connection, so the connection must be closed too.
            (said && !is_there(&bus, &by)).then_some(())
        });
    }
}

#[test]
fn without_a_login_manager_the_sit_starts_and_the_trouble_is_reported() {
    let Some(mut desktop) = Desktop::new() else { return };
    desktop.lose_system_bus();
    let _app = desktop.zafu(&["--background"]);
    desktop.begin();
    eventually("the trouble is told", || {
        let state = desktop.state();
        assert!(state.sit.is_some(), "the sit goes on");
        state.trouble.into_iter().find(|trouble| trouble.code == ErrorCode::KeepAwake)
    });
}
