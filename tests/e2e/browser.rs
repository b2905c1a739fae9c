//! The real window, driven through WebDriver. What it holds is found by `data-testid` only.

use crate::desktop::{Desktop, Part, has};
use crate::zafu::{eventually, program};
use std::net::{TcpListener, TcpStream};
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

/// Starts a driver, and returns it with its port when it listens. It cannot choose a port itself, so another program may
/// take the one that was free: then the driver ends, and another port is tried.
fn start_driver(desktop: &Desktop) -> (Part, u16) {
    for _ in 0..10 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut driver = desktop.command("WebKitWebDriver");
        let mut driver = Part::start(driver.arg(format!("--port={port}")));
        eventually("the driver listens", || {
            let listens = TcpStream::connect(("127.0.0.1", port)).is_ok();
            (listens || driver.has_ended()).then_some(())
        });
        if !driver.has_ended() {
            return (driver, port);
        }
    }
    panic!("WebKitWebDriver does not start");
}

/// A window that a test can see into.
pub struct Browser {
    runtime: Runtime,
    driver: WebDriver,
    _part: Part,
}

impl Browser {
    /// Opens Zafu; none if the machine has no WebDriver for it.
    pub fn open(desktop: &Desktop, args: &[&str]) -> Option<Self> {
        if !has(&["WebKitWebDriver"]) {
            return None;
        }
        let (part, port) = start_driver(desktop);
        let options = serde_json::json!({ "binary": program("zafu-app"), "args": args });
        let mut capabilities = Capabilities::new();
        capabilities.set("webkitgtk:browserOptions", options).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // The same one each time; only the first is installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("http://127.0.0.1:{port}");
        let driver = runtime.block_on(WebDriver::new(url, capabilities)).unwrap();
        Some(Self { runtime, driver, _part: part })
    }

    fn find(&self, testid: &str) -> Option<WebElement> {
        let by = By::Css(format!("[data-testid=\"{testid}\"]"));
        self.runtime.block_on(self.driver.find(by)).ok()
    }

    /// Waits until there is such an element.
    pub fn see(&self, testid: &str) -> WebElement {
        eventually(&format!("\"{testid}\" is seen"), || self.find(testid))
    }

    /// An attribute of an element that is there.
    pub fn attribute(&self, testid: &str, name: &str) -> Option<String> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.attr(name)).ok().flatten()
    }

    /// What is written in an element that is there.
    pub fn text(&self, testid: &str) -> Option<String> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.text()).ok()
    }

    /// What was entered in a field that is there.
    pub fn value(&self, testid: &str) -> Option<String> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.value()).ok().flatten()
    }

    /// Waits until the sit is in this phase.
    pub fn see_phase(&self, phase: &str) {
        eventually(&format!("the sit is {phase}"), || {
            self.attribute("sit", "data-phase").filter(|it| it == phase)
        });
    }

    /// Clicks on an element with the mouse, once it can be clicked on.
    pub fn click(&self, testid: &str) {
        eventually(&format!("\"{testid}\" can be clicked on"), || {
            let element = self.find(testid)?;
            self.runtime.block_on(element.scroll_into_view()).ok()?;
            self.runtime.block_on(element.click()).ok()
        });
    }

    /// Presses a toggle with the mouse until it is pressed: the layout may move under a click while the window loads.
    pub fn choose(&self, testid: &str) {
        self.click(testid);
        eventually(&format!("\"{testid}\" is pressed"), || {
            if self.attribute(testid, "aria-pressed").as_deref() == Some("true") {
                return Some(());
            }
            self.click(testid);
            None
        });
    }

    /// Writes into a field.
    pub fn write(&self, testid: &str, text: &str) {
        self.runtime.block_on(self.see(testid).send_keys(text)).unwrap();
    }

    /// Waits until there is no such element.
    pub fn gone(&self, testid: &str) {
        eventually(&format!("\"{testid}\" is gone"), || self.find(testid).is_none().then_some(()));
    }

    /// Whether what is typed goes there.
    pub fn focused(&self, testid: &str) -> bool {
        let script = "return document.activeElement?.dataset?.testid ?? ''";
        let found = self.runtime.block_on(self.driver.execute(script, vec![]));
        found.is_ok_and(|found| found.json() == testid)
    }

    /// Runs a script that calls back, and returns what it called back with.
    pub fn run(&self, script: &str) -> serde_json::Value {
        let found = self.runtime.block_on(self.driver.execute_async(script, vec![]));
        found.unwrap().json().clone()
    }

    /// Makes the window this large inside, and waits until it is.
    pub fn resize(&self, width: u32, height: u32) {
        self.runtime.block_on(self.driver.set_window_rect(0, 0, width, height)).unwrap();
        eventually(&format!("the window is {width} wide"), || {
            let inner = "arguments[0](innerWidth)";
            (self.run(inner) == width).then_some(())
        });
    }

    /// Presses a key, wherever the focus is.
    pub fn press(&self, key: Key) {
        let keys = self.driver.action_chain().key_down(key.clone()).key_up(key);
        self.runtime.block_on(keys.perform()).unwrap();
    }

    /// Turns to the window that was opened in the place of one that is gone.
    pub fn turn_to_new_window(&self) {
        eventually("there is a window again", || {
            let windows = self.runtime.block_on(self.driver.windows()).ok()?;
            let window = windows.last()?.clone();
            self.runtime.block_on(self.driver.switch_to_window(window)).ok()
        });
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session ends with its processes; asking a window that may be gone would only wait.
        let _ = self.driver.clone().leak();
    }
}
