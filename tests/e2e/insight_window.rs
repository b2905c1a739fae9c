//! The overview in the window: totals, charts, the log behind a chart, and saved pictures.

use crate::browser::Browser;
use crate::desktop::Desktop;
use crate::zafu::eventually;
use std::fs;
use std::time::Duration;
use thirtyfour::Key;

/// Waits until an element contains this text.
fn sees(browser: &Browser, testid: &str, text: &str) {
    eventually(&format!("\"{text}\" is in {testid}"), || {
        browser.texts(testid).concat().contains(text).then_some(())
    });
}

/// Gives the focus to the last mark of a chart that has sits.
fn focus_mark(browser: &Browser, chart: &str) {
    eventually(&format!("the chart {chart} has a mark"), || {
        let found = browser.run(&format!(
            "const marks = document.querySelectorAll('[data-testid={chart}] [data-mark][role=button]');
            [...marks].at(-1)?.focus();
            arguments[0](marks.length > 0);"
        ));
        (found == true).then_some(())
    });
}

#[test]
fn a_corrected_sit_changes_the_figures_and_its_day_and_bar_lead_back_to_it() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.add_sits([
        ("2024-03-02T06:00:00Z".into(), 20, "first", ""),
        ("2024-03-02T18:00:00Z".into(), 20, "second", ""),
        ("2024-04-02T18:00:00Z".into(), 20, "third", ""),
    ]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    browser.click("open-log");
    browser.see_texts("log-day", &["20 min", "2 sits · 40 min"]);
    browser.click_in("sit-row", "first", "sit-edit");
    browser.replace("sit-length", "45");
    browser.click("sit-save");
    browser.see_texts("log-day", &["20 min", "2 sits · 1 h 5 min"]);

    browser.click("open-insight");
    sees(&browser, "insight-overview", "1 h 25 min");
    browser.choose("insight-period", "2024");
    browser.click("year-table");
    sees(&browser, "year", "1 h 5 min");
    browser.click("year-table");
    // The last day with a sit is reached with the keys: it leads to the log with this day only, and back.
    focus_mark(&browser, "year");
    browser.press(Key::Enter);
    browser.see_texts("log-chip", &["Complete", "Ended early", "Apr 2, 2024"]);
    browser.see_texts("sit-row", &["third"]);
    browser.click("back");
    browser.see("insight-overview");
    focus_mark(&browser, "bars");
    browser.press(Key::Left);
    browser.press(Key::Enter);
    browser.see_texts("log-chip", &["Complete", "Ended early", "Mar 1, 2024 – Mar 31, 2024"]);
    browser.see_texts("sit-row", &["second", "first"]);
    browser.press(Key::Escape);
    browser.see("insight-overview");
    // With the mouse.
    browser.click_mark("bars", "April");
    browser.see_texts("sit-row", &["third"]);
    // A bar of the time of day: the sits that began in this half hour, of all days.
    browser.press(Key::Escape);
    browser.see("insight-overview");
    focus_mark(&browser, "times");
    browser.press(Key::Enter);
    browser.see_texts(
        "log-chip",
        &["18:00 – 18:30", "Complete", "Ended early", "Jan 1, 2024 – Dec 31, 2024"],
    );
    browser.see_texts("sit-row", &["third", "second"]);
}

#[test]
fn a_chart_can_be_saved_as_a_picture_in_both_formats() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.add_sits([("2024-03-02T06:00:00Z".into(), 20, "", "")]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    browser.click("open-log");
    browser.click("open-insight");
    browser.choose("insight-period", "2024");
    focus_mark(&browser, "year");
    for (format, start) in [("png", b"\x89PNG\r\n".as_slice()), ("svg", b"<svg")] {
        let file = desktop.home().join(format!("year.{format}"));
        let button = format!("year-{format}");
        eventually("the formats are offered", || {
            let is_offered = browser.text(&button).is_some();
            if !is_offered {
                browser.try_click("year-save");
            }
            is_offered.then_some(())
        });
        browser.click(&button);
        desktop.save_as(&file);
        let picture = eventually("the picture is written", || {
            fs::read(&file).ok().filter(|bytes| !bytes.is_empty())
        });
        assert!(picture.starts_with(start), "{:?}", &picture[..32]);
        if format == "svg" {
            let text = String::from_utf8(picture).unwrap();
            assert!(text.contains("2024") && text.trim_end().ends_with("</svg>"));
        }
    }
}

#[test]
fn the_streak_can_be_hidden_and_the_sits_of_today_are_shown_before_a_sit() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    desktop.start_sit();
    desktop.pass(Duration::from_secs(120));
    desktop.client().end_sit(None).unwrap();
    browser.see("finished");
    browser.click("done");
    browser.see("setup");
    browser.click("open-settings");
    browser.see("settings");
    assert_eq!(
        (browser.is_on("show-streak"), browser.is_on("show-today")),
        (Some(true), Some(false))
    );
    browser.click("show-today");
    eventually("it is on", || browser.is_on("show-today")?.then_some(()));
    browser.click("back");
    sees(&browser, "today", "1 sit");
    browser.click("open-log");
    browser.click("open-insight");
    sees(&browser, "insight-streak", "1 day in a row");
    browser.click("back");
    browser.click("back");
    browser.click("open-settings");
    browser.click("show-streak");
    browser.click("show-today");
    eventually("both are off", || {
        (!browser.is_on("show-streak")? && !browser.is_on("show-today")?).then_some(())
    });
    browser.click("back");
    browser.see("setup");
    browser.wait_until_absent("today");
    browser.click("open-log");
    browser.click("open-insight");
    browser.see("insight-overview");
    browser.wait_until_absent("insight-streak");
}
