//! Start of Zafu's processes, several of them at the same time, and the choice of the data folder.

use crate::desktop::{Desktop, Program};
use crate::zafu::{CommandResult, Zafu, eventually, missing, program};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Kills the background engine of a desktop when dropped.
struct Background<'a>(&'a Desktop);

impl Drop for Background<'_> {
    fn drop(&mut self) {
        if let Some(process) = self.0.process() {
            let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
        }
    }
}

/// Returns a shell command on a desktop, in a new process session.
fn shell(desktop: &Desktop, script: &str) -> Command {
    let mut shell = desktop.command("setsid");
    let directory = program("zafu").parent().unwrap().display().to_string();
    let path = format!("{directory}:{}", std::env::var("PATH").unwrap());
    shell.args(["--wait", "sh", "-c", script]).env("PATH", path);
    shell
}

/// Returns a field of `/proc/ID/stat`, numbered as in proc(5).
fn stat(process: u32, field: usize) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The program name in parentheses can contain any character, so fields are counted after it.
    let rest = stat.rsplit_once(") ").unwrap().1;
    rest.split(' ').nth(field - 3).unwrap().parse().unwrap()
}

#[test]
fn real_life_02_a_background_engine_inherits_nothing_from_its_caller() {
    let Some(desktop) = Desktop::new() else { return };
    let _engine = Background(&desktop);
    let lock = desktop.home().join("lock-of-the-script");
    // The engine must inherit neither the pipe of the command substitution nor the descriptor of the lock.
    let script = format!(
        "exec 9>{}; id=$(zafu sit 20m --prepare 0 2>&1); echo $id; echo $$; sleep 1000",
        lock.display()
    );
    let mut caller = shell(&desktop, &script);
    caller.stdout(Stdio::piped());
    let mut caller = caller.spawn().unwrap();
    let mut lines = std::io::BufReader::new(caller.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
        line.trim().to_owned()
    };
    let (id, group) = (line(), line());
    assert_eq!(desktop.state().sit.unwrap().id.0.to_string(), id);
    let engine = desktop.process().unwrap();
    let leads = [stat(engine, 5), stat(engine, 6)];
    assert_eq!(leads, [engine, engine], "a process group and a session of its own");
    assert_eq!(stat(engine, 7), 0, "no terminal");
    let descriptors = || fs::read_dir(format!("/proc/{engine}/fd")).unwrap().flatten();
    let leads_to = |number: &str| fs::read_link(format!("/proc/{engine}/fd/{number}")).unwrap();
    for number in ["0", "1"] {
        assert_eq!(leads_to(number), Path::new("/dev/null"), "descriptor {number}");
    }
    eventually("standard error leads nowhere", || {
        (leads_to("2") == Path::new("/dev/null")).then_some(())
    });
    let held = descriptors().filter_map(|entry| fs::read_link(entry.path()).ok());
    assert!(!held.into_iter().any(|path| path == lock), "the caller's lock is not held");
    // As Ctrl-C in the terminal of the script.
    let kill = Command::new("kill").args(["-INT", "--", &format!("-{group}")]).status().unwrap();
    assert!(kill.success());
    caller.kill().unwrap();
    caller.wait().unwrap();
    let sit = desktop.state().sit.unwrap();
    assert_eq!(sit.id.0.to_string(), id, "the sit continues");
    desktop.client().discard_sit().unwrap();
}

