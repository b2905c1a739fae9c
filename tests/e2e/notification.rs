//! Notifications: on a real service, and what becomes of the person's answer.

use crate::desktop::{Desktop, has};
use crate::zafu::eventually;
use futures_lite::future::block_on;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zafu_engine::protocol::Snapshot;
use zbus::OwnedVariant;
use zbus::connection::Builder;

/// What is said, and the actions offered.
type Shown = (String, Vec<String>);

/// A notification service that shows nothing and remembers everything.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[expect(clippy::too_many_arguments, reason = "the protocol says so")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        _body: &str,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _expires: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap();
        shown.push((summary.to_owned(), actions));
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

/// Lets a sit end, and answers its notification with `action` until `came` of it what should.
fn answer(desktop: &Desktop, action: &str, came: impl Fn(&Snapshot) -> bool) {
    let service = Service::default();
    let path = "/org/freedesktop/Notifications";
    let bus = Builder::address(desktop.address("session").as_str())
        .serve_at(path, service.clone())
        .name("org.freedesktop.Notifications");
    let bus = block_on(bus.build()).unwrap();
    let _app = desktop.zafu(&["--background"]);
    sit_to_the_end(desktop);
    let (summary, actions) =
        eventually("the end is told", || service.0.lock().unwrap().first().cloned());
    assert_eq!(summary, "Your sit is complete");
    assert!(actions.contains(&action.to_owned()), "offered: {actions:?}");
    eventually(&format!("\"{action}\" is done"), || {
        // Zafu begins to listen for the answer after it was told that the notification is shown.
        let name = "org.freedesktop.Notifications";
        let chosen = (1u32, action);
        let signal = bus.emit_signal(None::<&str>, path, name, "ActionInvoked", &chosen);
        block_on(signal).unwrap();
        came(&desktop.snapshot()).then_some(())
    });
}

fn sit_to_the_end(desktop: &Desktop) {
    let planned = desktop.begin().sit.unwrap().planned_seconds.unwrap().0;
    desktop.pass(Duration::from_secs(u64::from(planned) + 1));
}

#[test]
fn a_real_service_shows_the_end_of_a_sit() {
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
    desktop.print("dunstctl", &["close"]);
    eventually("it is remembered", || {
        let history = desktop.print("dunstctl", &["history"]);
        history.contains("Your sit is complete").then_some(())
    });
}

#[test]
fn sit_again_begins_a_sit() {
    let Some(desktop) = Desktop::new() else { return };
    answer(&desktop, "sit-again", |snapshot| {
        snapshot.sit.as_ref().is_some_and(|sit| sit.overtime_ms == 0)
    });
}
