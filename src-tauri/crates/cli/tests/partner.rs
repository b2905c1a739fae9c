//! `zafu partner` and `zafu profile` with the real command, without an account.

#[allow(dead_code, reason = "these tests need no sits")]
mod command;

use command::Zafu;
use serde_json::{Value, json};
use zafu_core::invitation::{Invitation, InvitationCode};

fn profile(zafu: &Zafu) -> Value {
    serde_json::from_str(&zafu.ok("profile --json")).unwrap()
}

#[test]
fn without_an_account_only_the_weekly_target_can_be_set() {
    let zafu = Zafu::new();
    assert_eq!(
        zafu.ok("profile"),
        "You have no name yet: `zafu profile --name NAME` sets the one that your partner sees.\n\
         Picture: `initial`\nWeekly target: 5 sits.\n"
    );
    assert!(zafu.ok("profile --target 1").starts_with("Your weekly target is saved."));
    assert!(zafu.ok("profile").ends_with("Weekly target: 1 sit.\n"));
    assert_eq!(profile(&zafu), json!({ "name": "", "image": null, "target": 1, "pending": [] }));
    zafu.ok("profile --target 0");
    assert!(zafu.ok("profile").ends_with("Weekly target: none, you are resting.\n"));
    zafu.run("profile --name Anna --target 9").fails_with(6, "not signed in");
    assert_eq!(profile(&zafu)["target"], 0, "nothing was changed");
}

#[test]
fn a_target_or_a_picture_that_is_not_one_is_named() {
    let zafu = Zafu::new();
    for target in ["-1", "1001", "7.5", "many"] {
        let words = format!("“{target}” is not a weekly target");
        zafu.run(&format!("profile --target {target}")).fails_with(2, &words);
    }
    zafu.run("profile --image cat").fails_with(2, "initial, lotus, bowl");
}

#[test]
fn without_a_partner_nothing_can_be_done_to_one() {
    let zafu = Zafu::new();
    let none = "You have no partner. `zafu partner invite` invites somebody, \
        `zafu partner join -` accepts an invitation.\n";
    assert_eq!(zafu.ok("partner"), none);
    assert_eq!(zafu.ok("partner status"), none);
    for line in ["partner --json", "partner status --json"] {
        let view: Value = serde_json::from_str(&zafu.ok(line)).unwrap();
        assert_eq!((&view["partnership"], &view["readAt"]), (&Value::Null, &Value::Null), "{view}");
    }
    for line in ["partner bow", "partner privacy times", "partner leave --yes"] {
        let ended = zafu.run(line);
        assert!(ended.code == Some(3) || ended.code == Some(6), "{line}: {ended:?}");
    }
    for line in ["partner invite", "partner withdraw"] {
        zafu.run(line).fails_with(6, "not signed in");
    }
}

#[test]
fn a_command_that_needs_a_confirmation_or_an_invitation_says_so() {
    let zafu = Zafu::new();
    zafu.run("partner leave").fails_with(2, "`zafu partner leave --yes`");
    zafu.run("partner privacy notes").fails_with(2, "counts, times");
    zafu.run("partner join").fails_with(2, "Required arguments are missing: <TEXT>");
    zafu.run("partner join hello").fails_with(2, "There is no invitation in this text");
    zafu.run("partner join zafu://join/2TB9D5MP").fails_with(2, "is incomplete");
    // Standard input is empty.
    zafu.run("partner join - --yes").fails_with(2, "There is no invitation in this text");
}

#[test]
fn an_invitation_of_a_server_that_cannot_be_reached_can_be_tried_again() {
    let zafu = Zafu::new();
    // Nothing listens there.
    let project_url = "http://127.0.0.1:1".into();
    let code = InvitationCode::new([7; 16]);
    let link = Invitation { project_url, publishable_key: "key".into(), code }.to_link();
    zafu.run(&format!("partner join {link} --yes")).fails_with(5, "Try again");
}

#[test]
fn an_invitation_cannot_put_other_commands_into_the_one_to_sign_in_with() {
    let zafu = Zafu::new();
    for (url, key) in [
        ("http://127.0.0.1:1", "k;reboot"),
        ("https://a$(reboot).example", "k"),
        ("https://a", "--k"),
    ] {
        let (project_url, publishable_key) = (url.into(), key.into());
        let code = InvitationCode::new([7; 16]);
        let link = Invitation { project_url, publishable_key, code }.to_link();
        let refused = zafu.run(&format!("partner join {link} --yes"));
        refused.fails_with(2, "This invitation cannot be used.");
        assert!(!format!("{refused:?}").contains("reboot"), "{refused:?}");
    }
}
