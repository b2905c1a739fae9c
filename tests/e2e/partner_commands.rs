//! Partners on the command line, with the real server. Each user has a data folder.

use crate::cloud::{User, backend, proxy, server};
use crate::keyring::Keyring;
use crate::offline;
use crate::zafu::{CommandResult, Zafu};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;
use uuid::Uuid;
use zafu_backend::Backend;
use zafu_backend::proxy::Action;
use zafu_core::edit::ManualSit;
use zafu_core::ids::SessionId;
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::Store;

/// Two users of one project, signed in, each with a name.
struct Two {
    anna: Zafu,
    ben: Zafu,
    keyring: Keyring,
}

impl Two {
    fn new(backend: &Backend) -> Option<Self> {
        let keyring = Keyring::new()?;
        let (anna, ben) = (Zafu::on(&keyring), Zafu::on(&keyring));
        for (zafu, name) in [(&anna, "Anna"), (&ben, "Ben")] {
            User::new(backend).sign_up(zafu);
            zafu.ok(&format!("profile --name {name}"));
        }
        Some(Self { anna, ben, keyring })
    }

    fn partners(backend: &Backend) -> Option<Self> {
        let two = Self::new(backend)?;
        let link = invite(&two.anna);
        join(&two.ben, &link, &["--yes"]).succeeds();
        two.anna.ok("sync");
        Some(two)
    }
}

impl CommandResult {
    fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }
}

/// Returns the link of the invitation.
fn invite(zafu: &Zafu) -> String {
    zafu.json("partner invite --json")["link"].as_str().unwrap().to_owned()
}

/// Runs `zafu partner join` with a text on standard input.
fn join(zafu: &Zafu, text: &str, options: &[&str]) -> CommandResult {
    let mut command = zafu.command(["partner", "join", "-"].iter().chain(options).copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Fails if the command exits before it reads the text.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    CommandResult::from(child.wait_with_output().unwrap())
}

fn partnership(zafu: &Zafu) -> Value {
    zafu.json("partner --json")["partnership"].clone()
}

/// Returns the sits of the current week: the user's, and the partner's.
fn week(zafu: &Zafu) -> (u64, u64) {
    let partnership = partnership(zafu);
    let week = partnership["weeks"].as_array().unwrap().last().unwrap().clone();
    (week["mine"].as_u64().unwrap(), week["partners"].as_u64().unwrap())
}

#[test]
fn two_users_invite_join_sit_bow_and_leave() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::new(backend) else { return };
    let (anna, ben) = (&two.anna, &two.ben);
    let printed = anna.run("partner invite").succeeds();
    let link = invite(anna);
    assert!(printed.contains(&link), "it is the same invitation: {printed}");
    assert!(anna.ok("partner").contains("Your invitation is open until 20"));
    anna.ok("partner withdraw");
    assert!(!anna.ok("partner").contains("is open"));
    join(ben, &link, &["--yes"]).fails_with(3, "no longer open");

    let link = invite(anna);
    let text = format!("Hello Ben,\n> {link}\nsee you");
    let asked = join(ben, &text, &[]);
    asked.fails_with(2, "Nothing was accepted yet");
    assert!(asked.out.contains("Invitation of Anna, on the server 127.0.0.1"), "{asked:?}");
    assert!(partnership(ben).is_null());
    let joined = join(ben, &text, &["--yes"]).succeeds();
    let kept = "You are partners now.\nFrom now on your notes and labels stay on this device.\n";
    assert!(joined.contains(kept), "{joined}");
    join(ben, &text, &["--yes"]).fails_with(3, "You are partners already");
    anna.ok("sync");
    assert_eq!(partnership(anna)["partner"]["profile"], json!({ "name": "Ben", "image": null }));
    assert_eq!(partnership(ben)["partner"]["profile"]["name"], "Anna");
    assert!(anna.ok("partner").starts_with("Your partner: Ben, since 20"));

    offline::sit(anna, true);
    assert_eq!(week(anna), (1, 0), "before the server has it");
    anna.ok("sync");
    ben.run("partner bow").fails_with(3, "has not sat since your last bow");
    ben.ok("sync");
    assert_eq!((week(anna), week(ben)), ((1, 0), (0, 1)));
    let shown = ben.ok("partner");
    assert!(shown.contains("1 of 10 sits, 0 by you and 1 by your partner."), "{shown}");
    assert!(
        shown.contains("Weeks kept: 0 of 0.\n") && shown.contains("`zafu partner bow`"),
        "{shown}"
    );
    assert_eq!(ben.ok("partner bow"), "You have bowed.\n");
    assert!(!ben.ok("partner").contains("`zafu partner bow`"));
    ben.run("partner bow").fails_with(3, "has not sat since your last bow");
    anna.ok("sync");
    let news = anna.ok("partner");
    for told in [": Your partner bowed to you.\n", ": Your partner accepted your invitation.\n"] {
        assert!(news.contains(told), "{news}");
    }

    ben.run("partner leave").fails_with(2, "zafu partner leave --yes");
    assert_eq!(ben.ok("partner leave --yes"), "You have left the partnership.\n");
    anna.ok("sync");
    for zafu in [anna, ben] {
        let view = zafu.json("partner --json");
        assert_eq!((&view["partnership"], &view["pending"]), (&Value::Null, &json!([])));
        assert_eq!(view["former"].as_array().unwrap().len(), 1);
        assert!(zafu.ok("partner").contains("Former partnership from 20"));
    }
}

