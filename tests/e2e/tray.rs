//! The tray icon, over the `StatusNotifierItem` protocol: a fake host registers the icon, reads its menu and activates
//! menu entries.

use crate::browser::Browser;
use crate::bus::{Object, serve};
use crate::desktop::{Desktop, Program};
use crate::notification::Service;
use crate::zafu::{eventually, program, sql};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zafu_core::settings::CloseWhenIdle;
use zafu_engine::protocol::PhaseView;
use zbus::message::Header;
use zbus::wire::{DynamicDeserialize, DynamicType};
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Variant};

const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// Address of an icon: the bus name of its program, and its path.
type Address = (String, String);

/// Fake watcher: records the registered icon.
#[derive(Clone, Default)]
struct Watcher(Arc<Mutex<Option<Address>>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, #[zbus(header)] header: Header<'_>, path: &str) {
        let program = header.sender().unwrap().to_string();
        *self.0.lock().unwrap() = Some((program, path.to_owned()));
    }

    fn register_status_notifier_host(&self, _host: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(program, path)| format!("{program}{path}")).collect()
    }
}

/// Fake tray of a desktop.
pub struct Tray {
    bus: Connection,
    watcher: Watcher,
}

/// A menu entry.
#[derive(Debug)]
struct Entry {
    id: i32,
    label: String,
    enabled: bool,
}

/// A menu entry in the protocol: its id, properties and children.
type Layout = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

impl Tray {
    pub fn on(desktop: &Desktop) -> Self {
        let watcher = Watcher::default();
        let name = "org.kde.StatusNotifierWatcher";
        let path = "/StatusNotifierWatcher";
        Self { bus: serve(&desktop.address("session"), name, path, watcher.clone()), watcher }
    }

    /// Forgets the icon of a program that has ended, as a desktop does.
    fn forget_icon(&self) {
        *self.watcher.0.lock().unwrap() = None;
    }

    fn address(&self) -> Address {
        eventually("the icon is in the tray", || self.watcher.0.lock().unwrap().clone())
    }

    fn property(&self, name: &str) -> OwnedVariant {
        let (program, path) = self.address();
        let item = Object { program: &program, path: &path, interface: ITEM };
        item.property(&self.bus, name).unwrap()
    }

    /// Returns the current icon file.
    fn icon(&self) -> String {
        self.property("IconName").try_into().unwrap()
    }

    /// Calls a method of the menu and returns its reply.
    fn menu<T: for<'d> DynamicDeserialize<'d>>(
        &self,
        method: &str,
        arguments: &(impl serde::Serialize + DynamicType),
    ) -> T {
        let path: OwnedObjectPath = self.property("Menu").try_into().unwrap();
        let menu = Object { program: &self.address().0, path: path.as_str(), interface: MENU };
        menu.call(&self.bus, method, arguments).unwrap()
    }

    /// Returns all entries, including those of submenus.
    fn entries(&self) -> Vec<Entry> {
        let everything = (0i32, -1i32, Vec::<&str>::new());
        let (_revision, top): (u32, Layout) = self.menu("GetLayout", &everything);
        let mut entries = Vec::new();
        let mut open = vec![top];
        while let Some((id, about, children)) = open.pop() {
            let text = |name: &str| {
                about.get(name).and_then(|it| String::try_from(it.try_clone().unwrap()).ok())
            };
            let enabled = about.get("enabled").is_none_or(|it| bool::try_from(it).unwrap_or(true));
            entries.push(Entry {
                id,
                label: text("label").unwrap_or_default().replace('_', ""),
                enabled,
            });
            for child in children {
                open.push(child.try_into().unwrap());
            }
        }
        entries
    }

    fn find(&self, label: impl Fn(&str) -> bool) -> Option<Entry> {
        self.entries().into_iter().find(|entry| label(&entry.label))
    }

    /// Waits for an entry whose label contains `label`.
    fn wait_for_entry(&self, label: &str) -> Entry {
        eventually(&format!("the tray says \"{label}\""), || self.find(|it| it.contains(label)))
    }

    /// Waits until an entry is enabled, and activates it.
    pub fn activate(&self, label: &str) {
        let entry = eventually(&format!("\"{label}\" can be pressed"), || {
            self.find(|it| it == label).filter(|entry| entry.enabled)
        });
        self.menu::<()>("Event", &(entry.id, "clicked", Variant::from(0i32), 0u32));
    }
}

fn phase(desktop: &Desktop) -> Option<PhaseView> {
    desktop.state().sit.map(|sit| sit.phase)
}

fn wait_for_phase(desktop: &Desktop, wanted: Option<PhaseView>) {
    eventually(&format!("the sit is {wanted:?}"), || (phase(desktop) == wanted).then_some(()));
}

