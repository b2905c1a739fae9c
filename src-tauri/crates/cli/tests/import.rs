//! `zafu import` by the real command, in real folders.

mod command;

use command::{Zafu, add};
#[cfg(unix)]
use std::fmt::Write;
#[cfg(unix)]
use std::process::{Child, Stdio};

/// Three sits of Insight Timer, the last of which has a day that no month has twice.
const LOG: &str = "Started At,Duration,Preset,Activity\n\
    12/30/2025 08:00:00,0:20:0,,Meditation\n\
    12/30/2025 20:00:00,0:10:0,,Meditation\n\
    12/31/2025 08:00:00,0:20:0,,Yoga\n";

fn with_log() -> Zafu {
    let zafu = Zafu::new();
    std::fs::write(zafu.path("log.csv"), LOG).unwrap();
    zafu
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn sits_that_are_in_the_files_twice_are_not_said_to_be_in_the_log() {
    let zafu = with_log();
    let printed = zafu.ok("import log.csv log.csv --dry-run");
    assert!(printed.contains("In the files twice: 3.") && printed.contains("New: 3."), "{printed}");
    assert!(!printed.contains("Already in the log"), "{printed}");
    zafu.ok("import log.csv --yes");
    let printed = zafu.ok("import log.csv --dry-run");
    assert!(printed.contains("Already in the log: 3."), "{printed}");
}

#[test]
fn standard_input_is_imported_without_a_question() {
    let zafu = with_log();
    let import = |line: &str| {
        let mut command = zafu.command(line);
        command.stdin(std::fs::File::open(zafu.path("log.csv")).unwrap());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), output.stderr)
    };
    let (code, printed, _) = import("import - --dry-run");
    assert_eq!(code, Some(0));
    assert!(
        printed.contains("stdin: Insight Timer. Sits: 3.") && printed.contains("New: 3."),
        "{printed}"
    );
    let (code, printed, _) = import("import -");
    assert!(code == Some(0) && printed.contains("Imported: 3."), "{printed}");
    assert!(zafu.ok("import list").contains("Sits: 3. stdin\n"));
    let (code, _, error) = import("import - -");
    assert_eq!(code, Some(2));
    assert!(String::from_utf8(error).unwrap().contains("only once"));
    std::fs::write(zafu.path("log.csv"), "Dear reader").unwrap();
    let (code, _, error) = import("import - --yes");
    assert_eq!(code, Some(1));
    assert!(String::from_utf8(error).unwrap().contains("stdin: This is not a file that"));
}

