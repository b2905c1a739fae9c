//! The log in the window: sits are added, changed and deleted, and each change is undone.

use crate::browser::Browser;
use crate::desktop::{Desktop, signal};
use crate::tray::Tray;
use crate::zafu::{eventually, sql};
use std::path::Path;
use thirtyfour::Key;
use zafu_core::settings::CloseWhenIdle;

/// Opens Zafu's window with the log.
fn open(desktop: &Desktop) -> Option<Browser> {
    let browser = Browser::open(desktop, &[])?;
    browser.see("setup");
    browser.click("open-log");
    browser.see("log");
    Some(browser)
}

/// Adds a sit by hand.
fn add(browser: &Browser, day: &str, time: &str, length: &str) {
    browser.click("log-add");
    browser.write_day("sit-day", day);
    browser.write("sit-time", time);
    browser.write("sit-length", length);
    browser.click("sit-save");
    browser.wait_until_absent("sit-dialog");
}

fn undo(browser: &Browser) {
    browser.press_with(Key::Control, 'z');
}

#[test]
fn changes_can_be_undone_and_the_filter_is_kept_after_the_window_was_closed() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.change_settings(|settings| settings.close_when_idle = CloseWhenIdle::Tray);
    let tray = Tray::on(&desktop);
    let Some(browser) = open(&desktop) else { return };
    add(&browser, "2024-03-02", "07:30", "25");
    add(&browser, "2024-03-03", "06:00", "30");
    browser.click("log-filter");
    browser.switch_on("filter-source-manual");
    browser.click("filter-done");
    browser.see_texts("log-chip", &["Hand"]);
    browser.click_in("sit-row", "06:00", "sit-delete");
    browser.see_texts("sit-row", &["07:30"]);

    desktop.close_window();
    tray.activate("Show Zafu");
    browser.switch_to_new_window();
    browser.see("setup");
    browser.click("open-log");
    browser.see_texts("sit-row", &["07:30"]);
    browser.see_texts("log-chip", &["Hand"]);
    undo(&browser);
    browser.see_texts("sit-row", &["06:00", "07:30"]);
    undo(&browser);
    browser.see_texts("sit-row", &["07:30"]);
    undo(&browser);
    browser.wait_until_absent("sit-row");
}

#[test]
fn a_sit_can_be_added_changed_and_deleted_and_each_change_undone() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = open(&desktop) else { return };
    browser.see("log-empty");
    browser.click("log-add");
    browser.write_day("sit-day", "2024-03-02");
    browser.write("sit-time", "07:30");
    browser.write("sit-length", "25");
    browser.write("sit-note", "rain on the roof");
    browser.write("sit-label", "Zazen");
    browser.click("sit-save");
    browser.see_texts("log-day", &["Saturday, March 2, 2024 25 min"]);
    browser.see_texts("sit-row", &["07:30"]);
    let row = browser.texts("sit-row").remove(0);
    for part in ["25 min", "Zazen", "rain on the roof", "Entered by hand"] {
        assert!(row.contains(part), "{part} is not in {row}");
    }
    add(&browser, "2024-03-02", "18:00", "1 h");
    browser.see_texts("log-day", &["2 sits · 1 h 25 min"]);
    browser.see_texts("sit-row", &["18:00", "07:30"]);

    browser.click_in("sit-row", "07:30", "sit-edit");
    browser.replace("sit-time", "06:45");
    browser.replace("sit-length", "30");
    browser.replace("sit-note", "snow");
    browser.replace("sit-label", "Metta");
    browser.click("sit-save");
    browser.see_texts("log-day", &["2 sits · 1 h 30 min"]);
    browser.see_texts("sit-row", &["18:00", "06:45"]);
    let row = browser.texts("sit-row").remove(1);
    for part in ["30 min", "Metta", "snow"] {
        assert!(row.contains(part), "{part} is not in {row}");
    }
    browser.click_in("sit-row", "06:45", "sit-delete");
    browser.see_texts("log-day", &["March 2, 2024 1 h"]);
    browser.see_texts("sit-row", &["18:00"]);

    undo(&browser);
    browser.see_texts("sit-row", &["18:00", "snow"]);
    undo(&browser);
    browser.see_texts("sit-row", &["18:00", "07:30"]);
    let row = browser.texts("sit-row").remove(1);
    for part in ["25 min", "Zazen", "rain on the roof"] {
        assert!(row.contains(part), "{part} is not in {row}");
    }
    browser.see_texts("log-day", &["2 sits · 1 h 25 min"]);
    undo(&browser);
    browser.see_texts("sit-row", &["07:30"]);
    undo(&browser);
    browser.see("log-empty");
    let kept = "SELECT count(*), sum(deletedat IS NOT NULL) FROM sessions";
    assert_eq!(sql(&desktop.database(), kept), "2|2", "their records stay as tombstones");
}

