//! `zafu export`, and the filters that it shares with `zafu log`, by the real command.

mod command;

use command::{Zafu, add};

fn filled() -> Zafu {
    let zafu = Zafu::new();
    let store = zafu.store();
    add(&store, 1, "rain on the roof", "Zazen");
    add(&store, 2, "=1+1", "Walking");
    add(&store, 3, "", "");
    zafu
}

#[test]
fn the_log_is_exported_to_a_file_and_to_standard_output_alike() {
    let zafu = filled();
    for format in ["csv", "json", "ics"] {
        let printed = zafu.ok(&format!("export --format {format}"));
        assert_eq!(zafu.ok(&format!("export --format {format} -")), printed);
        let said = zafu.ok(&format!("export --format {format} log.{format}"));
        assert_eq!(said, format!("Exported 3 sits to log.{format}.\n"));
        let file = std::fs::read_to_string(zafu.path(&format!("log.{format}"))).unwrap();
        assert_eq!(file, printed);
    }
    zafu.run("export --format csv log.csv").fails_with(2, "log.csv exists already");
    let said = zafu.ok("export --format csv log.csv --force --json");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said, serde_json::json!({ "file": "log.csv", "sits": 3, "leftOut": 0 }));
    zafu.run("export --format csv none/log.csv").fails_with(1, "could not be written");
    zafu.run("export --format csv --json").fails_with(2, "for an export to a file");
    zafu.run("export").fails_with(2, "--format");
    assert_eq!(command::names(&zafu.path("")), ["data", "log.csv", "log.ics", "log.json"]);
}

#[test]
fn an_exported_file_is_imported_by_another_computer() {
    let (zafu, other) = (filled(), Zafu::new());
    let path = zafu.path("log.json");
    zafu.ok("export --format json log.json");
    other.ok(&format!("import {} --yes", path.display()));
    let exported = std::fs::read_to_string(path).unwrap();
    let imported = exported.replace("\"source\":\"manual\"", "\"source\":\"import\"");
    assert_eq!(other.ok("export --format json"), imported);
}

#[test]
fn the_filters_of_the_log_select_what_is_exported() {
    let zafu = filled();
    for (filter, sits) in [
        ("--label Zazen", 1),
        ("--label zazen --label walking", 2),
        ("--label=", 1),
        ("--words roof", 1),
        ("--since 2026-05-30", 2),
        ("--until 2026-05-30", 2),
        ("--since 2026-05-30 --until 2026-05-30 --words Walk", 1),
        ("--all-accounts", 3),
    ] {
        let json: serde_json::Value =
            serde_json::from_str(&zafu.ok(&format!("export --format json {filter}"))).unwrap();
        assert_eq!(json["sits"].as_array().unwrap().len(), sits, "{filter}");
        let log: serde_json::Value =
            serde_json::from_str(&zafu.ok(&format!("log --json {filter}"))).unwrap();
        assert_eq!(log.as_array().unwrap().len(), sits, "{filter}");
    }
    for command in ["log", "export --format csv"] {
        zafu.run(&format!("{command} --label None")).fails_with(2, "There is no label “None”");
        zafu.run(&format!("{command} --since 2026-02-30"))
            .fails_with(2, "“2026-02-30” is not a day");
        zafu.run(&format!("{command} --since 2026-02-03 --until 2026-02-02"))
            .fails_with(2, "2026-02-03");
        zafu.run(&format!("{command} --account me@example.org")).fails_with(2, "No account");
    }
    assert_eq!(zafu.ok("log --words none"), "", "there are sits");
}

#[test]
fn the_log_shows_labels_by_their_names() {
    let zafu = filled();
    let walking = zafu_core::label::LabelKey("Walking".into());
    let details = zafu_core::label::LabelDetails::unchanged(&walking);
    zafu.store().change_label(&walking, "Kinhin", details.colour, details.shape).unwrap();
    let log = zafu.ok("log --label kinhin");
    assert!(log.contains("Kinhin") && !log.contains("Walking"), "{log}");
}

#[test]
fn without_a_database_nothing_is_created_but_the_export() {
    let zafu = Zafu::new();
    assert_eq!(zafu.ok("export --format csv log.csv"), "Exported 0 sits to log.csv.\n");
    assert_eq!(command::names(&zafu.path("")), ["log.csv"]);
}

#[test]
fn no_export_replaces_or_creates_a_file_in_the_data_folder() {
    let zafu = filled();
    let before = zafu.ok("export --format csv");
    std::fs::create_dir_all(zafu.data().join("backups")).unwrap();
    for name in ["data/zafu.db", "data/engine.lock", "data/zafu.db-wal", "data/backups/log.csv"] {
        for force in ["", " --force"] {
            let refused = zafu.run(&format!("export --format csv {name}{force}"));
            refused.fails_with(2, "in the folder where Zafu keeps its own files");
        }
    }
    let outside = zafu.path("").join("data/../data/zafu.db");
    let refused = zafu.run(&format!("export --format csv --force {}", outside.display()));
    refused.fails_with(2, "its own files");
    #[cfg(unix)]
    {
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(zafu.path(target), zafu.path(name)).unwrap();
        };
        link("data/zafu.db", "log.csv");
        link("data", "folder");
        // The database is kept elsewhere.
        std::fs::create_dir(zafu.path("disk")).unwrap();
        std::fs::rename(zafu.data().join("zafu.db"), zafu.path("disk/real.db")).unwrap();
        link("disk/real.db", "data/zafu.db");
        for name in ["log.csv", "folder/new.csv", "folder/zafu.db", "disk/real.db"] {
            let refused = zafu.run(&format!("export --format csv --force {name}"));
            refused.fails_with(2, "its own files");
        }
    }
    assert_eq!(zafu.ok("export --format csv"), before);
}

#[test]
fn an_error_of_an_export_names_the_cause_first_and_no_temporary_file() {
    let zafu = filled();
    std::fs::create_dir(zafu.path("folder")).unwrap();
    zafu.run("export --format csv folder").fails_with(2, "folder is not a file");
    let failed = zafu.run("export --format csv none/log.csv");
    failed.fails_with(1, "none/log.csv could not be written");
    assert!(!failed.err.contains(".zafu-export"), "{failed:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let zafu = filled();
    let mode = |name: &str| zafu.path(name).metadata().unwrap().permissions().mode() & 0o777;
    zafu.ok("export --format csv new.csv");
    assert_eq!(mode("new.csv"), 0o600, "a log is private");
    for set in [0o644, 0o640, 0o600] {
        std::fs::write(zafu.path("log.csv"), "").unwrap();
        let permissions = std::fs::Permissions::from_mode(set);
        std::fs::set_permissions(zafu.path("log.csv"), permissions).unwrap();
        zafu.ok("export --format csv --force log.csv");
        assert_eq!(mode("log.csv"), set);
    }
}