#[test]
fn a_row_with_the_id_of_another_and_other_values_is_skipped_with_its_line() {
    let zafu = Zafu::new();
    add(&zafu.store(), 1, "first", "");
    let export = zafu.ok("export --format csv");
    let row = export.lines().nth(1).unwrap();
    let again = row.replace("first", "second");
    std::fs::write(zafu.path("log.csv"), format!("{export}{again}\n{row}\n")).unwrap();
    let other = Zafu::new();
    let path = zafu.path("log.csv");
    let printed = other.ok(&format!("import {} --yes", path.display()));
    for line in [
        "log.csv: Zafu. Sits: 2. Skipped rows: 1.",
        "  Line 3: A row before it has the same ID and other values.",
        "In the files twice: 1.",
        "New: 1.",
        "Imported: 1.",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    assert!(other.ok("log").contains("first"));
}

#[test]
fn json_says_how_many_skipped_rows_it_does_not_show() {
    let zafu = Zafu::new();
    let mut text = LOG.to_owned();
    for _ in 0..250 {
        text.push_str("no time,0:20:0,,Meditation\n");
    }
    std::fs::write(zafu.path("log.csv"), text).unwrap();
    let json = json(&zafu.ok("import log.csv --dry-run --json"));
    assert_eq!(json["preview"]["skipped"].as_array().unwrap().len(), 200);
    assert_eq!(json["skippedNotShown"], 50);
}

#[test]
fn a_folder_and_a_device_are_named_as_such_and_so_are_files_of_one_name() {
    let zafu = with_log();
    std::fs::create_dir_all(zafu.path("a")).unwrap();
    zafu.run("import a").fails_with(1, "a: This is a folder.");
    #[cfg(unix)]
    zafu.run("import /dev/null").fails_with(1, "null: This is a pipe or a device");
    for folder in ["a", "b"] {
        std::fs::create_dir_all(zafu.path(folder)).unwrap();
        std::fs::write(zafu.path(folder).join("log.csv"), LOG).unwrap();
    }
    std::fs::write(zafu.path("b/log.csv"), "Dear reader").unwrap();
    zafu.run("import a/log.csv b/log.csv").fails_with(1, "b/log.csv: This is not a file that");
    zafu.ok("import log.csv a/log.csv --yes");
    assert!(zafu.ok("import list").contains(", a/log.csv\n"));
}

#[test]
fn the_zone_is_that_of_the_environment_or_the_one_that_is_named() {
    let zafu = with_log();
    let assumed = |zone: &str, options: &str| {
        let mut command = zafu.command(&format!("import log.csv --dry-run{options}"));
        let output = command.env("TZ", zone).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let (_, rest) = printed.split_once("are taken as ").expect(&printed);
        rest.split_once(". `--zone`").unwrap().0.to_owned()
    };
    assert_eq!(assumed("Asia/Tokyo", ""), "Asia/Tokyo");
    assert_eq!(assumed("Asia/Tokyo", " --zone europe/berlin"), "Europe/Berlin");
    assert_eq!(assumed("Asia/Tokyo", " --zone +02:00"), "UTC+02:00");
    assert_eq!(assumed("Asia/Tokyo", " --zone -11:00"), "UTC-11:00");
    zafu.run("import log.csv --zone Europe/Berln").fails_with(2, "Did you mean Europe/Berlin?");
}

#[test]
fn deleted_sits_come_back_on_request() {
    let zafu = with_log();
    zafu.ok("import log.csv --yes");
    let store = zafu.store();
    let sits = store.sessions(&zafu_store::LogQuery::newest(2)).unwrap();
    let deleted: Vec<_> = sits.iter().map(|sit| sit.id.into()).collect();
    store.delete(&deleted, command::now().utc).unwrap();
    drop(store);
    let printed = zafu.ok("import log.csv --yes");
    let line = "Deleted, on this or another device: 2. `--deleted` brings them back.";
    assert!(printed.contains(line) && printed.contains("Nothing is new."), "{printed}");
    let printed = zafu.ok("import log.csv --deleted --yes");
    assert!(printed.contains("Deleted before, and now back: 2."), "{printed}");
    assert!(printed.contains("Imported: 0. Restored: 2."), "{printed}");
}

#[test]
fn the_log_and_an_export_are_filtered_by_length_end_and_source() {
    let zafu = with_log();
    zafu.ok("import log.csv --yes");
    add(&zafu.store(), 1, "by hand", "");
    for (filter, sits) in [
        ("--shortest 20m", 2),
        ("--longest 15m", 2),
        ("--shortest 10m --longest 20m", 4),
        ("--source import", 3),
        ("--source manual --source timer", 1),
        ("--outcome completed", 4),
        ("--outcome ended-early --outcome started", 0),
    ] {
        let exported = zafu.ok(&format!("export --format csv {filter}"));
        assert_eq!(exported.lines().count() - 1, sits, "{filter}: {exported}");
        let log = json(&zafu.ok(&format!("log --json {filter}")));
        assert_eq!(log.as_array().unwrap().len(), sits, "{filter}: {log}");
    }
    zafu.run("log --shortest soon").fails_with(2, "20m");
    zafu.run("export --source phone").fails_with(2, "phone");
}

#[test]
fn lists_have_local_times() {
    let zafu = with_log();
    zafu.ok("import log.csv --yes");
    zafu.ok("backup make");
    zafu.ok("import undo 1");
    for (list, times) in [("import list", 2), ("backup list", 1)] {
        let output = zafu.command(list).env("TZ", "Asia/Tokyo").output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let line = printed.lines().next().unwrap();
        assert_eq!(line.matches("+09:00").count(), times, "{list}: {printed}");
        let json = zafu.ok(&format!("{list} --json"));
        assert!(json.contains("Z\"") && !json.contains("+09:00"), "{list}: {json}");
    }
}

#[test]
fn the_log_says_on_standard_error_that_nothing_matches_or_that_there_is_more() {
    let zafu = Zafu::new();
    assert_eq!(zafu.run("log").err, "");
    let store = zafu.store();
    for n in 1..=21 {
        add(&store, n, "rain", "");
    }
    drop(store);
    let none = zafu.run("log --words none");
    assert_eq!((none.out.as_str(), none.err.as_str()), ("", "zafu: No sits match.\n"));
    assert_eq!(zafu.run("log --words none --json").err, "");
    let first = zafu.run("log");
    assert_eq!(first.out.matches("rain").count(), 20);
    assert_eq!(first.err, "zafu: These are the latest 20 sits. `--limit` lists more.\n");
    for line in ["log --limit 20", "log --limit 21", "log --json"] {
        assert_eq!(zafu.run(line).err, "", "{line}");
    }
}

/// Returns the standard error of a command whose standard output cannot be written.
#[cfg(target_os = "linux")]
fn with_full_output(zafu: &Zafu, line: &str) -> String {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = zafu.command(line).stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}: {error}");
    error
}