#[test]
fn privacy_and_profile_reach_the_partner_with_the_next_sync() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::partners(backend) else { return };
    let (anna, ben) = (&two.anna, &two.ben);
    let privacy = |zafu: &Zafu| partnership(zafu)["partner"]["privacy"].clone();
    offline::sit(anna, true);
    anna.ok("sync");
    assert_eq!(privacy(ben), "counts");
    assert_eq!(partnership(ben)["partner"]["times"], Value::Null);
    anna.ok("partner privacy times");
    anna.ok("profile --name Änne --image lotus --target 7");
    assert_eq!(
        anna.json("profile --json"),
        json!({ "name": "Änne", "image": "lotus", "target": 7, "pending": [] })
    );
    ben.ok("sync");
    let partner = partnership(ben)["partner"].clone();
    assert_eq!(partner["profile"], json!({ "name": "Änne", "image": "lotus" }));
    assert_eq!((&partner["privacy"], &partner["target"]), (&"times".into(), &7.into()));
    assert_eq!(partner["times"].as_array().unwrap().len(), 1);
    assert!(ben.ok("partner").contains("You show `counts`, your partner shows `times`."));
    anna.ok("partner privacy counts");
    ben.ok("sync");
    assert_eq!(
        (privacy(ben), partnership(ben)["partner"]["times"].clone()),
        ("counts".into(), Value::Null)
    );
}

#[test]
fn every_command_works_through_a_running_engine() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::new(backend) else { return };
    let (anna, ben) = (&two.anna, &two.ben);
    let engines = [anna, ben].map(|zafu| zafu.sit("20m --prepare 0s"));
    let link = invite(anna);
    join(ben, "nothing", &["--yes"]).fails_with(2, "There is no invitation in this text");
    assert!(join(ben, &link, &["--yes"]).succeeds().contains("You are partners now."));
    anna.ok("sync");
    assert_eq!(partnership(anna)["partner"]["profile"]["name"], "Ben");
    assert!(
        ben.ok("partner privacy times")
            .starts_with("What your partner sees of your sits is changed.\n")
    );
    ben.ok("profile --target 3");
    ben.ok("sync");
    anna.ok("sync");
    let partner = partnership(anna)["partner"].clone();
    assert_eq!((&partner["privacy"], &partner["target"]), (&"times".into(), &3.into()));
    anna.run("partner bow").fails_with(3, "has not sat since your last bow");
    anna.ok("partner leave --yes");
    anna.ok("sync");
    ben.ok("sync");
    assert!(partnership(ben).is_null());
    for (zafu, engine) in [anna, ben].into_iter().zip(engines) {
        assert_eq!(zafu.json("status --json")["id"], engine.id(), "the sit goes on");
    }
}

