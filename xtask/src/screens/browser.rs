//! A headless Chromium that is told what to do over a pipe, in its own protocol. It is asked whether a page has
//! settled and waited for, however long that takes on a busy machine; nothing is guessed from the time.

use crate::packages::BROWSERS;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// After so long without an answer something is broken, and not slow.
const PATIENCE: Duration = Duration::from_secs(300);

/// A browser with one page. It ends when this is dropped.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    /// The page.
    session: String,
    asked: u64,
    profile: PathBuf,
}

impl Browser {
    /// Starts the first Chromium that is found.
    ///
    /// # Errors
    /// If there is none, or it does not answer.
    pub fn start() -> Result<Self> {
        let program = BROWSERS.into_iter().find(|program| {
            let mut version = Command::new(program);
            version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
            version.status().is_ok()
        });
        let program =
            program.context("there is no Chromium here: install Chromium or Google Chrome")?;
        let profile = std::env::temp_dir().join(format!("zafu-screens-{}", std::process::id()));
        // Chromium listens on its third and speaks on its fourth file; a shell puts our pipe there.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#, program])
            .args(["--headless", "--disable-gpu", "--hide-scrollbars", "--lang=en"])
            .args(["--no-first-run", "--remote-debugging-pipe"])
            // It draws only what we have built, and root may not have Chromium's sandbox.
            .arg("--no-sandbox")
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Chromium cannot be run")?;
        let (to, out) = (child.stdin.take(), child.stdout.take());
        let (to, out) = to.zip(out).context("Chromium has no pipe")?;
        let (said, from) = channel();
        std::thread::spawn(move || {
            let messages = BufReader::new(out).split(0).map_while(Result::ok);
            for message in messages.filter_map(|bytes| serde_json::from_slice(&bytes).ok()) {
                if said.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self { child, to, from, session: String::new(), asked: 0, profile };
        let made = browser.ask("Target.createTarget", json!({ "url": "about:blank" }))?;
        let target = json!({ "targetId": made["targetId"], "flatten": true });
        let attached = browser.ask("Target.attachToTarget", target)?;
        browser.session = text(&attached["sessionId"])?;
        Ok(browser)
    }

    /// Goes to an address, and returns once its scripts have run.
    ///
    /// # Errors
    /// If it does not answer, or the browser does not.
    pub fn open(&mut self, url: &str) -> Result<()> {
        let went = self.ask("Page.navigate", json!({ "url": url }))?;
        ensure!(went["errorText"].is_null(), "{url}: {}", went["errorText"]);
        let loaded = "new Promise((loaded) => {
            if (document.readyState === 'complete') loaded();
            else addEventListener('load', () => loaded());
        })";
        self.evaluate(loaded).map(drop)
    }

    /// Gives the page a size, in its own pixels and in those of the screen for each of them.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub fn resize(&mut self, width: u32, height: u32, scale: u32) -> Result<()> {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
        });
        self.ask("Emulation.setDeviceMetricsOverride", metrics).map(drop)
    }

    /// What an expression in the page comes to, once its promise is kept.
    ///
    /// # Errors
    /// If it throws, or the browser does not answer.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let how = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut came = self.ask("Runtime.evaluate", how)?;
        let thrown = &came["exceptionDetails"];
        ensure!(thrown.is_null(), "{expression}: {thrown}");
        Ok(came["result"]["value"].take())
    }

    /// A picture of the page, as a PNG.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub fn picture(&mut self) -> Result<Vec<u8>> {
        let taken = self.ask("Page.captureScreenshot", json!({ "format": "png" }))?;
        decoded(&text(&taken["data"])?)
    }

    /// Asks for one thing and waits for its answer.
    fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        self.to.write_all(&bytes).context("Chromium has ended")?;
        loop {
            let answer = self.from.recv_timeout(PATIENCE);
            let mut answer =
                answer.with_context(|| format!("Chromium does not answer {method}"))?;
            // Whatever else it says is of no interest.
            if answer["id"] != self.asked {
                continue;
            }
            ensure!(answer["error"].is_null(), "{method}: {}", answer["error"]);
            return Ok(answer["result"].take());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its own helpers if it is asked to; already gone is as good.
        if self.ask("Browser.close", json!({})).is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        // A folder in the system's own place for what may be lost.
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("Chromium has said {value}"))
}

/// Bytes from base64 (RFC 4648, section 4).
fn decoded(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => bail!("there is no {letter} in base64"),
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn base64_is_read_with_and_without_padding_of_every_length() {
        // The examples of RFC 4648, section 10.
        let examples = [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ];
        for (text, bytes) in examples {
            assert_eq!(decoded(text).unwrap(), bytes.as_bytes(), "{text}");
        }
        assert!(decoded("Zm9v!").is_err());
    }
}
