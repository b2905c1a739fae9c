//! Sits are found in the log of the window: by label, words, length, outcome and date.

use crate::browser::Browser;
use crate::desktop::Desktop;
use crate::zafu::eventually;
use std::time::Duration;
use thirtyfour::Key;

/// Stores three sits by hand and one that was ended early, and opens the log.
fn log(desktop: &Desktop) -> Option<Browser> {
    desktop.add_sits([
        ("2024-01-10T06:00:00Z".into(), 10, "wind in the trees", "Zazen"),
        ("2024-02-20T06:00:00Z".into(), 30, "rain on the roof", "Metta"),
        ("2024-03-30T06:00:00Z".into(), 60, "rainy", "Zazen"),
    ]);
    let browser = Browser::open(desktop, &[])?;
    browser.see("setup");
    desktop.start_sit();
    desktop.pass(Duration::from_secs(120));
    desktop.client().end_sit(None).unwrap();
    browser.see("finished");
    browser.click("done");
    browser.click("open-log");
    browser.see_texts("sit-row", &["ended early", "rainy", "roof", "trees"]);
    Some(browser)
}

/// Opens the filter, changes it and closes it.
fn filter(browser: &Browser, change: impl FnOnce(&Browser)) {
    browser.click("log-filter");
    browser.see("filter-dialog");
    change(browser);
    browser.click("filter-done");
    browser.wait_until_absent("filter-dialog");
}

#[test]
fn conditions_are_combined_shown_as_chips_and_removed() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = log(&desktop) else { return };
    browser.resize(480, 680);
    filter(&browser, |browser| browser.switch_on("filter-label-Zazen"));
    browser.see_texts("log-chip", &["Zazen"]);
    browser.see_texts("sit-row", &["rainy", "trees"]);
    filter(&browser, |browser| browser.switch_on("filter-label-Metta"));
    browser.see_texts("sit-row", &["rainy", "roof", "trees"]);
    browser.write("log-words", "rain");
    browser.see_texts("log-chip", &["“rain”", "Zazen", "Metta"]);
    browser.see_texts("sit-row", &["rainy", "roof"]);
    filter(&browser, |browser| {
        browser.write("filter-longest", "45");
        browser.press(Key::Tab);
    });
    browser.see_texts("log-chip", &["“rain”", "Zazen", "Metta", "45 min or shorter"]);
    browser.see_texts("sit-row", &["roof"]);

    // The filter stays while another page is shown.
    browser.click("back");
    browser.see("setup");
    browser.click("open-log");
    browser.see_texts("sit-row", &["roof"]);

    browser.click_text("log-chip", "Metta");
    browser.see_texts("log-chip", &["“rain”", "Zazen", "45 min or shorter"]);
    browser.see("log-empty");
    browser.click("log-chip");
    browser.see_texts("sit-row", &["trees"]);
    browser.click("log-clear");
    browser.see_texts("log-chip", &[]);
    browser.see_texts("sit-row", &["ended early", "rainy", "roof", "trees"]);
}

#[test]
fn sits_are_found_by_outcome_length_and_dates() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = log(&desktop) else { return };
    browser.resize(480, 680);
    filter(&browser, |browser| browser.switch_on("filter-outcome-endedEarly"));
    browser.see_texts("sit-row", &["ended early"]);
    browser.click("log-clear");
    filter(&browser, |browser| browser.switch_on("filter-source-manual"));
    browser.see_texts("sit-row", &["rainy", "roof", "trees"]);
    filter(&browser, |browser| {
        browser.write("filter-shortest", "30 min");
        browser.press(Key::Tab);
    });
    browser.see_texts("log-chip", &["30 min or longer", "Hand"]);
    browser.see_texts("sit-row", &["rainy", "roof"]);
    filter(&browser, |browser| {
        browser.write_day("filter-first", "2024-02-20");
        browser.press(Key::Tab);
        browser.write_day("filter-last", "2024-02-20");
        browser.press(Key::Tab);
    });
    browser.see_texts("log-chip", &["30 min or longer", "Hand", "Feb 20, 2024"]);
    browser.see_texts("sit-row", &["roof"]);
}

#[test]
fn the_log_can_be_opened_at_a_date() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = log(&desktop) else { return };
    browser.click("log-jump");
    browser.write_day("jump-day", "2024-03-01");
    browser.click("jump-go");
    browser.wait_until_absent("jump-dialog");
    // The sit of the nearest day before it; newer ones are loaded above it.
    eventually("the sit of the nearest day has the focus", || {
        let focused = browser.run("arguments[0](document.activeElement?.textContent ?? '')");
        focused.as_str().filter(|text| text.contains("roof")).map(|_| ())
    });
    browser.see_texts("sit-row", &["ended early", "rainy", "roof", "trees"]);
    browser.click("log-jump");
    browser.write_day("jump-day", "1999-01-01");
    browser.click("jump-go");
    eventually("it is explained that there are none", || {
        browser.text("dialog-trouble").filter(|text| text.contains("no sits on or before"))
    });
    browser.press(Key::Escape);
    browser.wait_until_absent("jump-dialog");
    browser.see_texts("sit-row", &["ended early", "rainy", "roof", "trees"]);
}