#[test]
fn the_command_asks_at_a_terminal_before_it_joins() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::new(backend) else { return };
    let link = invite(&two.anna);
    let at_a_terminal = |answer: &str| {
        let zafu = two.ben.command([]);
        let mut command = Command::new("script");
        command.args([
            "-qec",
            &format!("{} partner join -", zafu.get_program().display()),
            "/dev/null",
        ]);
        command.envs(zafu.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Ctrl-D ends the text.
        let input = format!("{link}\n\u{4}{answer}\n\n");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        CommandResult::from(child.wait_with_output().unwrap())
    };
    let declined = at_a_terminal("n").succeeds();
    assert!(declined.contains("Accept the invitation? (y/N) "), "{declined}");
    assert!(declined.contains("Nothing was accepted."), "{declined}");
    assert!(partnership(&two.ben).is_null());
    let joined = at_a_terminal("y").succeeds();
    assert!(joined.contains("Its administrator can read them. (y/N) "), "{joined}");
    assert!(joined.contains("You are partners now."), "{joined}");
    assert!(joined.contains("your notes and labels stay on this device."), "{joined}");
    assert_eq!(partnership(&two.ben)["partner"]["profile"]["name"], "Anna");
}

#[test]
fn an_invitation_that_cannot_be_accepted_is_refused_with_the_reason() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::new(backend) else { return };
    let (anna, ben) = (&two.anna, &two.ben);
    let link = invite(anna);
    join(anna, &link, &["--yes"]).fails_with(3, "This is your own invitation");
    join(ben, &link[..60], &["--yes"]).fails_with(2, "is incomplete");
    let (start, end) = link.split_at(link.len() - 1);
    let mistyped = format!("{start}{}", if end == "0" { "1" } else { "0" });
    join(ben, &mistyped, &["--yes"]).fails_with(2, "is not as it was sent");
    assert!(partnership(ben).is_null());

    // The same server at another address is another project.
    let proxy = proxy(backend);
    let other = Zafu::on(&two.keyring);
    let shown = join(&other, &link, &["--yes"]);
    shown.fails_with(6, "needs an account on the server 127.0.0.1");
    assert!(shown.out.starts_with("Invitation of Anna, on the server 127.0.0.1"), "{shown:?}");
    User::new(backend).through(&proxy).sign_up(&other);
    join(&other, &link, &["--yes"]).fails_with(6, "you are signed in to another one");
    other.ok("account sign-out");
    User::new(backend).sign_up(&other);
    other.ok("profile --name Cleo");
    join(&other, &link, &["--yes"]).succeeds();
    join(ben, &link, &["--yes"]).fails_with(3, "no longer open");
    let link = invite(ben);
    join(&other, &link, &["--yes"]).fails_with(3, "You are in a partnership");
    other.run("partner invite").fails_with(3, "You are in a partnership");
}

