//! Quitting by a signal of the system, which needs no confirmation.

use crate::desktop::{Desktop, Program};
use crate::zafu::{eventually, program, sql};

#[test]
fn sigterm_saves_and_quits_and_the_next_start_resumes_the_sit() {
    let Some(desktop) = Desktop::new() else { return };
    let mut app = desktop.zafu(&[]);
    let sit = desktop.start_sit().sit.unwrap();
    desktop.pass(std::time::Duration::from_secs(40));
    app.signal("TERM");
    let ended = app.ended();
    assert!(ended.success(), "{ended}");
    let row = sql(&desktop.database(), "SELECT count(*), sum(iscompleted) FROM sessions");
    assert_eq!(row, "1|0");

    let _app = desktop.zafu(&[]);
    let state = desktop.state();
    assert_eq!(state.sit.map(|sit| sit.id), Some(sit.id));
    assert!(state.unsettled.is_empty());
}

#[test]
fn sigterm_quits_while_the_dialog_about_a_damaged_database_is_open() {
    let Some(desktop) = Desktop::new() else { return };
    std::fs::create_dir(desktop.data()).unwrap();
    let damaged = [0x5A; 4096];
    std::fs::write(desktop.database(), damaged).unwrap();
    let mut app = Program::start(&mut desktop.command(program("zafu-app")));
    eventually("the question is seen", || (!desktop.windows().is_empty()).then_some(()));
    app.signal("TERM");
    app.ended();
    assert_eq!(std::fs::read(desktop.database()).unwrap(), damaged, "unchanged");
}
