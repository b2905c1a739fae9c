//! Links of invitations that the system opens: they reach the window of the one process, and nothing else sees them.

use crate::browser::Browser;
use crate::desktop::{Desktop, Program};
use crate::zafu::{CommandResult, Zafu, eventually, program};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use zafu_core::invitation::{Invitation, InvitationCode};
use zafu_engine::protocol::{ErrorCode, Secret};

fn invitation(seed: u8) -> Invitation {
    Invitation {
        project_url: "https://abc.supabase.co".into(),
        publishable_key: "sb_publishable_x".into(),
        code: InvitationCode::new([seed; 16]),
    }
}

/// Opens a link as the system does.
fn open(desktop: &Desktop, link: &str) -> Program {
    Program::start(desktop.command(program("zafu-app")).arg(link))
}

/// Waits until the page of the partner shows a link, which its user can look at.
fn see_link(browser: &Browser, link: &str) {
    eventually("the link is shown", || (browser.value("join-text")? == link).then_some(()));
    browser.see_texts("join-asks", &["abc.supabase.co"]);
    assert_eq!(browser.count("join-preview"), 0, "nothing is asked of the project");
}

/// Fails if a process has `text` among its arguments or in its environment.
fn assert_no_process_has(text: &str) {
    for process in fs::read_dir("/proc").unwrap().flatten() {
        for file in ["cmdline", "environ"] {
            let content = fs::read(process.path().join(file)).unwrap_or_default();
            let content = String::from_utf8_lossy(&content).into_owned();
            assert!(!content.contains(text), "{content}");
        }
    }
}

/// Fails if a file in `folder` or below it contains `text`.
fn assert_no_file_has(folder: &Path, text: &str) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_no_file_has(&path, text);
        } else if path.is_file() {
            let content = fs::read(&path).unwrap();
            let found = content.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn a_link_starts_zafu_and_a_later_one_reaches_the_same_window() {
    let Some(desktop) = Desktop::new() else { return };
    let (first, second) = (invitation(1), invitation(2));
    let Some(browser) = Browser::open(&desktop, &["--verbose", &first.to_link()]) else { return };
    see_link(&browser, &first.to_link());
    let process = desktop.process();
    assert_no_process_has(first.code.as_str());

    let mut other = open(&desktop, &second.to_link());
    assert!(other.ended().success());
    see_link(&browser, &second.to_link());
    assert_eq!((desktop.process(), desktop.windows().len()), (process, 1));
    for invitation in [&first, &second] {
        assert_no_process_has(invitation.code.as_str());
        assert_no_file_has(&desktop.data(), invitation.code.as_str());
    }
}

#[test]
fn a_link_opens_the_window_and_is_kept_until_the_sit_is_over_even_if_the_window_closes() {
    let Some(desktop) = Desktop::new() else { return };
    let Some(browser) = Browser::open(&desktop, &[]) else { return };
    browser.see("setup");
    let sit = desktop.start_sit().sit.unwrap();
    desktop.close_window();
    let link = invitation(3).to_link();
    assert!(open(&desktop, &link).ended().success());
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    browser.switch_to_new_window();
    browser.see_phase("sitting");
    assert_eq!(browser.count("partner"), 0, "it does not interrupt the sit");
    assert_eq!(desktop.state().sit.map(|sit| sit.id), Some(sit.id));
    desktop.close_window();
    desktop.print(program("zafu"), &[]);
    eventually("the window is seen", || (!desktop.windows().is_empty()).then_some(()));
    browser.switch_to_new_window();
    browser.see_phase("sitting");
    desktop.client().end_sit(None).unwrap();
    browser.click("done");
    see_link(&browser, &link);
}

#[test]
fn what_is_not_the_link_of_an_invitation_is_refused_without_repeating_it() {
    let Some(desktop) = Desktop::new() else { return };
    let link = invitation(4).to_link();
    let code = link[12..39].to_owned();
    for (argument, words) in [
        ("zafu://sit/20m", "begin with zafu://join/"),
        (&link[..60], "The link of the invitation is incomplete"),
    ] {
        let mut command = desktop.command(program("zafu-app"));
        command.args(["--verbose", argument]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let app = command.spawn().unwrap();
        let dialog = eventually("a dialog is seen", || desktop.windows().first().cloned());
        assert_no_process_has(&code);
        desktop.print("xdotool", &["windowfocus", &dialog, "key", "Return"]);
        let result = CommandResult::from(app.wait_with_output().unwrap());
        result.fails_with(1, words);
        assert!(!format!("{result:?}").contains(&code), "{result:?}");
    }
    assert_no_file_has(&desktop.data(), &code);
    assert!(!desktop.database().exists(), "no engine has started");
}

#[test]
fn a_sit_in_a_terminal_refuses_a_link() {
    let zafu = Zafu::new();
    let engine = zafu.sit("20m --prepare 0s");
    let link = Secret(invitation(5).to_link());
    let error = engine.client().show_invitation(link).unwrap_err();
    assert_eq!(error.code, ErrorCode::Rejected);
    assert_eq!(zafu.json("status --json")["state"], "sitting");
}
