//! The window, as a user operates it.

use crate::browser::Browser;
use crate::desktop::{Desktop, Program};
use crate::zafu::{eventually, program, sql};
use std::time::Duration;
use thirtyfour::Key;
use zafu_engine::protocol::PhaseView;

fn phase(desktop: &Desktop) -> Option<PhaseView> {
    desktop.state().sit.map(|sit| sit.phase)
}

#[test]
fn a_sit_can_be_controlled_with_the_keyboard_alone() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    browser.press(Key::Enter);
    browser.see("sit");
    let preparation = desktop.state().sit.unwrap().preparation_seconds.0;
    desktop.pass(Duration::from_secs(u64::from(preparation) + 61));
    browser.see_phase("sitting");
    browser.press(Key::Space);
    browser.see_phase("paused");
    assert_eq!(phase(&desktop), Some(PhaseView::Paused));
    browser.press(Key::Space);
    browser.see_phase("sitting");
    browser.press(Key::Escape);
    browser.see("end-dialog");
    browser.press(Key::Enter);
    browser.see("finished");
    assert_eq!(phase(&desktop), None);
    let sat: u32 = sql(&desktop.database(), "SELECT satlength FROM sessions").parse().unwrap();
    assert!((61..90).contains(&sat), "sat {sat} s");
}

#[test]
fn a_sit_with_a_note_can_be_controlled_with_the_mouse_alone() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.press_toggle("length-5");
    browser.click("start");
    browser.see("sit");
    let sit = desktop.state().sit.unwrap();
    assert_eq!(sit.planned_seconds.map(|planned| planned.0), Some(300));
    desktop.pass(Duration::from_secs(u64::from(sit.preparation_seconds.0) + 60));
    browser.see_phase("sitting");
    browser.click("pause");
    browser.see_phase("paused");
    browser.click("resume");
    browser.see_phase("sitting");
    desktop.pass(Duration::from_secs(260));
    browser.see_phase("overtime");
    browser.click("add-overtime");
    browser.see("finished");
    browser.write("note", "rain on the roof");
    browser.write("label", "evening");
    browser.click("done");
    browser.see("setup");
    let row = "SELECT iscompleted, satlength BETWEEN 310 AND 340, note, label FROM sessions";
    assert_eq!(sql(&desktop.database(), row), "1|1|rain on the roof|evening");
}

#[test]
fn a_second_start_shows_the_running_window_and_quits() {
    let Some(desktop) = Desktop::new() else { return };
    let _app = desktop.zafu(&["--background"]);
    let first = desktop.process();
    assert!(desktop.windows().is_empty());
    let mut second = Program::start(&mut desktop.command(program("zafu-app")));
    assert!(second.ended().success());
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    assert_eq!(desktop.process(), first);
    let mut third = Program::start(desktop.command(program("zafu-app")).arg("--background"));
    assert!(third.ended().success());
    assert_eq!(desktop.windows().len(), 1);
}

#[test]
fn a_window_closed_during_a_sit_can_be_opened_again_with_the_current_sit() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    let sit = desktop.start_sit().sit.unwrap();
    browser.see("sit");
    desktop.close_window();
    desktop.pass(Duration::from_secs(300));
    assert_eq!(desktop.state().sit.map(|sit| sit.id), Some(sit.id), "the sit continues");

    let zafu = program("zafu");
    desktop.print(&zafu, &[]);
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    browser.switch_to_new_window();
    browser.see_phase("sitting");
    let progress = browser.attribute("sit", "data-progress").unwrap();
    let now = desktop.state().sit.unwrap();
    assert_eq!(now.id, sit.id);
    assert!(now.elapsed_ms >= 300_000);
    assert!(progress.parse::<f64>().unwrap() > 0.2, "drawn at {progress}");
}