#[test]
fn without_a_network_changes_wait_and_invitations_need_it() {
    let Some(backend) = backend() else { return };
    let Some(keyring) = Keyring::new() else { return };
    let proxy = proxy(backend);
    let (anna, ben) = (Zafu::on(&keyring), Zafu::on(&keyring));
    for (zafu, name) in [(&anna, "Anna"), (&ben, "Ben")] {
        User::new(backend).through(&proxy).sign_up(zafu);
        zafu.ok(&format!("profile --name {name}"));
    }
    let link = invite(&anna);
    proxy.set_script(|_| Action::DropRequest);
    assert_eq!(invite(&anna), link, "it is kept on this device");
    let result = join(&ben, &link, &["--yes"]);
    assert!(result.code == Some(5) && result.err.contains("Try again"), "{result:?}");
    anna.run("partner withdraw").fails_with(5, "Try again");
    proxy.clear_script();
    join(&ben, &link, &["--yes"]).succeeds();
    anna.ok("sync");
    offline::sit(&anna, true);
    anna.ok("sync");
    ben.ok("sync");

    proxy.set_script(|_| Action::DropRequest);
    let waits = "It is sent as soon as the server can be reached.\n";
    assert_eq!(ben.ok("partner bow"), format!("You have bowed.\n{waits}"));
    assert!(ben.ok("profile --name Benno").ends_with(waits));
    assert!(ben.ok("partner privacy times").ends_with(waits));
    assert_eq!(ben.json("partner --json")["pending"], json!(["profile", "privacy", "bow"]));
    assert!(ben.ok("partner").contains("Not sent yet: profile, privacy, bow.\n"));
    proxy.clear_script();
    ben.ok("sync");
    assert_eq!(ben.json("partner --json")["pending"], json!([]));
    anna.ok("sync");
    let partner = partnership(&anna)["partner"].clone();
    assert_eq!(
        (&partner["profile"]["name"], &partner["privacy"]),
        (&"Benno".into(), &"times".into())
    );
}

#[test]
fn an_invitation_that_has_expired_is_said_to_be_so_until_a_new_one_is_made() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::new(backend) else { return };
    let anna = &two.anna;
    let link = invite(anna);
    anna.pass(Duration::from_secs(8 * 24 * 3600));
    let shown = anna.ok("partner");
    assert!(shown.contains("Your last invitation has expired on 20"), "{shown}");
    assert_ne!(invite(anna), link);
}

/// Stores a sit with a note and a label.
fn add_sit(zafu: &Zafu) {
    let now = zafu_engine::system::clock().now().wall;
    let sit = ManualSit {
        id: SessionId(Uuid::now_v7()),
        start: WallTime::new("2024-03-02T06:00:00Z".parse().unwrap(), UtcOffset(0)),
        length: Seconds(600),
        note: "quiet rain".into(),
        label: "Metta".into(),
    };
    Store::open(zafu.data(), now).unwrap().add_manual(sit, now.utc).unwrap();
}

#[test]
fn notes_and_labels_reach_the_server_only_if_the_user_says_so() {
    let Some(backend) = backend() else { return };
    let Some(two) = Two::new(backend) else { return };
    let sign_up = |option: &str| {
        let (zafu, user) = (Zafu::on(&two.keyring), User::new(backend));
        add_sit(&zafu);
        let result = user.with_password(&zafu, &format!("sign-up {option}"), User::PASSWORD);
        assert_eq!(result.code, Some(0), "{result:?}");
        zafu.ok("sync");
        (zafu, user)
    };
    let texts = |user: &User| {
        let query =
            "select count(*), string_agg(note, ''), string_agg(label, '') <> '' from sessions";
        server(backend, user, query)
    };
    let (_, sends) = sign_up("");
    assert_eq!(texts(&sends), "1|quiet rain|t");
    let (cleo, keeps) = sign_up("--keep-texts");
    assert_eq!(texts(&keeps), "1||f");
    // To join, they stay unless the user says otherwise, and then they all go.
    join(&cleo, &invite(&two.anna), &["--yes"]).succeeds();
    cleo.ok("sync");
    assert_eq!(texts(&keeps), "1||f");
    cleo.ok("partner leave --yes");
    cleo.ok("sync");
    two.anna.ok("sync");
    let joined = join(&cleo, &invite(&two.anna), &["--yes", "--upload-texts"]).succeeds();
    assert!(joined.contains("Your notes and labels are uploaded to 127.0.0.1"), "{joined}");
    cleo.ok("sync");
    assert_eq!(texts(&keeps), "1|quiet rain|t");
}