#[test]
fn real_life_02_a_start_that_fails_is_explained_by_the_command() {
    let Some(desktop) = Desktop::new() else { return };
    fs::create_dir(desktop.data()).unwrap();
    fs::set_permissions(desktop.data(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(desktop.database(), [0x5A; 4096]).unwrap();
    let mut command = desktop.command(program("zafu"));
    let result = CommandResult::of({
        command.args(["sit", "20m"]).stderr(Stdio::piped());
        command
    });
    result.fails_with(1, "is damaged");
    result.fails_with(1, "`zafu restore empty`");
    assert!(desktop.windows().is_empty(), "no dialog is shown in the background");
}

#[test]
fn real_life_08_of_programs_started_at_once_one_runs_and_the_others_use_it() {
    let Some(desktop) = Desktop::new() else { return };
    for _ in 0..3 {
        let mut all: Vec<_> =
            (0..3).map(|_| Program::start(&mut desktop.command(program("zafu-app")))).collect();
        desktop.client();
        eventually("all but one have ended", || {
            all.retain_mut(|process| {
                let has_ended = process.has_ended();
                assert!(!has_ended || process.ended().success(), "it has handed over");
                !has_ended
            });
            (all.len() == 1).then_some(())
        });
        assert_eq!(desktop.process(), Some(all[0].id()));
        eventually("one window is seen", || (desktop.windows().len() == 1).then_some(()));
        // A process that starts while the engine ends becomes the next engine or a client of the ending one.
        let mut next = Program::start(&mut desktop.command(program("zafu-app")));
        all[0].signal("TERM");
        assert!(all[0].ended().success());
        eventually("the next one runs, or has handed over", || {
            let runs = desktop.process() == Some(next.id());
            (next.has_ended() || runs).then_some(())
        });
        if !next.has_ended() {
            desktop.client();
            next.signal("TERM");
        }
        assert!(next.ended().success());
    }
}

#[test]
fn real_life_08_two_sits_started_at_once_reach_one_engine() {
    let Some(desktop) = Desktop::new() else { return };
    let _engine = Background(&desktop);
    let begin = || {
        let mut command = desktop.command(program("zafu"));
        command.args(["sit", "20m"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let all = [begin(), begin(), begin()]
        .map(|child| CommandResult::from(child.wait_with_output().unwrap()));
    let begun: Vec<_> = all.iter().filter(|result| result.code == Some(0)).collect();
    assert_eq!(begun.len(), 1, "{all:?}");
    for result in all.iter().filter(|result| result.code != Some(0)) {
        result.fails_with(3, "A sit is already running");
    }
    assert_eq!(desktop.state().sit.unwrap().id.0.to_string(), begun[0].out.trim());
}

#[test]
fn real_life_09_many_programs_can_read_at_once_and_an_engine_can_start() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    zafu.ok("end");
    engine.wait();
    let read = |line: &str| {
        let mut command = zafu.command(line.split_whitespace());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let readers: Vec<_> =
        (0..20).map(|n| read(if n % 2 == 0 { "status" } else { "log --json" })).collect();
    let engine = zafu.sit("20m --prepare 0s");
    for reader in readers {
        let result = CommandResult::from(reader.wait_with_output().unwrap());
        assert_eq!((result.code, result.err.as_str()), (Some(0), ""), "{result:?}");
    }
    zafu.ok("end");
    engine.wait();
}

#[test]
fn real_life_09_a_stopped_engine_is_distinguished_from_none() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    engine.signal("STOP");
    for line in ["status", "log", "end", "account status"] {
        zafu.run(line).fails_with(4, "has not responded for 5 seconds");
    }
    engine.signal("CONT");
    eventually("it continues", || zafu.run("status").code.filter(|code| *code == 0));
}

#[test]
fn real_life_11_the_socket_path_depends_only_on_the_data_folder() {
    let zafu = Zafu::at(&["of-many-folders"; 12].join("/"));
    assert!(zafu.data().as_os_str().len() > 200);
    let with = |line: &str, runtime: &str| {
        let mut command = zafu.command(line.split_whitespace());
        command.env("XDG_RUNTIME_DIR", zafu.home().join(runtime)).env("TMPDIR", zafu.home());
        command
    };
    fs::create_dir(zafu.home().join("run")).unwrap();
    let command = with("sit 20m --prepare 0s --terminal", "run");
    let engine = crate::zafu::Engine::spawn(command, zafu.data());
    assert!(engine.id.is_some());
    assert!(zafu.data().join("engine.sock").exists(), "it lies in the folder");
    engine.pass(Duration::from_secs(30));
    for runtime in ["run", "missing", ""] {
        let result = CommandResult::of(with("status", runtime));
        assert!(result.out.starts_with("Sitting, "), "{result:?}");
    }
    let result = CommandResult::of(zafu.command(["end"]));
    assert_eq!(result.code, Some(0), "{result:?}");
    engine.wait();
    assert!(!zafu.data().join("engine.sock").exists(), "it goes with its engine");
}

#[test]
fn real_life_12_an_existing_folder_is_not_changed_and_a_shared_one_is_rejected() {
    let zafu = Zafu::new();
    fs::create_dir(zafu.data()).unwrap();
    let mode = || zafu.data().metadata().unwrap().permissions().mode() & 0o7777;
    let set = |mode| fs::set_permissions(zafu.data(), fs::Permissions::from_mode(mode)).unwrap();
    set(0o2775);
    let result = zafu.run("status");
    assert_eq!((result.code, result.out.as_str()), (Some(0), "No sit is running.\n"));
    assert!(result.err.contains("may look into the data folder"), "{result:?}");
    assert!(zafu.run("doctor").out.contains("look  data folder: Other users of this computer may"));
    assert_eq!(fs::read_dir(zafu.data()).unwrap().count(), 0, "looking makes nothing");
    let engine = zafu.sit("20m --prepare 0s");
    let socket = zafu.data().join("engine.sock").metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(socket, 0o600);
    for private in ["zafu.db", "engine.lock"] {
        let mode = zafu.data().join(private).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{private}");
    }
    zafu.ok("end");
    engine.wait();
    assert_eq!(mode(), 0o2775);
    set(0o1777);
    // The sticky bit: other users can add files, but not replace those of the owner.
    let result = zafu.run("status");
    assert_eq!(result.code, Some(0), "{result:?}");
    assert!(result.err.contains("may look into the data folder"), "{result:?}");
    assert_eq!(mode(), 0o1777);
    set(0o777);
    for line in ["status", "log", "sit 20m --terminal", "end", "restore"] {
        zafu.run(line).fails_with(1, "Every user of this computer may write in the data folder");
        zafu.run(line).fails_with(1, "othing was changed");
    }
    assert!(zafu.run("doctor").out.contains("look  data folder: Every user of this computer"));
    assert_eq!(mode(), 0o777);
    set(0o1777);
    let give = |path: &Path, to| std::os::unix::fs::chown(path, Some(to), None);
    if give(&zafu.database(), 4711).is_ok() {
        zafu.run("status").fails_with(1, "belongs to another user");
        give(&zafu.database(), 0).unwrap();
    }
    set(0o700);
    if give(zafu.data(), 4711).is_ok() {
        zafu.run("status").fails_with(1, "belongs to another user");
        zafu.run("sit 20m --terminal").fails_with(1, "belongs to another user");
        give(zafu.data(), 0).unwrap();
    } else {
        missing("only root can give a folder away");
    }
}

#[test]
fn real_life_12_the_doctor_creates_no_files() {
    let zafu = Zafu::new();
    zafu.run("doctor");
    assert!(!zafu.data().exists());
    zafu.ok("status");
    zafu.ok("log");
    assert!(!zafu.data().exists());
}

#[test]
fn real_life_13_a_missing_display_is_reported() {
    let Some(desktop) = Desktop::new() else { return };
    for args in [&[][..], &["--background"]] {
        let mut app = desktop.command(program("zafu-app"));
        app.args(args).env("DISPLAY", ":4711").stderr(Stdio::piped());
        let result = CommandResult::of(app);
        result
            .fails_with(1, "The display :4711 (DISPLAY) cannot be reached: `zafu sit --terminal`");
        assert!(!result.err.contains("panicked"), "{result:?}");
    }
    for line in [&["sit", "20m"][..], &[]] {
        let mut command = desktop.command(program("zafu"));
        command.args(line).env("DISPLAY", ":4711").stderr(Stdio::piped());
        let result = CommandResult::of(command);
        result
            .fails_with(1, "The display :4711 (DISPLAY) cannot be reached: `zafu sit --terminal`");
        assert!(!result.err.contains("panicked"), "{result:?}");
    }
}

#[test]
fn real_life_27_a_log_with_limit_0_does_not_claim_that_there_are_no_sits() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    zafu.ok("end");
    engine.wait();
    assert_eq!(zafu.ok("log --limit 0"), "");
    assert_eq!(zafu.json("log --limit 0 --json"), serde_json::json!([]));
    assert_eq!(zafu.json("log --limit 1 --json").as_array().unwrap().len(), 1);
}

#[test]
fn real_life_34_a_tilde_in_the_environment_is_the_home_folder() {
    let zafu = Zafu::new();
    let mut command = zafu.command(["restore"]);
    command.env(zafu_engine::DATA_DIR_VARIABLE, "~/z").current_dir(zafu.home());
    assert_eq!(CommandResult::of(command).code, Some(0));
    assert!(zafu.home().join("z").is_dir());
    assert!(!zafu.home().join("~").exists());
    let mut command = zafu.command(["status"]);
    command.env(zafu_engine::DATA_DIR_VARIABLE, "~other/z");
    CommandResult::of(command).fails_with(1, "Write the whole path, beginning with /");
}

#[test]
fn real_life_35_all_files_of_the_window_are_in_the_data_folder() {
    let Some(desktop) = Desktop::new() else { return };
    // Not Zafu's: the log of the window manager, the shader cache that all programs share, and the runtime files of the
    // session.
    let others = ["cache/openbox", "cache/mesa_shader_cache", "run"];
    let not_ours: Vec<_> =
        others.iter().map(|name| desktop.home().join(name)).chain([desktop.data()]).collect();
    let outside = || {
        let home = desktop.home().display().to_string();
        let found = desktop.print("find", &[&home, "-not", "-type", "s"]);
        let ours = |path: &&str| !not_ours.iter().any(|other| Path::new(path).starts_with(other));
        found.lines().filter(ours).map(Into::into).collect()
    };
    let before: std::collections::BTreeSet<String> = outside();
    let mut app = desktop.zafu(&[]);
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    desktop.close_window();
    app.signal("TERM");
    assert!(app.ended().success());
    let after: std::collections::BTreeSet<String> = outside();
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{new:#?}");
    assert!(desktop.data().join("window.json").is_file());
    assert!(desktop.data().join("webview").is_dir());
}

#[test]
fn real_life_13_a_read_only_home_folder_is_named_or_not_needed() {
    let Some(desktop) = Desktop::new() else { return };
    // Not even root can create files in it.
    let home = Path::new("/proc/self");
    let command = |name: &str, args: &[&str]| {
        let mut command = desktop.command(program(name));
        for variable in
            ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"]
        {
            command.env(variable, home);
        }
        command.args(args).stderr(Stdio::piped());
        command
    };
    for (name, args) in [("zafu-app", &[][..]), ("zafu", &[]), ("zafu", &["sit", "20m"])] {
        let mut without = command(name, args);
        without.env_remove(zafu_engine::DATA_DIR_VARIABLE);
        let result = CommandResult::of(without);
        result.fails_with(1, "The data folder /proc/self/");
        result.fails_with(1, "set ZAFU_DATA_DIR to another");
    }
    // With a data folder outside of the home, the home is not needed.
    let mut app = Program::start(&mut command("zafu-app", &[]));
    desktop.client();
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    app.signal("TERM");
    assert!(app.ended().success());
}