#[test]
fn impossible_values_of_a_sit_are_explained_and_change_nothing() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = open(&desktop) else { return };
    browser.click("log-add");
    browser.write_day("sit-day", "2024-02-30");
    browser.write("sit-time", "25:00");
    browser.write("sit-length", "long");
    browser.click("sit-save");
    for field in ["sit-day", "sit-time", "sit-length"] {
        eventually(&format!("{field} is marked"), || {
            browser.attribute(field, "aria-invalid").filter(|it| it == "true")
        });
    }
    browser.write_day("sit-day", "2999-01-01");
    browser.replace("sit-time", "07:30");
    browser.replace("sit-length", "25");
    browser.click("sit-save");
    eventually("the future is named", || {
        browser.text("sit-dialog").filter(|text| text.contains("would end in the future"))
    });
    browser.click("sit-cancel");
    browser.see("log-empty");
    assert_eq!(sql(&desktop.database(), "SELECT count(*) FROM sessions"), "0");
}

#[test]
fn changes_of_the_log_survive_a_kill_right_after_them() {
    let Some(desktop) = Desktop::new() else { return };
    let kill = |browser: Browser| {
        signal(desktop.process().unwrap(), "KILL");
        drop(browser);
    };
    let Some(browser) = open(&desktop) else { return };
    add(&browser, "2024-03-02", "07:30", "25");
    kill(browser);

    let browser = open(&desktop).unwrap();
    browser.see_texts("sit-row", &["07:30"]);
    browser.click("sit-edit");
    browser.replace("sit-length", "40");
    browser.replace("sit-note", "rain on the roof");
    browser.click("sit-save");
    browser.wait_until_absent("sit-dialog");
    kill(browser);

    let browser = open(&desktop).unwrap();
    browser.see_texts("log-day", &["March 2, 2024 40 min"]);
    browser.see_texts("sit-row", &["rain on the roof"]);
    browser.click("sit-delete");
    browser.see("log-empty");
    kill(browser);

    let browser = open(&desktop).unwrap();
    browser.see("log-empty");
    add(&browser, "2024-03-03", "08:00", "10");
    browser.click("sit-delete");
    browser.see("log-empty");
    undo(&browser);
    browser.see("sit-row");
    kill(browser);

    let browser = open(&desktop).unwrap();
    browser.see_texts("sit-row", &["08:00"]);
    assert_eq!(sql(&desktop.database(), "PRAGMA integrity_check"), "ok");
}

#[test]
fn several_sits_can_be_labelled_and_deleted_at_once() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.add_sits([
        ("2024-03-02T06:00:00Z".into(), 10, "first", ""),
        ("2024-03-03T06:00:00Z".into(), 20, "second", "Zazen"),
        ("2024-03-04T06:00:00Z".into(), 30, "third", ""),
    ]);
    let Some(browser) = open(&desktop) else { return };
    browser.see_texts("sit-row", &["third", "second", "first"]);
    browser.click("log-menu");
    browser.click("menu-select");
    browser.click_in("sit-row", "third", "sit-select");
    browser.click_in("sit-row", "second", "sit-select");
    browser.see_texts("selection", &["2 selected 50 min"]);
    browser.click("selection-label");
    browser.write("label-choice", "Metta");
    browser.click("label-save");
    browser.wait_until_absent("label-dialog");
    let labels = |expected: [&str; 3]| {
        eventually(&format!("the labels are {expected:?}"), || {
            let rows = browser.texts("sit-row");
            let has = |(row, label): (&String, &str)| match label {
                "" => !row.contains("Metta") && !row.contains("Zazen"),
                _ => row.contains(label),
            };
            (rows.len() == 3 && rows.iter().zip(expected).all(has)).then_some(())
        });
    };
    labels(["Metta", "Metta", ""]);
    browser.click("selection-delete");
    browser.see_texts("sit-row", &["first"]);
    browser.wait_until_absent("selection");
    undo(&browser);
    labels(["Metta", "Metta", ""]);
    undo(&browser);
    labels(["", "Zazen", ""]);
}

/// Number of sits of a long log. A page has 50.
const MANY: usize = 400;

