//! Messages of the window about bells that cannot be heard.

use crate::browser::Browser;
use crate::desktop::Desktop;
use crate::zafu::eventually;
use std::time::Duration;
use zafu_engine::protocol::ErrorCode;

/// Tested window widths in CSS pixels: narrow, and the initial one.
const WIDTHS: [u32; 2] = [400, 480];

/// Returns a script that calls back with the boxes that cut off the text of an element. It sets the text to `text`
/// first, if that is given.
fn cut(testid: &str, text: Option<&str>) -> String {
    format!(
        r#"const done = arguments[arguments.length - 1];
        const element = document.querySelector('[data-testid="{testid}"]');
        const text = {text};
        // The longest line of text is the first child that holds nothing but it.
        const line = element.matches('p') ? element : element.querySelector('p, span');
        const node = [...line.childNodes].find((one) => one.nodeType === 3 && one.data.trim());
        if (text !== null) node.data = text;
        requestAnimationFrame(() => {{
            element.scrollIntoView({{ block: 'nearest' }});
            const range = document.createRange();
            range.selectNodeContents(node);
            const cuts = [];
            for (const rect of range.getClientRects())
                for (let box = line; box; box = box.parentElement) {{
                    const seen = box === document.documentElement
                        ? {{ left: 0, top: 0, right: innerWidth, bottom: innerHeight }}
                        : box.getBoundingClientRect();
                    const hides = getComputedStyle(box).overflow !== 'visible' || !box.parentElement;
                    if (hides && (rect.left < seen.left - 1 || rect.right > seen.right + 1
                        || rect.top < seen.top - 1 || rect.bottom > seen.bottom + 1))
                        cuts.push(`${{box.className || box.tagName}} cuts "${{node.data}}"`);
                }}
            if (!node.data.trim()) cuts.push('there is no text');
            done(cuts);
        }});"#,
        text = serde_json::to_string(&text).unwrap(),
    )
}

/// Returns a message of the catalogue of a language, with the longest likely arguments.
fn message(language: &str, name: &str) -> String {
    let file = format!("{}/messages/{language}/error.ftl", env!("CARGO_MANIFEST_DIR"));
    let messages = std::fs::read_to_string(file).unwrap();
    let text = |name: &str| {
        let found = messages.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        found.unwrap_or_else(|| panic!("no message {name}")).to_owned()
    };
    let rate = text("error-file-rate").replace("{ $hertz }", "4294967295");
    text(name)
        .replace("{ $reason }", "ALSA function 'snd_pcm_open' failed: No such file or directory")
        .replace("{ $device }", "Family 17h (Models 00h-0fh) HD Audio Controller Analog Stereo")
        .replace("{ $file }", "Temple bell of the long winter retreat, second take.flac")
        .replace("{ $fault }", &rate)
        .replace("{ $instead }", "Große Schale")
        .replace("{ $name }", "great-gong-of-the-eastern-temple")
}

/// Full messages. [`BRIEF`] has those of the closed notices.
const LONG: [&str; 5] = [
    "error-bell-no-device-reason",
    "error-bell-device-refused",
    "error-bell-device-lost",
    "error-bell-stuck",
    "error-bell-file",
];
const BRIEF: [&str; 4] = [
    "error-bell-no-device-brief",
    "error-bell-silent-brief",
    "error-bell-file-brief",
    "error-bell-unknown-sound-brief",
];

/// Checks that an element cuts off no text: its current text, and each of these messages in each language.
fn is_whole(browser: &Browser, testid: &str, messages: &[&str]) {
    assert_eq!(browser.run(&cut(testid, None)), serde_json::json!([]), "{testid}");
    for language in ["en", "de"] {
        for name in messages {
            let found = browser.run(&cut(testid, Some(&message(language, name))));
            assert_eq!(found, serde_json::json!([]), "{testid}, {language}: {name}");
        }
    }
}

#[test]
fn real_life_36_bell_trouble_is_not_cut_off_in_a_narrow_window() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("bell-trouble");
    for width in WIDTHS {
        browser.resize(width, 680);
        is_whole(&browser, "bell-trouble", &LONG[..4]);
    }
    let sit = desktop.start_sit().sit.unwrap();
    desktop.pass(Duration::from_secs(u64::from(sit.preparation_seconds.0) + 2));
    eventually("the engine reports the bell", || {
        desktop.state().trouble.into_iter().find(|error| error.code == ErrorCode::Sound)
    });
    browser.see("notices-open");
    for width in WIDTHS {
        browser.resize(width, 680);
        is_whole(&browser, "notices-open", &BRIEF);
    }
    // Control: a text that is too long is detected.
    let long = message("de", "error-bell-file");
    assert_ne!(browser.run(&cut("notices-open", Some(&long))), serde_json::json!([]));
    browser.click("notices-open");
    browser.see("trouble");
    for width in WIDTHS {
        browser.resize(width, 680);
        is_whole(&browser, "trouble", &LONG);
    }
}
