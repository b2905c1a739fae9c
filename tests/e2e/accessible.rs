//! Accessibility: axe-core on every screen of the real window, and the accessibility tree that a screen reader reads.

use crate::browser::Browser;
use crate::desktop::Desktop;
use crate::reader::Reader;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thirtyfour::Key;
use zafu_core::settings::Theme;

/// Returns the serious and critical violations that axe-core finds on the current screen.
pub fn faults(browser: &Browser) -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(source).unwrap();
    let script = format!(
        "{axe};
        const done = arguments[arguments.length - 1];
        axe.run(document, {{ resultTypes: ['violations'] }}).then(
            (found) => done({{ rules: found.passes.length, faults: found.violations
                .filter((one) => ['serious', 'critical'].includes(one.impact))
                .map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')) }}),
            (error) => done({{ rules: 0, faults: [String(error)] }}),
        );"
    );
    let found = browser.run(&script);
    assert!(found["rules"].as_u64() > Some(5), "axe-core looked at nothing: {found}");
    let faults = found["faults"].as_array().unwrap();
    faults.iter().map(|fault| fault.as_str().unwrap().to_owned()).collect()
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/crates/formats/tests/samples").join(name)
}

#[test]
fn axe_finds_no_serious_violation_on_any_screen_in_either_theme() {
    for theme in [Theme::Light, Theme::Dark] {
        let Some(desktop) = Desktop::new() else { return };
        // An element that is still fading in has too little contrast.
        desktop.without_motion();
        desktop.change_settings(|settings| settings.theme = theme);
        let Some(browser) = Browser::open(&desktop, &[]) else { return };
        browser.see("setup");
        let scheme = browser.run("arguments[0](getComputedStyle(document.body).colorScheme)");
        assert_eq!(scheme, if theme == Theme::Dark { "dark" } else { "light" });
        let mut found = Vec::new();
        let mut look = |screen: &str| {
            browser.see(screen);
            found.extend(faults(&browser).into_iter().map(|fault| format!("{screen}: {fault}")));
        };
        look("setup");
        for (opens, screen, closes) in [
            ("bells", "bells-dialog", "bells-done"),
            ("open-settings", "settings", "back"),
            ("open-log", "log", "back"),
        ] {
            browser.click(opens);
            look(screen);
            browser.click(closes);
            browser.see("setup");
        }
        browser.click("length-30");
        browser.click("preset-keep");
        look("preset-dialog");
        browser.press(Key::Escape);
        browser.wait_until_absent("preset-dialog");
        desktop.start_sit();
        desktop.pass(Duration::from_secs(65));
        browser.see_phase("sitting");
        look("sit");
        browser.press(Key::Escape);
        look("end-dialog");
        browser.press(Key::Escape);
        browser.wait_until_absent("end-dialog");
        desktop.client().pause_sit().unwrap();
        browser.see_phase("paused");
        look("sit");
        desktop.client().resume_sit().unwrap();
        desktop.pass(Duration::from_secs(1300));
        browser.see_phase("overtime");
        look("sit");
        browser.click("finish");
        look("finished");
        browser.click("done");
        browser.click("open-log");
        browser.click("open-insight");
        look("insight-overview");
        browser.click("year-table");
        browser.click("bars-save");
        look("bars-png");
        browser.click("back");
        browser.see("log");
        for (opens, dialog) in [
            ("sit-edit", "sit-dialog"),
            ("log-add", "sit-dialog"),
            ("log-filter", "filter-dialog"),
            ("log-jump", "jump-dialog"),
        ] {
            browser.click(opens);
            look(dialog);
            browser.press(Key::Escape);
            browser.wait_until_absent(dialog);
        }
        browser.click("log-menu");
        look("menu-labels");
        browser.click("menu-shortcuts");
        look("shortcuts-dialog");
        browser.press(Key::Escape);
        browser.wait_until_absent("shortcuts-dialog");
        browser.click("log-menu");
        browser.click("menu-select");
        browser.click("sit-select");
        look("selection");
        browser.click("selection-all");
        browser.click("selection-delete");
        look("delete-dialog");
        browser.press(Key::Escape);
        browser.wait_until_absent("delete-dialog");
        browser.click("selection-label");
        look("label-dialog");
        browser.write("label-choice", "Zazen");
        browser.click("label-save");
        browser.wait_until_absent("label-dialog");
        browser.click("selection-clear");
        browser.write("log-words", "Zazen");
        look("log-chip");
        browser.click("log-clear");
        browser.click("log-menu");
        browser.click("menu-labels");
        look("label-row");
        browser.click("label-edit");
        look("label-editor");
        browser.press(Key::Escape);
        browser.wait_until_absent("label-editor");
        browser.click("back");
        browser.see("log");
        browser.click("back");
        // A step that is too long for the engine to see leaves an unsettled sit.
        desktop.start_sit();
        desktop.client().advance(7_200_000).unwrap();
        look("unsettled");
        assert!(found.is_empty(), "{theme:?}:\n{}", found.join("\n"));
    }
}

#[test]
fn axe_finds_no_serious_violation_while_files_are_imported_and_backups_restored() {
    for theme in [Theme::Light, Theme::Dark] {
        let Some(desktop) = Desktop::new() else { return };
        desktop.without_motion();
        desktop.change_settings(|settings| settings.theme = theme);
        desktop.choose_in_dialogs(&[&sample("insight-24h.csv"), &sample("insight-journal.txt")]);
        let Some(browser) = Browser::open(&desktop, &[]) else { return };
        browser.see("setup");
        let mut found = Vec::new();
        let mut look = |screen: &str| {
            browser.see(screen);
            found.extend(faults(&browser).into_iter().map(|fault| format!("{screen}: {fault}")));
        };
        for button in ["open-log", "log-menu", "menu-transfer"] {
            browser.click(button);
        }
        look("transfer");
        browser.click("import-choose");
        look("import-count-added");
        browser.click("import-commit");
        look("import-done");
        for button in ["import-show-log", "log-menu", "menu-transfer"] {
            browser.click(button);
        }
        look("import-row-undo");
        browser.click("import-row-undo");
        look("undo-dialog");
        browser.press(Key::Escape);
        browser.wait_until_absent("undo-dialog");
        browser.click("backup-make");
        look("backup-row");
        browser.click("backup-restore");
        browser.see("restore-preview");
        look("restore-dialog");
        assert!(found.is_empty(), "{theme:?}:\n{}", found.join("\n"));
    }
}

#[test]
fn a_screen_reader_finds_what_it_needs() {
    let Some(mut desktop) = Desktop::new() else { return };
    let Some(reader) = Reader::on(&mut desktop) else { return };
    let _app = desktop.zafu(&[]);
    reader.wait_for_text("New sit");
    reader.wait_for_text("Length, minutes");
    reader.press("Start");
    reader.wait_for_announcement("Settle in.");
    let preparation = desktop.state().sit.unwrap().preparation_seconds.0;
    desktop.pass(Duration::from_secs(u64::from(preparation) + 1));
    reader.wait_for_announcement("The sit begins: 20 min.");
    // One second before the half, which the sit then reaches in real time.
    let sat = Duration::from_millis(desktop.state().sit.unwrap().elapsed_ms);
    desktop.pass(Duration::from_millis(599_000).saturating_sub(sat));
    reader.wait_for_announcement("10 minutes");
    reader.press("Pause");
    reader.wait_for_text("Resume");
    reader.press("Resume");
    reader.wait_for_announcement("The sit continues.");
    desktop.pass(Duration::from_secs(601));
    reader.press("Finish");
    reader.wait_for_announcement("20 minutes");
    reader.wait_for_text("Note");
}
