//! What the system asks for is done at once; what a person asks for in mid-sit is asked back.

use crate::desktop::Desktop;
use crate::zafu::sql;

#[test]
fn sigterm_saves_and_goes_and_the_next_start_takes_the_sit_up() {
    let Some(desktop) = Desktop::new() else { return };
    let mut app = desktop.zafu(&[]);
    let sit = desktop.begin().sit.unwrap();
    desktop.pass(std::time::Duration::from_secs(40));
    app.signal("TERM");
    let ended = app.ended();
    assert!(ended.success(), "{ended}");
    let row = sql(&desktop.database(), "SELECT count(*), sum(iscompleted) FROM sessions");
    assert_eq!(row, "1|0");

    let _app = desktop.zafu(&[]);
    let snapshot = desktop.snapshot();
    assert_eq!(snapshot.sit.map(|sit| sit.id), Some(sit.id));
    assert!(snapshot.unsettled.is_empty());
}