/// Returns the positions of the rows that exist in the page, as screen readers are told.
fn positions(browser: &Browser) -> Vec<usize> {
    let script =
        "arguments[0]([...document.querySelectorAll('[data-testid=sit-row]')].map((row) => {
        if (row.getAttribute('aria-setsize') !== '400') throw row.getAttribute('aria-setsize');
        return Number(row.getAttribute('aria-posinset'));
    }))";
    serde_json::from_value(browser.run(script)).unwrap()
}

#[test]
fn a_long_log_is_loaded_in_both_directions_and_far_rows_are_removed() {
    let Some(desktop) = Desktop::new() else { return };
    let start = |at: usize| {
        format!("{}-{:02}-{:02}T06:00:00Z", 2000 + at / 300, 1 + at / 25 % 12, 1 + at % 25)
    };
    desktop.add_sits((0..MANY).map(|at| (start(at), 10, "", "")));
    let Some(browser) = open(&desktop) else { return };
    // Rows follow one another, and only some of them exist.
    let check = || {
        let rows = positions(&browser);
        let near = |pair: &[usize]| pair[0] < pair[1];
        assert!(rows.windows(2).all(near), "not in order: {rows:?}");
        assert!(rows.len() < 300, "{} rows exist", rows.len());
        rows
    };
    let scroll_until = |last: bool, position: usize| {
        eventually(&format!("row {position} exists"), || {
            let row = if last { "at(-1)" } else { "at(0)" };
            browser.run(&format!(
                "[...document.querySelectorAll('[data-testid=sit-row]')].{row}?.scrollIntoView();
                requestAnimationFrame(() => arguments[0](null));"
            ));
            check().contains(&position).then_some(())
        });
    };
    eventually("the first page is shown", || check().contains(&1).then_some(()));
    scroll_until(true, MANY);
    eventually("far rows are removed", || (!check().contains(&1)).then_some(()));
    scroll_until(false, 1);
    eventually("far rows are removed", || (!check().contains(&MANY)).then_some(()));

    // A date in the middle: both directions are loaded from there.
    browser.click("log-jump");
    browser.write_day("jump-day", "2000-08-10");
    browser.press(Key::Enter);
    browser.wait_until_absent("jump-dialog");
    let middle = MANY - (7 * 25 + 9);
    eventually("the sit of the day has the focus", || {
        let script = "arguments[0](Number(document.activeElement?.getAttribute('aria-posinset')))";
        (browser.run(script) == middle).then_some(())
    });
    scroll_until(false, 1);
    scroll_until(true, MANY);
}

/// Waits until a row with this text has the focus.
fn see_focus(browser: &Browser, text: &str) {
    eventually(&format!("the focus is on \"{text}\""), || {
        let focused = browser.run("arguments[0](document.activeElement?.textContent ?? '')");
        focused.as_str().filter(|focused| focused.contains(text)).map(|_| ())
    });
}

/// Waits until an element has the focus.
fn see_focus_on(browser: &Browser, testid: &str) {
    eventually(&format!("\"{testid}\" has the focus"), || browser.focused(testid).then_some(()));
}

#[test]
fn all_sits_of_a_filter_are_deleted_and_undone_also_those_that_are_not_loaded() {
    let Some(desktop) = Desktop::new() else { return };
    let day = |n: u32| format!("2024-{:02}-{:02}T06:00:00Z", n / 28 + 1, n % 28 + 1);
    let sits = (0..120).map(|n| (day(n), 10, "", if n % 2 == 0 { "Zazen" } else { "" }));
    desktop.add_sits(sits);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    browser.click("open-log");
    browser.click("log-filter");
    browser.click("filter-label-Zazen");
    browser.click("filter-done");
    browser.wait_until_absent("filter-dialog");
    browser.click("log-menu");
    browser.click("menu-select");
    browser.click("selection-all");
    browser.see_texts("selection", &["60 selected"]);
    browser.click("selection-delete");
    browser.click("delete-confirm");
    browser.see("log-empty");
    const VISIBLE: &str = "SELECT count(*) FROM sessions WHERE deletedat IS NULL";
    assert_eq!(sql(&desktop.database(), VISIBLE), "60");
    undo(&browser);
    eventually("the sits are listed again", || (browser.count("sit-row") > 0).then_some(()));
    assert_eq!(sql(&desktop.database(), VISIBLE), "120");
}

/// Presses Tab until an element has the focus.
fn tab_to(browser: &Browser, testid: &str) {
    browser.see(testid);
    for _ in 0..60 {
        if browser.focused(testid) {
            return;
        }
        browser.press(Key::Tab);
    }
    panic!("Tab does not reach {testid}");
}

