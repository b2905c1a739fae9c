//! The labels in the window: they are created, changed, merged and deleted, and each change is undone.

use crate::browser::Browser;
use crate::desktop::Desktop;
use crate::zafu::eventually;
use thirtyfour::Key;

fn undo(browser: &Browser) {
    browser.press_with(Key::Control, 'z');
}

/// Returns the shape and the colour of the first label.
fn look(browser: &Browser) -> [String; 2] {
    let script = "const path = document.querySelector('[data-testid=label-row] svg path');
        arguments[0]([path.getAttribute('d'), path.getAttribute('fill')]);";
    serde_json::from_value(browser.run(script)).unwrap()
}

#[test]
fn labels_can_be_created_renamed_merged_and_deleted_and_each_change_undone() {
    let Some(desktop) = Desktop::new() else { return };
    desktop.add_sits([
        ("2024-03-02T06:00:00Z".into(), 10, "first", "Metta"),
        ("2024-03-03T06:00:00Z".into(), 20, "second", "Zazen"),
    ]);
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    browser.click("open-log");
    browser.click("log-menu");
    browser.click("menu-labels");
    browser.see_texts("label-row", &["Metta 1 sit", "Zazen 1 sit"]);

    browser.click("label-new");
    browser.write("label-name", "Walking");
    browser.click("label-colour-teal");
    browser.click("label-shape-star");
    browser.click("label-keep");
    browser.see_texts("label-row", &["Metta", "Walking 0 sits", "Zazen"]);

    let before = look(&browser);
    browser.click_in("label-row", "Metta", "label-edit");
    browser.replace("label-name", "Kindness");
    browser.click("label-colour-pink");
    browser.click("label-shape-cross");
    browser.click("label-keep");
    browser.see_texts("label-row", &["Kindness 1 sit", "Walking", "Zazen"]);
    let changed = look(&browser);
    assert!(changed[0] != before[0] && changed[1] != before[1], "{before:?} {changed:?}");

    // The name of another label is no new name, and offers the merge.
    browser.click_in("label-row", "Kindness", "label-edit");
    browser.replace("label-name", "zazen");
    browser.click("label-keep");
    browser.see("label-merge-same");
    browser.press(Key::Escape);
    browser.wait_until_absent("label-editor");
    browser.click_in("label-row", "Kindness", "label-edit");
    browser.choose("label-into", "Zazen");
    browser.click("label-merge");
    browser.see_texts("label-row", &["Walking", "Zazen 2 sits"]);
    browser.click_in("label-row", "Zazen", "label-sits");
    browser.see_texts("log-chip", &["Zazen"]);
    browser.see_texts("sit-row", &["Zazen", "Zazen"]);
    browser.click("log-clear");
    browser.click("log-menu");
    browser.click("menu-labels");

    browser.click_in("label-row", "Zazen", "label-delete");
    browser.see_texts("label-row", &["Walking"]);
    browser.click("back");
    browser.see_texts("sit-row", &["second", "first"]);
    eventually("no sit has a label", || {
        let rows = browser.texts("sit-row").concat();
        (!rows.contains("Zazen") && !rows.contains("Kindness")).then_some(())
    });

    // In the log as on the page of the labels.
    undo(&browser);
    browser.see_texts("sit-row", &["Zazen", "Zazen"]);
    browser.click("log-menu");
    browser.click("menu-labels");
    browser.see_texts("label-row", &["Walking", "Zazen 2 sits"]);
    undo(&browser);
    browser.see_texts("label-row", &["Kindness 1 sit", "Walking", "Zazen 1 sit"]);
    undo(&browser);
    browser.see_texts("label-row", &["Metta 1 sit", "Walking", "Zazen"]);
    assert_eq!(look(&browser), before);
    undo(&browser);
    browser.see_texts("label-row", &["Metta", "Zazen"]);
}