#[cfg(target_os = "linux")]
#[test]
fn without_standard_output_the_error_says_what_was_done() {
    let zafu = with_log();
    for (line, done) in [
        ("import log.csv --yes", "Imported: 3."),
        ("import undo 1", "Undone. Deleted sits: 3."),
        ("import log.csv --yes --json", "`zafu import undo 2` undoes this import."),
        ("export --format csv out.csv", "Exported 3 sits to out.csv."),
        ("export --format csv out.csv --force --json", "Exported 3 sits to out.csv."),
        ("backup make", "Backup 3 was made."),
        ("backup restore 1 --yes", "What was there before is kept as"),
    ] {
        let error = with_full_output(&zafu, line);
        assert!(error.contains("The command was carried out: ") && error.contains(done), "{error}");
    }
    for line in ["import log.csv --dry-run", "import list", "log"] {
        let error = with_full_output(&zafu, line);
        assert!(!error.contains("carried out"), "{error}");
    }
}

/// Writes a file whose import takes seconds.
#[cfg(unix)]
fn write_many(zafu: &Zafu) {
    let mut text = LOG.to_owned();
    for n in 0..200_000 {
        let (day, hour, minute) = (n / 1440 % 28 + 1, n / 60 % 24, n % 60);
        let year = 1950 + n / 40_320;
        writeln!(text, "12/{day:02}/{year} {hour:02}:{minute:02}:00,0:10:0,,Meditation").unwrap();
    }
    std::fs::write(zafu.path("log.csv"), text).unwrap();
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
}

/// Starts an import that takes seconds, interrupts it once it has begun, and checks what it says.
#[cfg(unix)]
fn interrupt_an_import(zafu: &Zafu) {
    write_many(zafu);
    let mut command = zafu.command("import log.csv --yes");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !is_staging(zafu) {
        std::thread::yield_now();
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains("The import was cancelled. Nothing was imported."), "{error}");
    assert!(zafu.ok("import list").contains("no imports yet"));
}

