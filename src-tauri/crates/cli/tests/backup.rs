//! `zafu backup` by the real command, in real folders.

mod command;

use command::{Zafu, add};
use std::process::Stdio;
use zafu_core::bounded::Bounded;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::SessionId;
use zafu_core::label::LabelKey;
use zafu_core::plan::PlanChoice;
use zafu_core::settings::Preset;

fn id(n: u32) -> SessionId {
    SessionId(format!("00000000-0000-4000-8000-{n:012}").parse().unwrap())
}

fn ids(zafu: &Zafu) -> Vec<String> {
    let log: serde_json::Value = serde_json::from_str(&zafu.ok("log --json")).unwrap();
    let ids = log.as_array().unwrap().iter();
    ids.map(|sit| sit["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn backups_are_listed_with_their_sits_and_made_on_request() {
    let zafu = Zafu::new();
    assert!(zafu.ok("backup list").starts_with("There are no backups yet in "));
    add(&zafu.store(), 1, "", "");
    let made: serde_json::Value = serde_json::from_str(&zafu.ok("backup make --json")).unwrap();
    assert_eq!((&made["number"], &made["sits"]), (&1.into(), &1.into()));
    add(&zafu.store(), 2, "", "");
    let printed = zafu.ok("backup make");
    assert!(printed.contains("2 sits") && printed.contains("made by hand"), "{printed}");
    let list: serde_json::Value = serde_json::from_str(&zafu.ok("backup list --json")).unwrap();
    let list = list.as_array().unwrap();
    let column = |name: &str| -> Vec<_> { list.iter().map(|one| one[name].clone()).collect() };
    assert_eq!(
        (column("number"), column("sits")),
        (vec![2.into(), 1.into()], vec![2.into(), 1.into()])
    );
    assert_eq!(column("reason"), ["manual", "manual"]);
    assert!(list[0]["bytes"].as_u64().unwrap() > 0);
    std::fs::write(list[1]["path"].as_str().unwrap(), "nonsense").unwrap();
    assert!(zafu.ok("backup list").contains("not readable"));
}

#[test]
fn a_restore_names_what_is_newer_and_changes_nothing_unless_it_is_confirmed() {
    let zafu = Zafu::new();
    let store = zafu.store();
    for n in 1..=3 {
        add(&store, 20 + n, "", "");
    }
    drop(store);
    zafu.ok("backup make");
    // One sit is edited, one is deleted, and twelve are new.
    let store = zafu.store();
    let edit = SessionEdit { note: Some("later".into()), ..SessionEdit::default() };
    store.edit(id(21), edit, command::now().utc).unwrap();
    store.delete(&[id(22).into()], command::now().utc).unwrap();
    for n in 1..=12 {
        add(&store, n, "", "");
    }
    drop(store);
    let before = ids(&zafu);
    assert_eq!(before.len(), 14);

    let refused = zafu.run("backup restore 1");
    refused.fails_with(2, "nothing was changed. Say `--yes`");
    for line in [
        "The backup has 3 sits.",
        "12 sits are not in the backup",
        "  2026-05-31T06:00:00+00:00  10:00\n",
        "  and 2 older ones",
        "1 sit was changed since",
        "1 sit is not in the log now",
    ] {
        assert!(refused.out.contains(line), "{line}: {}", refused.out);
    }
    assert_eq!(ids(&zafu), before);

    let done = zafu.ok("backup restore 1 --yes");
    assert_eq!(ids(&zafu), [21, 22, 23].map(|n| id(n).to_string()));
    let aside = done.split("is kept as ").nth(1).unwrap().trim_end().trim_end_matches('.');
    // The replaced database is restored by its path; nothing is newer than it but what the backup brought back.
    zafu.ok(&format!("backup restore {aside} --yes"));
    assert_eq!(ids(&zafu), before);
    let names = command::names(&zafu.data());
    for name in names.iter().filter(|name| name.contains(".replaced-")) {
        assert!(!name.ends_with("-wal") && !name.ends_with("-shm"), "{names:?}");
    }
}

#[test]
fn a_backup_with_everything_is_restored_without_a_question() {
    let zafu = Zafu::new();
    add(&zafu.store(), 1, "", "");
    zafu.ok("backup make");
    let done = zafu.ok("backup restore 1");
    assert!(done.starts_with("The backup has 1 sit.\nDone. "), "{done}");
    std::fs::remove_file(zafu.data().join("zafu.db")).unwrap();
    let done = zafu.ok("backup restore 1");
    assert!(done.contains("1 sit is not in the log now"), "{done}");
    assert_eq!(ids(&zafu), [id(1).to_string()]);
}

#[test]
fn a_backup_that_is_missing_or_damaged_and_a_folder_in_use_are_named() {
    let zafu = Zafu::new();
    add(&zafu.store(), 1, "", "");
    zafu.ok("backup make");
    zafu.run("backup restore 7").fails_with(2, "There is no backup “7”");
    zafu.run("backup restore none.db").fails_with(2, "There is no backup “none.db”");
    std::fs::write(zafu.path("bad.db"), "nonsense").unwrap();
    zafu.run("backup restore bad.db --yes").fails_with(1, "cannot be restored");
    std::fs::write(zafu.data().join("zafu.db"), "damaged, but kept").unwrap();
    let refused = zafu.run("backup restore 1");
    refused.fails_with(2, "Say `--yes`");
    assert!(refused.out.contains("cannot be told"), "{refused:?}");
    assert!(!refused.err.contains("is newer"), "{refused:?}");
    zafu.ok("backup restore 1 --yes");
    assert_eq!(ids(&zafu), [id(1).to_string()]);
}

#[test]
fn while_an_engine_runs_backups_are_listed_and_made_and_not_restored() {
    let zafu = Zafu::new();
    add(&zafu.store(), 1, "", "");
    zafu.ok("backup make");
    let mut engine = zafu
        .command("sit 20m --terminal")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !zafu.ok("status --json").contains("\"running\": true") {
        assert_eq!(engine.try_wait().unwrap(), None, "the engine has ended");
    }
    let made: serde_json::Value = serde_json::from_str(&zafu.ok("backup make --json")).unwrap();
    assert_eq!((&made["number"], &made["reason"]), (&2.into(), &"manual".into()));
    zafu.run("backup restore 1 --yes").fails_with(3, "Zafu is already running");
    let exported = zafu.run("export --format csv log.csv");
    let sits = exported.out.lines().next();
    assert_eq!(sits, Some("Exported 1 sit to log.csv."), "{exported:?}");
    assert!(zafu.ok("backup list").contains("made by hand"));
    zafu.ok("quit");
    engine.wait().unwrap();
}

#[test]
fn the_command_for_a_damaged_database_asks_too_if_the_database_can_be_read() {
    let zafu = Zafu::new();
    add(&zafu.store(), 2, "", "");
    zafu.ok("backup make");
    add(&zafu.store(), 1, "", "");
    let refused = zafu.run("restore newest");
    refused.fails_with(2, "nothing was changed. Say `--yes`");
    assert!(refused.out.contains("1 sit is not in the backup"), "{refused:?}");
    let list: serde_json::Value = serde_json::from_str(&zafu.ok("backup list --json")).unwrap();
    let path = list[0]["path"].as_str().unwrap();
    zafu.run(&format!("restore {path}")).fails_with(2, "Say `--yes`");
    assert_eq!(ids(&zafu), [1, 2].map(|n| id(n).to_string()));
    zafu.ok("restore newest --yes");
    assert_eq!(ids(&zafu), [id(2).to_string()]);
    std::fs::write(zafu.data().join("zafu.db"), "damaged, but kept").unwrap();
    let done = zafu.ok("restore newest");
    assert!(done.starts_with("Done. "), "{done}");
}

#[test]
fn changed_labels_presets_and_settings_are_named_before_a_restore() {
    let zafu = Zafu::new();
    add(&zafu.store(), 1, "", "Zazen");
    zafu.ok("backup make");
    let store = zafu.store();
    store.delete_label(&LabelKey("Zazen".into())).unwrap();
    let mut settings = store.settings().unwrap();
    settings.day_starts_at_hour = Bounded::new(0).unwrap();
    store.save_settings(&settings).unwrap();
    let preset = Preset { id: id(9).0, name: "long".into(), plan: PlanChoice::default() };
    store.save_preset(&preset).unwrap();
    drop(store);
    let refused = zafu.run("backup restore 1");
    refused.fails_with(2, "Say `--yes`");
    for line in ["1 label was changed", "1 preset was changed", "Settings were changed since"] {
        assert!(refused.out.contains(line), "{line}: {}", refused.out);
    }
}