#[test]
fn a_sit_can_be_controlled_from_the_tray_alone() {
    let Some(desktop) = Desktop::new() else { return };
    let tray = Tray::on(&desktop);
    let mut app = desktop.zafu(&["--background"]);
    let state = tray.wait_for_entry("No sit is running");
    assert!(!state.enabled, "it is only information");
    assert!(!tray.wait_for_entry("Pause").enabled && !tray.wait_for_entry("End and keep").enabled);
    let idle = tray.icon();

    tray.activate("Start a sit");
    eventually("a sit has started", || phase(&desktop));
    eventually("no other can be started", || {
        tray.find(|label| label == "Start a sit").filter(|entry| !entry.enabled)
    });
    let preparation = desktop.state().sit.unwrap().preparation_seconds.0;
    desktop.pass(Duration::from_secs(u64::from(preparation) + 300));
    tray.wait_for_entry("min left");
    eventually("the ring has moved", || (tray.icon() != idle).then_some(()));
    tray.activate("Pause");
    wait_for_phase(&desktop, Some(PhaseView::Paused));
    tray.wait_for_entry("Paused, ");
    tray.activate("Resume");
    wait_for_phase(&desktop, Some(PhaseView::Sitting));
    tray.activate("End and keep");
    wait_for_phase(&desktop, None);
    tray.wait_for_entry("No sit is running");
    let sat: u32 = sql(&desktop.database(), "SELECT satlength FROM sessions").parse().unwrap();
    assert!((300..330).contains(&sat), "sat {sat} s");

    assert!(desktop.windows().is_empty());
    tray.activate("Show Zafu");
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    tray.activate("Quit Zafu");
    assert!(app.ended().success());
}

#[test]
fn quitting_during_a_sit_needs_a_confirmation_and_keeps_the_sit() {
    let Some(desktop) = Desktop::new() else { return };
    let tray = Tray::on(&desktop);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    desktop.start_sit();
    desktop.pass(Duration::from_secs(90));
    browser.see_phase("sitting");
    tray.activate("Quit Zafu");
    browser.see("quit-dialog");
    browser.click("quit-cancel");
    browser.wait_until_absent("quit-dialog");
    assert_eq!(phase(&desktop), Some(PhaseView::Sitting), "it continues");
    tray.activate("Quit Zafu");
    browser.see("quit-dialog");
    eventually("Zafu has quit", || {
        browser.try_click("quit-confirm");
        desktop.process().is_none().then_some(())
    });
    let row = "SELECT satlength BETWEEN 90 AND 120, endedat IS NOT NULL FROM sessions";
    assert_eq!(sql(&desktop.database(), row), "1|1");
}

#[test]
fn without_a_tray_zafu_works_and_says_how_to_open_the_window_again() {
    let Some(desktop) = Desktop::new() else { return };
    let (_bus, service) = Service::on(&desktop);
    desktop.change_settings(|settings| settings.close_when_idle = CloseWhenIdle::Tray);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    let sit = desktop.start_sit().sit.unwrap();
    browser.see("sit");
    desktop.close_window();
    eventually("a notification says that the sit continues", || service.shown("Your sit goes on"));
    assert_eq!(desktop.state().sit.map(|sit| sit.id), Some(sit.id));
    desktop.client().end_sit(None).unwrap();

    desktop.client().show_window().unwrap();
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    desktop.close_window();
    eventually("Zafu quits, because nothing is visible", || {
        desktop.process().is_none().then_some(())
    });
}

#[test]
fn the_tray_is_in_the_language_of_the_system() {
    let Some(desktop) = Desktop::new() else { return };
    let tray = Tray::on(&desktop);
    let mut command = desktop.command(program("zafu-app"));
    let _app = Program::start(command.arg("--background").env("LC_ALL", "de_DE.UTF-8"));
    tray.wait_for_entry("Keine Sitzung läuft");
    tray.activate("Sitzung beginnen");
    tray.wait_for_entry("Vorbereitung");
    tray.activate("Zafu beenden");
}

#[test]
fn a_language_chosen_in_the_window_reaches_the_tray_and_the_next_start() {
    let Some(desktop) = Desktop::new() else { return };
    let tray = Tray::on(&desktop);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.click("open-settings");
    tray.wait_for_entry("No sit is running");
    let covers = "const option = document.querySelector('[data-testid=language-de]');
        const of = (it) => { const { x, y, width, height } = it.getBoundingClientRect(); return [x, y, width, height] };
        arguments[0]([of(option), of(option.closest('label'))])";
    let rectangles = browser.run(covers);
    assert_eq!(rectangles[0], rectangles[1], "an option can be clicked wherever it is seen");
    browser.click("language-de");
    tray.wait_for_entry("Keine Sitzung läuft");
    tray.wait_for_entry("Sitzung beginnen");
    tray.activate("Zafu beenden");
    eventually("Zafu has quit", || desktop.process().is_none().then_some(()));
    drop(browser);
    tray.forget_icon();
    let _app = desktop.zafu(&["--background"]);
    tray.wait_for_entry("Keine Sitzung läuft");
    tray.activate("Zafu beenden");
}