#[cfg(unix)]
fn is_staging(zafu: &Zafu) -> bool {
    command::names(&zafu.data()).iter().any(|name| name.ends_with(".staging"))
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_an_import_and_leaves_nothing() {
    let zafu = Zafu::new();
    zafu.store();
    interrupt_an_import(&zafu);
    assert!(!is_staging(&zafu));
}

/// Starts an engine, which carries out what other commands ask for.
#[cfg(unix)]
fn engine(zafu: &Zafu) -> Child {
    let mut sit = zafu.command("sit 20m --terminal");
    let mut engine = sit.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !zafu.ok("status --json").contains("\"running\": true") {
        assert_eq!(engine.try_wait().unwrap(), None, "the engine has ended");
    }
    engine
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_an_import_that_a_running_engine_reads() {
    let zafu = Zafu::new();
    let mut engine = engine(&zafu);
    interrupt_an_import(&zafu);
    zafu.ok("quit");
    engine.wait().unwrap();
}

#[cfg(target_os = "linux")]
mod at_a_terminal {
    use super::*;
    use command::Terminal;
    use std::io::Read;

    #[test]
    fn an_import_by_a_running_engine_shows_its_progress_and_is_cancelled_by_ctrl_c() {
        let zafu = Zafu::new();
        let mut engine = engine(&zafu);
        write_many(&zafu);
        let mut terminal = Terminal::start(&zafu, "import log.csv --yes");
        terminal.read_until("Reading the files: ");
        terminal.read_until("Importing: ");
        terminal.write("\u{3}");
        let (code, printed) = terminal.end();
        assert!(code == 3 && printed.contains("Nothing was imported."), "{code} {printed}");
        assert!(zafu.ok("import list").contains("no imports yet"));
        zafu.ok("quit");
        engine.wait().unwrap();
    }

    #[test]
    fn a_terminal_sit_waits_at_its_end_for_an_import_that_it_carries_out() {
        let zafu = Zafu::new();
        let mut engine = engine(&zafu);
        write_many(&zafu);
        let mut terminal = Terminal::start(&zafu, "import log.csv --yes");
        terminal.read_until("Importing: ");
        interrupt(&engine);
        let (code, printed) = terminal.end();
        assert!(code == 0 && printed.contains("`zafu import undo 1` undoes"), "{code} {printed}");
        assert!(engine.wait().unwrap().success());
        let mut error = String::new();
        engine.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        assert!(error.contains("An import is still running here."), "{error}");
        assert!(!zafu.ok("import list").contains("no imports yet"));
    }

    #[test]
    fn while_an_import_asks_other_commands_can_use_the_folder() {
        let zafu = with_log();
        let mut terminal = Terminal::start(&zafu, "import log.csv");
        terminal.read_until("Import 3 sits? (y/N) ");
        zafu.ok("backup make");
        terminal.write("y\n");
        let (code, printed) = terminal.end();
        assert!(code == 0 && printed.contains("Imported: 3."), "{code} {printed}");
    }

    #[test]
    fn what_has_changed_while_an_import_asks_is_shown_before_it_is_imported() {
        let zafu = with_log();
        let mut terminal = Terminal::start(&zafu, "import log.csv");
        terminal.read_until("(y/N) ");
        add(&zafu.store(), 1, "", "");
        let text = LOG.to_owned() + "12/31/2025 09:00:00,0:05:0,,Yoga\n";
        std::fs::write(zafu.path("log.csv"), text).unwrap();
        terminal.write("y\n");
        terminal.read_until("have changed meanwhile. Nothing was imported yet.");
        terminal.read_until("Import 4 sits? (y/N) ");
        terminal.write("n\n");
        let (code, printed) = terminal.end();
        assert!(code == 0 && printed.contains("Nothing was imported."), "{code} {printed}");
        assert!(zafu.ok("import list").contains("no imports yet"));
    }

    #[test]
    fn ctrl_c_at_the_question_says_that_nothing_was_imported() {
        let zafu = with_log();
        let mut terminal = Terminal::start(&zafu, "import log.csv");
        terminal.read_until("(y/N) ");
        terminal.write("\u{3}");
        let (code, printed) = terminal.end();
        assert!(code == 3 && printed.contains("Nothing was imported."), "{code} {printed}");
        assert!(zafu.ok("import list").contains("no imports yet"));
    }

    #[test]
    fn an_import_that_prints_json_shows_what_it_asks_about() {
        let zafu = with_log();
        let mut terminal = Terminal::start(&zafu, "import log.csv --json");
        let before = terminal.read_until("(y/N) ");
        assert!(before.contains("New: 3.") && !before.contains('{'), "{before}");
        terminal.write("y\n");
        let (code, printed) = terminal.end();
        assert!(code == 0 && printed.contains("\"imported\": {"), "{code} {printed}");
    }

    #[test]
    fn undoing_an_import_asks_first() {
        let zafu = with_log();
        zafu.ok("import log.csv --yes");
        let mut terminal = Terminal::start(&zafu, "import undo 1");
        terminal.read_until("Undo import 1? Its 3 sits are deleted");
        terminal.write("n\n");
        let (code, printed) = terminal.end();
        assert!(code == 0 && printed.contains("Nothing was undone."), "{code} {printed}");
        assert!(!zafu.ok("import list").contains("Undone"));
        let (code, printed) = Terminal::start(&zafu, "import undo 1 --yes").end();
        assert!(code == 0 && printed.contains("Undone."), "{code} {printed}");
    }

    #[test]
    fn while_a_restore_asks_the_folder_is_free_and_what_has_changed_is_shown() {
        let zafu = Zafu::new();
        add(&zafu.store(), 2, "", "");
        zafu.ok("backup make");
        add(&zafu.store(), 1, "", "");
        let mut terminal = Terminal::start(&zafu, "backup restore 1");
        terminal.read_until("1 sit is not in the backup");
        terminal.read_until("(y/N) ");
        add(&zafu.store(), 3, "", "");
        zafu.ok("backup make");
        terminal.write("y\n");
        terminal.read_until("The log has changed meanwhile. Nothing was restored yet.");
        terminal.read_until("2 sits are not in the backup");
        terminal.read_until("(y/N) ");
        terminal.write("y\n");
        let (code, printed) = terminal.end();
        assert!(code == 0 && printed.contains("Done."), "{code} {printed}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_question_about_an_undo_names_the_sits_that_were_changed_since() {
    use zafu_core::edit::SessionEdit;
    let zafu = with_log();
    zafu.ok("import log.csv --yes");
    let store = zafu.store();
    let sits = store.sessions(&zafu_store::LogQuery::newest(9)).unwrap();
    let edit = SessionEdit { note: Some("by the sea".into()), ..SessionEdit::default() };
    store.edit(sits[1].id, edit, command::now().utc).unwrap();
    drop(store);
    let mut terminal = command::Terminal::start(&zafu, "import undo 1");
    let printed = terminal.read_until("(y/N)");
    for words in ["since the import", ": 1.", "by the sea", "Its 3 sits are deleted."] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    terminal.write("y\n");
    let (code, printed) = terminal.end();
    assert!(code == 0 && printed.contains("Deleted sits: 3."), "{printed}");
    let mut terminal = command::Terminal::start(&zafu, "import undo 1");
    let printed = terminal.read_until("undone");
    assert!(!printed.contains("(y/N)"), "{printed}");
    assert_ne!(terminal.end().0, 0);
}
