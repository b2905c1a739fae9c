//! Imports, exports and backups in the window. The dialogs of the system are answered by the test: see [`Desktop::choose_in_dialogs`].

use crate::browser::Browser;
use crate::desktop::Desktop;
use crate::zafu::{eventually, program, sql};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use thirtyfour::Key;

const VISIBLE: &str = "SELECT count(*) FROM sessions WHERE deletedat IS NULL";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/crates/formats/tests/samples").join(name)
}

/// The sits of a file whose import takes seconds.
const MANY: u32 = 150_000;

/// Writes a file of [`MANY`] sits, one in each minute.
fn write_many(desktop: &Desktop) -> PathBuf {
    let mut text = "Started At,Duration,Preset,Activity\n".to_owned();
    for n in 0..MANY {
        let (year, month, day) = (2020 + n / 483_840, n / 40_320 % 12 + 1, n / 1440 % 28 + 1);
        let (hour, minute) = (n / 60 % 24, n % 60);
        writeln!(text, "{month:02}/{day:02}/{year} {hour:02}:{minute:02}:00,0:0:30,,Meditation")
            .unwrap();
    }
    let path = desktop.home().join("many.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// Begins to import many sits in the window, and waits until they are being imported.
fn begin_an_import(desktop: &Desktop, browser: &Browser) {
    open_transfer(browser);
    browser.click("import-choose");
    browser.click("import-commit");
    browser.see("import-progress");
    assert_eq!(sql(&desktop.database(), VISIBLE), "0");
}

fn open_transfer(browser: &Browser) {
    for button in ["open-log", "log-menu", "menu-transfer"] {
        browser.click(button);
    }
    browser.see("transfer");
}

fn see_text(browser: &Browser, testid: &str, text: &str) {
    eventually(&format!("\"{testid}\" reads {text}"), || {
        (browser.text(testid).as_deref() == Some(text)).then_some(())
    });
}

fn see_count(browser: &Browser, testid: &str, count: usize) {
    eventually(&format!("there are {count} of \"{testid}\""), || {
        (browser.count(testid) == count).then_some(())
    });
}

fn see_newest_backup(browser: &Browser, text: &str) {
    eventually(&format!("the newest backup reads {text}"), || {
        browser.text("backup-row").filter(|row| row.contains(text))
    });
}

#[test]
fn a_file_is_imported_after_a_preview_and_the_import_can_be_undone_later() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.choose_in_dialogs(&[&sample("insight-24h.csv"), &sample("insight-journal.txt")]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    open_transfer(&browser);
    browser.click("import-choose");
    see_text(&browser, "import-count-added", "6");
    assert_eq!(browser.text("import-count-skipped").as_deref(), Some("2"));
    assert_eq!(browser.count("import-file"), 2);
    assert_eq!(sql(&desktop.database(), VISIBLE), "0");

    browser.click("import-commit");
    browser.see("import-done");
    assert_eq!(sql(&desktop.database(), VISIBLE), "6");
    browser.click("import-show-log");
    see_count(&browser, "sit-row", 6);

    for button in ["log-menu", "menu-transfer", "import-row-undo", "undo-confirm"] {
        browser.click(button);
    }
    browser.wait_until_absent("undo-dialog");
    assert_eq!(sql(&desktop.database(), VISIBLE), "0");
    browser.click("import-choose");
    see_text(&browser, "import-count-revived", "6");
    browser.click("import-leave");
    browser.see("import-choose");
}

#[test]
fn the_times_of_a_file_are_imported_in_the_zone_that_the_preview_shows() {
    let Some(desktop) = Desktop::new() else { return };
    let path = desktop.home().join("log.csv");
    let row = "12/25/2025 07:00:00,0:10:0,,Meditation";
    std::fs::write(&path, format!("Started At,Duration,Preset,Activity\n{row}\n")).unwrap();
    desktop.choose_in_dialogs(&[&path]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    open_transfer(&browser);
    browser.click("import-choose");
    see_text(&browser, "import-count-added", "1");
    browser.replace("import-zone", "Berlin");
    browser.press(Key::Tab);
    eventually("the similar zone is named", || {
        browser.texts("import-preview").iter().any(|it| it.contains("Europe/Berlin?")).then_some(())
    });
    assert_eq!(browser.attribute("import-commit", "disabled").as_deref(), Some("true"));
    browser.replace("import-zone", "Asia/Tokyo");
    browser.press(Key::Tab);
    browser.click("import-commit");
    browser.see("import-done");
    let imported = sql(&desktop.database(), "SELECT startedat, utcoffset FROM sessions");
    assert_eq!(imported, "2025-12-24T22:00:00.000Z|540");
}

#[test]
fn an_import_is_finished_before_zafu_quits_because_its_window_is_closed() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.choose_in_dialogs(&[&write_many(&desktop)]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    begin_an_import(&desktop, &browser);
    desktop.close_window();
    eventually("Zafu has quit", || desktop.process().is_none().then_some(()));
    assert_eq!(sql(&desktop.database(), VISIBLE), MANY.to_string());
}

#[test]
fn a_command_to_quit_waits_for_an_import_of_the_window() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.choose_in_dialogs(&[&write_many(&desktop)]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    begin_an_import(&desktop, &browser);
    desktop.client().quit().unwrap();
    eventually("Zafu has quit", || desktop.process().is_none().then_some(()));
    assert_eq!(sql(&desktop.database(), VISIBLE), MANY.to_string());
}

#[test]
fn a_new_window_shows_the_import_that_was_begun_in_a_closed_one() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.choose_in_dialogs(&[&write_many(&desktop)]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    begin_an_import(&desktop, &browser);
    desktop.close_window();
    desktop.client().show_window().unwrap();
    browser.switch_to_new_window();
    browser.see("import-done");
    assert_eq!(sql(&desktop.database(), VISIBLE), MANY.to_string());
    // The window that was opened keeps Zafu running.
    browser.click("import-show-log");
    browser.see("sit-row");
}

#[test]
fn a_file_that_is_no_export_changes_nothing_and_is_named() {
    let Some(desktop) = Desktop::new() else { return };
    let path = desktop.home().join("holiday.csv");
    std::fs::write(&path, "City,Nights\nOslo,3\n").unwrap();
    desktop.choose_in_dialogs(&[&path]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    open_transfer(&browser);
    browser.click("import-choose");
    browser.see("import-error");
    let error = browser.text("import-error").unwrap();
    assert!(error.starts_with("holiday.csv: This is not a file that Zafu can import."), "{error}");
    browser.see("import-choose");
}

#[test]
fn an_export_of_the_window_is_that_of_the_command_and_nothing_in_it_is_new() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.choose_in_dialogs(&[&sample("meditate-9.csv"), &sample("brethap.sessions.csv")]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    open_transfer(&browser);
    for button in ["import-choose", "import-commit", "import-show-log", "log-menu", "menu-transfer"]
    {
        browser.click(button);
    }
    let (zafu, home) = (program("zafu"), desktop.home());
    for (format, name) in [("csv", "zafu.csv"), ("json", "zafu.json"), ("ics", "zafu.ics")] {
        let (by_window, by_command) = (home.join(name), home.join(format!("command-{name}")));
        // The dialog has asked whether the file may be replaced.
        std::fs::write(&by_window, "what was there before").unwrap();
        desktop.choose_in_dialogs(&[&by_window]);
        browser.click(&format!("export-{}", if format == "ics" { "calendar" } else { format }));
        browser.click("export-run");
        let done = format!("4 sits were exported to {}", by_window.display());
        see_text(&browser, "export-done", &done);
        desktop.print(&zafu, &["export", "--format", format, by_command.to_str().unwrap()]);
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        assert_eq!(read(&by_window), read(&by_command));
    }
    desktop.choose_in_dialogs(&[&home.join("zafu.json")]);
    browser.click("import-choose");
    see_text(&browser, "import-count-known", "4");
    assert_eq!(browser.count("import-commit"), 0);
}

#[test]
fn a_restore_names_what_is_lost_and_starts_zafu_again_with_the_backup() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.choose_in_dialogs(&[&sample("brethap.sessions.csv")]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    open_transfer(&browser);
    browser.click("backup-make");
    see_newest_backup(&browser, "Made by you · 0 sits");
    for button in ["import-choose", "import-commit", "import-show-log", "log-menu", "menu-transfer"]
    {
        browser.click(button);
    }
    assert_eq!(sql(&desktop.database(), VISIBLE), "2");
    see_newest_backup(&browser, "Before an import · 0 sits");
    let first = desktop.process();
    browser.click("backup-restore");
    browser.see("restore-dialog");
    let preview = eventually("the preview is seen", || {
        browser.text("restore-preview").filter(|text| !text.is_empty())
    });
    assert!(preview.contains("2 sits of the log are not in it"), "{preview}");
    desktop.start_sit();
    browser.see("sit");
    desktop.client().discard_sit().unwrap();
    browser.see("setup");
    open_transfer(&browser);
    browser.click("backup-restore");
    eventually("Zafu starts again", || {
        browser.try_click("restore-confirm");
        desktop.process().filter(|process| Some(*process) != first)
    });
    desktop.client();
    eventually("its window is seen", || (!desktop.windows().is_empty()).then_some(()));
    assert_eq!(sql(&desktop.database(), VISIBLE), "0");
    let files = std::fs::read_dir(desktop.data()).unwrap();
    let aside = files
        .flatten()
        .map(|file| file.path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("zafu.db.replaced-"));
    assert_eq!(sql(&aside.unwrap(), VISIBLE), "2");
}
