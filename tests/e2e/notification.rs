//! Notifications: shown by a real service, and the actions that the user chooses.

use crate::browser::Browser;
use crate::bus::serve;
use crate::desktop::{Desktop, has};
use crate::zafu::eventually;
use futures_lite::future::block_on;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zbus::{Connection, OwnedVariant};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Summary of the notification at the end of a sit.
const COMPLETE: &str = "Your sit is complete";

/// A notification.
struct Shown {
    summary: String,
    body: String,
    actions: Vec<String>,
}

/// Fake notification service that records every notification.
#[derive(Clone, Default)]
pub struct Service(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the protocol says so")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _expires: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap();
        shown.push(Shown { summary: summary.to_owned(), body: body.to_owned(), actions });
        u32::try_from(shown.len()).unwrap()
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("test".into(), "zafu".into(), "1".into(), "1.2".into())
    }

    fn close_notification(&self, _id: u32) {}
}

impl Service {
    /// Serves the notification service until the connection is dropped.
    pub fn on(desktop: &Desktop) -> (Connection, Self) {
        let service = Self::default();
        let bus = serve(&desktop.address("session"), NAME, PATH, service.clone());
        (bus, service)
    }

    /// Returns the id and the actions of the notification with this summary.
    pub fn shown(&self, summary: &str) -> Option<(u32, Vec<String>)> {
        let shown = self.0.lock().unwrap();
        let (number, found) = (1..).zip(shown.iter()).find(|(_, it)| it.summary == summary)?;
        Some((number, found.actions.clone()))
    }

    /// Returns the summaries and the texts of all notifications, the oldest first.
    pub fn texts(&self) -> Vec<(String, String)> {
        let shown = self.0.lock().unwrap();
        shown.iter().map(|it| (it.summary.clone(), it.body.clone())).collect()
    }
}

/// Waits for the notification at the end of the sit, and chooses `action` again until `has_effect` returns true.
fn answer(bus: &Connection, service: &Service, action: &str, mut has_effect: impl FnMut() -> bool) {
    let (number, actions) = eventually("the end is shown", || service.shown(COMPLETE));
    assert!(actions.contains(&action.to_owned()), "offered: {actions:?}");
    eventually(&format!("\"{action}\" is done"), || {
        // Zafu listens for actions only after the service has confirmed the notification, so an early signal is lost.
        let chosen = (number, action);
        block_on(bus.emit_signal(None::<&str>, PATH, NAME, "ActionInvoked", &chosen)).unwrap();
        has_effect().then_some(())
    });
}

fn sit_to_the_end(desktop: &Desktop) {
    let sit = desktop.state().sit.or_else(|| desktop.start_sit().sit).unwrap();
    let planned = sit.planned_seconds.unwrap().0;
    desktop.pass(Duration::from_secs(u64::from(planned) + 1));
}

#[test]
fn a_real_service_shows_the_end_of_a_sit_and_a_click_opens_the_window() {
    if !has(&["dunst", "dunstctl"]) {
        return;
    }
    let Some(mut desktop) = Desktop::new() else { return };
    desktop.run("dunst", &[]);
    eventually("dunst is there", || {
        (!desktop.print("dunstctl", &["count", "displayed"]).is_empty()).then_some(())
    });
    let _app = desktop.zafu(&["--background"]);
    sit_to_the_end(&desktop);
    eventually("it is shown", || {
        (desktop.print("dunstctl", &["count", "displayed"]) == "1").then_some(())
    });
    assert!(desktop.windows().is_empty());
    // The default action, as a click on the notification.
    desktop.print("dunstctl", &["action"]);
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    eventually("it is remembered", || {
        let history = desktop.print("dunstctl", &["history"]);
        history.contains(COMPLETE).then_some(())
    });
}

#[test]
fn the_action_sit_again_starts_a_sit() {
    let Some(desktop) = Desktop::new() else { return };
    let (bus, service) = Service::on(&desktop);
    let _app = desktop.zafu(&["--background"]);
    sit_to_the_end(&desktop);
    answer(&bus, &service, "sit-again", || {
        desktop.state().sit.is_some_and(|sit| sit.overtime_ms == 0)
    });
}

#[test]
fn the_action_add_a_note_opens_the_finished_sit() {
    let Some(desktop) = Desktop::new() else { return };
    let (bus, service) = Service::on(&desktop);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    desktop.start_sit();
    browser.see("sit");
    desktop.close_window();
    sit_to_the_end(&desktop);
    answer(&bus, &service, "add-note", || !desktop.windows().is_empty());
    browser.switch_to_new_window();
    // The user has to decide about the overtime before the note.
    browser.see_phase("overtime");
    browser.click("finish");
    browser.see("finished");
    eventually("the note can be written at once", || browser.focused("note").then_some(()));
}
