//! The real window, driven through WebDriver. Elements are found only by `data-testid`.

use crate::desktop::{Desktop, Program, has};
use crate::zafu::{eventually, program};
use std::net::{TcpListener, TcpStream};
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

/// Starts a driver and returns it with its port once it listens. The driver cannot choose a free port itself. If
/// another program takes the port first, the driver exits and another port is tried.
fn start_driver(desktop: &Desktop) -> (Program, u16) {
    for _ in 0..10 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut driver = desktop.command("WebKitWebDriver");
        let mut driver = Program::start(driver.arg(format!("--port={port}")));
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

/// A WebDriver session with Zafu's window.
pub struct Browser {
    runtime: Runtime,
    driver: WebDriver,
    _program: Program,
}

impl Browser {
    /// Starts Zafu and opens the session. Returns `None` if `WebKitWebDriver` is not installed.
    pub fn open(desktop: &Desktop, args: &[&str]) -> Option<Self> {
        if !has(&["WebKitWebDriver"]) {
            return None;
        }
        let (process, port) = start_driver(desktop);
        let options = serde_json::json!({ "binary": program("zafu-app"), "args": args });
        let mut capabilities = Capabilities::new();
        capabilities.set("webkitgtk:browserOptions", options).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Fails if another test of this process has installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("http://127.0.0.1:{port}");
        let driver = runtime.block_on(WebDriver::new(url, capabilities)).unwrap();
        Some(Self { runtime, driver, _program: process })
    }

    fn find(&self, testid: &str) -> Option<WebElement> {
        let by = By::Css(format!("[data-testid=\"{testid}\"]"));
        self.runtime.block_on(self.driver.find(by)).ok()
    }

    /// Waits for an element and returns it.
    pub fn see(&self, testid: &str) -> WebElement {
        eventually(&format!("\"{testid}\" is seen"), || self.find(testid))
    }

    /// Returns an attribute of an element, or `None` if the element or the attribute does not exist.
    pub fn attribute(&self, testid: &str, name: &str) -> Option<String> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.attr(name)).ok().flatten()
    }

    /// Returns the text of an element, or `None` if it does not exist.
    pub fn text(&self, testid: &str) -> Option<String> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.text()).ok()
    }

    /// Returns the value of a field, or `None` if it does not exist.
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

    /// Waits until an element can be clicked, and clicks it with the mouse.
    pub fn click(&self, testid: &str) {
        eventually(&format!("\"{testid}\" can be clicked on"), || self.try_click(testid));
    }

    /// Clicks an element if it is there. `None` if not, or if the click has closed the window before the driver responded.
    pub fn try_click(&self, testid: &str) -> Option<()> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.scroll_into_view()).ok()?;
        self.runtime.block_on(element.click()).ok()
    }

    /// Clicks a toggle until it is pressed. The layout may shift under a click while the window loads.
    pub fn press_toggle(&self, testid: &str) {
        eventually(&format!("\"{testid}\" is pressed"), || {
            let is_pressed = self.attribute(testid, "aria-pressed").as_deref() == Some("true");
            if !is_pressed {
                self.try_click(testid);
            }
            is_pressed.then_some(())
        });
    }

    /// Types into a field.
    pub fn write(&self, testid: &str, text: &str) {
        self.runtime.block_on(self.see(testid).send_keys(text)).unwrap();
    }

    /// Waits until an element no longer exists.
    pub fn wait_until_absent(&self, testid: &str) {
        eventually(&format!("\"{testid}\" is gone"), || self.find(testid).is_none().then_some(()));
    }

    /// Returns whether an element has the focus.
    pub fn focused(&self, testid: &str) -> bool {
        let script = "return document.activeElement?.dataset?.testid ?? ''";
        let found = self.runtime.block_on(self.driver.execute(script, vec![]));
        found.is_ok_and(|found| found.json() == testid)
    }

    /// Runs an asynchronous script and returns the value that it passes to its callback.
    pub fn run(&self, script: &str) -> serde_json::Value {
        let found = self.runtime.block_on(self.driver.execute_async(script, vec![]));
        found.unwrap().json().clone()
    }

    /// Resizes the viewport to these CSS pixels, and waits until it has that size.
    pub fn resize(&self, width: u32, height: u32) {
        self.runtime.block_on(self.driver.set_window_rect(0, 0, width, height)).unwrap();
        eventually(&format!("the window is {width} wide"), || {
            let inner = "arguments[0](innerWidth)";
            (self.run(inner) == width).then_some(())
        });
    }

    /// Presses a key in the focused element.
    pub fn press(&self, key: Key) {
        let keys = self.driver.action_chain().key_down(key.clone()).key_up(key);
        self.runtime.block_on(keys.perform()).unwrap();
    }

    /// Switches to the window that replaced a closed one.
    pub fn switch_to_new_window(&self) {
        eventually("there is a window again", || {
            let windows = self.runtime.block_on(self.driver.windows()).ok()?;
            let window = windows.last()?.clone();
            self.runtime.block_on(self.driver.switch_to_window(window)).ok()
        });
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session ends with its processes. Quitting it would wait for a window that may be closed.
        let _ = self.driver.clone().leak();
    }
}
