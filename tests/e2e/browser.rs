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

fn test_id(testid: &str) -> By {
    By::Css(format!("[data-testid=\"{testid}\"]"))
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
        self.runtime.block_on(self.driver.find(test_id(testid))).ok()
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

    /// Returns how many elements have this test id.
    pub fn count(&self, testid: &str) -> usize {
        let by = By::Css(format!("[data-testid=\"{testid}\"]"));
        self.runtime.block_on(self.driver.find_all(by)).map_or(0, |found| found.len())
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

    /// Clicks a checkbox or switch until it is on.
    pub fn switch_on(&self, testid: &str) {
        eventually(&format!("\"{testid}\" is on"), || {
            let is_on = self.is_on(testid)?;
            if !is_on {
                self.try_click(testid);
            }
            is_on.then_some(())
        });
    }

    /// Types into a field.
    pub fn write(&self, testid: &str, text: &str) {
        self.runtime.block_on(self.see(testid).send_keys(text)).unwrap();
    }

    /// Returns the texts of all elements with this test id, in the order of the page, also of those that are not visible.
    pub fn texts(&self, testid: &str) -> Vec<String> {
        let script = format!(
            "arguments[0]([...document.querySelectorAll('[data-testid=\"{testid}\"]')]
                .map((one) => one.textContent.replace(/\\s+/g, ' ').trim()))"
        );
        serde_json::from_value(self.run(&script)).unwrap()
    }

    /// Waits until the elements with this test id have these texts, in part, and no others exist.
    #[track_caller]
    pub fn see_texts(&self, testid: &str, parts: &[&str]) {
        let mut last = Vec::new();
        eventually(&format!("{parts:?} are the texts of \"{testid}\""), || {
            let texts = self.texts(testid);
            let fits = texts.len() == parts.len()
                && texts.iter().zip(parts).all(|(text, part)| text.contains(part));
            if !fits && texts != last {
                eprintln!("\"{testid}\": {texts:?}");
                last = texts;
            }
            fits.then_some(())
        });
    }

    /// Waits until an element with this test id whose text contains `text` exists, and clicks it.
    pub fn click_text(&self, testid: &str, text: &str) {
        self.click_part(testid, text, None);
    }

    /// As [`Browser::click_text`], and clicks the element `inside` it.
    pub fn click_in(&self, testid: &str, text: &str, inside: &str) {
        self.click_part(testid, text, Some(inside));
    }

    fn click_part(&self, testid: &str, text: &str, inside: Option<&str>) {
        let try_click = async || {
            for element in self.driver.find_all(test_id(testid)).await? {
                // The driver counts only what is visible as the text.
                let content = element.prop("textContent").await?;
                if content.is_some_and(|content| content.contains(text)) {
                    let target = match inside {
                        Some(inside) => element.find(test_id(inside)).await?,
                        None => element,
                    };
                    target.scroll_into_view().await?;
                    return target.click().await.map(|()| true);
                }
            }
            WebDriverResult::Ok(false)
        };
        eventually(&format!("{inside:?} of \"{text}\" can be clicked on"), || {
            self.runtime.block_on(try_click()).is_ok_and(|it| it).then_some(())
        });
    }

    /// Clicks the part of a chart whose accessible name contains `name`.
    pub fn click_mark(&self, chart: &str, name: &str) {
        let mark = format!("[data-testid=\"{chart}\"] [data-mark][aria-label*=\"{name}\"] rect");
        eventually(&format!("\"{name}\" of {chart} can be clicked on"), || {
            let found = self.runtime.block_on(self.driver.find(By::Css(&*mark))).ok()?;
            self.runtime.block_on(found.scroll_into_view()).ok()?;
            self.runtime.block_on(found.click()).ok()
        });
    }

    /// Returns whether a checkbox or switch is on; `None` if it does not exist.
    pub fn is_on(&self, testid: &str) -> Option<bool> {
        let element = self.find(testid)?;
        self.runtime.block_on(element.is_selected()).ok()
    }

    /// Replaces the text of a field.
    pub fn replace(&self, testid: &str, text: &str) {
        self.see(testid);
        self.run(&format!(
            "document.querySelector('[data-testid=\"{testid}\"]').select(); arguments[0](null)"
        ));
        let key =
            if text.is_empty() { char::from(Key::Delete).to_string() } else { text.to_owned() };
        self.write(testid, &key);
    }

    /// Enters a day such as `2024-03-02` into a date field, part by part in the order of the locale `C`.
    pub fn write_day(&self, testid: &str, day: &str) {
        self.see(testid);
        self.run(&format!(
            "document.querySelector('[data-testid=\"{testid}\"]').focus(); arguments[0](null)"
        ));
        let (year, rest) = day.split_once('-').unwrap();
        let (month, day) = rest.split_once('-').unwrap();
        for (at, part) in [month, day, year].into_iter().enumerate() {
            if at > 0 {
                self.press(Key::Right);
            }
            part.chars().for_each(|digit| self.press(digit));
        }
    }

    /// Chooses an option of a select by its value.
    pub fn choose(&self, testid: &str, value: &str) {
        let option = format!("[data-testid=\"{testid}\"] option[value=\"{value}\"]");
        eventually(&format!("\"{value}\" can be chosen"), || {
            let found = self.runtime.block_on(self.driver.find(By::Css(&*option))).ok()?;
            self.runtime.block_on(found.click()).ok()
        });
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
    pub fn press(&self, key: impl Into<char> + Clone) {
        let keys = self.driver.action_chain().key_down(key.clone()).key_up(key);
        self.runtime.block_on(keys.perform()).unwrap();
    }

    /// Presses a key with another one held.
    pub fn press_with(&self, held: Key, key: char) {
        let keys = self.driver.action_chain().key_down(held.clone()).key_down(key);
        self.runtime.block_on(keys.key_up(key).key_up(held).perform()).unwrap();
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