#[test]
fn labels_imports_exports_and_backups_can_be_used_with_the_keyboard_alone() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.add_sits([("2024-03-02T06:00:00Z".into(), 10, "first", "Metta")]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    let press_on = |testid: &str| {
        tab_to(&browser, testid);
        browser.press(Key::Enter);
    };
    press_on("open-log");
    let open_from_menu = |item: &str| {
        press_on("log-menu");
        browser.see(item);
        for _ in 0..8 {
            if browser.focused(item) {
                break;
            }
            browser.press(Key::Down);
        }
        see_focus_on(&browser, item);
        browser.press(Key::Enter);
    };
    open_from_menu("menu-labels");
    press_on("label-new");
    tab_to(&browser, "label-name");
    browser.write("label-name", "Zazen");
    browser.press(Key::Enter);
    browser.wait_until_absent("label-editor");
    browser.see_texts("label-row", &["Metta 1 sit", "Zazen 0 sits"]);
    press_on("label-delete");
    browser.see_texts("label-row", &["Zazen 0 sits"]);
    undo(&browser);
    browser.see_texts("label-row", &["Metta 1 sit", "Zazen 0 sits"]);
    browser.press(Key::Escape);
    browser.see("log");

    let samples =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/crates/formats/tests/samples");
    desktop.choose_in_dialogs(&[&samples.join("insight-24h.csv")]);
    open_from_menu("menu-transfer");
    press_on("import-choose");
    browser.see("import-count-added");
    press_on("import-commit");
    press_on("import-show-log");
    open_from_menu("menu-transfer");
    let exported = desktop.home().join("zafu.csv");
    desktop.choose_in_dialogs(&[&exported]);
    press_on("export-run");
    browser.see("export-done");
    assert!(exported.exists());
    press_on("backup-make");
    eventually("a backup is made", || {
        browser.text("backup-row").filter(|row| row.contains("Made by you"))
    });
    press_on("backup-restore");
    browser.see("restore-preview");
    browser.press(Key::Escape);
    browser.wait_until_absent("restore-dialog");
    press_on("import-row-undo");
    browser.see("undo-dialog");
    press_on("undo-confirm");
    browser.wait_until_absent("undo-dialog");
    browser.press(Key::Escape);
    browser.see_texts("sit-row", &["first"]);
}

#[test]
fn the_log_can_be_used_with_the_keyboard_alone() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.add_sits([
        ("2024-03-02T06:00:00Z".into(), 10, "first", ""),
        ("2024-03-03T06:00:00Z".into(), 20, "second", ""),
        ("2024-03-04T06:00:00Z".into(), 30, "third", ""),
    ]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    let tab_to = |testid: &str| tab_to(&browser, testid);
    tab_to("open-log");
    browser.press(Key::Enter);
    browser.see_texts("sit-row", &["third", "second", "first"]);
    tab_to("sit-row");
    see_focus(&browser, "third");
    browser.press(Key::Down);
    see_focus(&browser, "second");
    browser.press(Key::Down);
    see_focus(&browser, "first");
    browser.press(Key::Home);
    see_focus(&browser, "third");
    browser.press(Key::End);
    see_focus(&browser, "first");
    browser.press(Key::Up);
    see_focus(&browser, "second");

    browser.press(Key::Enter);
    browser.see("sit-dialog");
    tab_to("sit-length");
    browser.replace("sit-length", "45");
    browser.press(Key::Enter);
    browser.wait_until_absent("sit-dialog");
    browser.see_texts("sit-row", &["third", "45 min", "first"]);
    see_focus(&browser, "second");
    browser.press(Key::Delete);
    browser.see_texts("sit-row", &["third", "first"]);
    see_focus(&browser, "first");
    undo(&browser);
    browser.see_texts("sit-row", &["third", "45 min", "first"]);
    undo(&browser);
    browser.see_texts("sit-row", &["third", "20 min", "first"]);

    browser.press_with(Key::Control, 'f');
    see_focus_on(&browser, "log-words");
    browser.write("log-words", "third");
    browser.press(Key::Enter);
    browser.see_texts("sit-row", &["third"]);
    browser.press(Key::Escape);
    browser.see_texts("sit-row", &["third", "second", "first"]);
    tab_to("sit-row");
    browser.press(Key::Space);
    browser.see("selection");
    browser.press(Key::Escape);
    browser.wait_until_absent("selection");

    browser.press('?');
    browser.see("shortcuts-dialog");
    browser.press(Key::Escape);
    browser.wait_until_absent("shortcuts-dialog");
    browser.press_with(Key::Control, 'n');
    browser.see("sit-dialog");
    browser.press(Key::Escape);
    browser.wait_until_absent("sit-dialog");
    browser.press(Key::Escape);
    browser.see("setup");
}
