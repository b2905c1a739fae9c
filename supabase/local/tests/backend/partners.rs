//! Partners: profiles, targets, invitations, and what two users see of each other.

use crate::account::Account;
use crate::session::Session as Connection;
use crate::sits::{completed, deleted, device, noted, session_started_at, wire};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zafu_backend::{Backend, shared};
use zafu_core::session::{Details, Session};

/// Returns a new code, and its hash as the inviting device sends it.
pub fn code() -> (String, String) {
    let code = Uuid::new_v4().simple().to_string().to_uppercase();
    let hash = Sha256::digest(code.as_bytes());
    (code, hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Account<'_> {
    /// Calls `sync_partner` and returns the response.
    pub fn sync_partner(&self, sent: &Value) -> Value {
        let response = self.call("sync_partner", sent);
        assert_eq!(response.status.as_u16(), 200, "{response:?}");
        response.body
    }

    /// Returns what the account sees.
    pub fn view(&self) -> Value {
        let view = self.sync_partner(&json!({}));
        assert_eq!(view["state"], "ok", "{view}");
        view
    }

    /// Sends one part and returns its outcome.
    pub fn send_part(&self, part: &str, value: &Value) -> String {
        let response = self.sync_partner(&json!({ part: value }));
        response["outcomes"][part].as_str().unwrap_or_else(|| panic!("{response}")).to_owned()
    }

    /// Invites, with the day of UTC, and returns the code.
    pub fn invite(&self) -> String {
        let (code, hash) = code();
        let sent = json!({ "code_hash": hash, "utc_offset": 0, "day_start": 0 });
        let response = self.call("create_invitation", &sent).body;
        assert_eq!(response["state"], "ok", "{response}");
        code
    }

    /// Accepts and returns the whole answer.
    pub fn accept(&self, code: &str) -> Value {
        let response = self.call("accept_invitation", &json!({ "code": code }));
        assert_eq!(response.status.as_u16(), 200, "{response:?}");
        response.body
    }

    /// Accepts and returns the state.
    pub fn accept_state(&self, code: &str) -> String {
        self.accept(code)["state"].as_str().expect("a state").to_owned()
    }

    pub fn leave(&self, partnership: &str) -> String {
        self.send_part("leave", &json!({ "id": Uuid::new_v4(), "partnership_id": partnership }))
    }

    pub fn bow(&self, id: Uuid, partnership: &str) -> String {
        self.send_part("bow", &json!({ "id": id, "partnership_id": partnership }))
    }

    pub fn set_target(&self, target: u32, revision: u32) -> String {
        let sent = json!({ "target": target, "revision": revision, "deviceid": device(1) });
        self.send_part("target", &sent)
    }

    pub fn set_privacy(&self, partnership: &str, level: &str, revision: u32) -> String {
        let sent = json!({ "partnership_id": partnership, "level": level, "revision": revision,
            "deviceid": device(1) });
        self.send_part("privacy", &sent)
    }
}

/// Two users who have become partners by an invitation.
pub fn partners(backend: &Backend) -> (Account<'_>, Account<'_>, String) {
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    let accepted = invitee.accept(&inviter.invite());
    let id = accepted["partnership_id"].as_str().unwrap_or_else(|| panic!("{accepted}"));
    (inviter, invitee, id.to_owned())
}

/// Returns the time of the server.
pub fn now(backend: &Backend) -> DateTime<Utc> {
    let now = backend.sql("select to_json(now()) #>> '{}'").expect("SQL");
    now.parse().expect("a moment")
}

/// Moves a partnership, with everything that happened in it, into the past.
pub fn age(backend: &Backend, partnership: &str, days: i64) {
    let sql = format!(
        "begin; set local session_replication_role = replica;
         update partnerships set startedat = startedat - interval '{days} days',
           firstweekat = firstweekat - interval '{days} days',
           endedat = endedat - interval '{days} days', createdat = createdat - interval '{days} days'
         where id = '{partnership}';
         update weeks set weekstart = weekstart - interval '{days} days', weekend = weekend - interval '{days} days'
         where partnershipid = '{partnership}';
         update sessions set startedat = startedat - interval '{days} days' where partnershipid = '{partnership}';
         update zafu.targets set since = since - interval '{days} days' where since > '-infinity' and userid in (
           select unnest(array[userid, partnerid]) from partnerships where id = '{partnership}'
         );
         commit"
    );
    backend.sql(&sql).expect("SQL");
}

pub fn sat(at: DateTime<Utc>) -> Session {
    completed(&session_started_at(at))
}

/// Returns the kinds of the news of a user, the oldest first.
fn news(account: &Account<'_>) -> Vec<String> {
    let view = account.view();
    let news = view["news"].as_array().expect("news").iter();
    news.map(|news| news["kind"].as_str().expect("a kind").to_owned()).collect()
}

fn profile(name: &str, revision: u32, by: u128) -> Value {
    json!({ "name": name, "image": "lotus", "revision": revision, "deviceid": device(by) })
}

#[test]
fn a_new_account_has_no_name_and_the_default_target() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let view = account.view();
    let expected = json!({
        "state": "ok", "partner_seq": view["partner_seq"], "outcomes": {},
        "profile": { "name": "", "image": null, "revision": 0, "deviceid": null },
        "target": { "target": 5, "revision": 0, "deviceid": null },
        "invitation": null, "partnership": null, "shown_to_partner": null, "former": [], "news": [],
    });
    assert_eq!(view, expected);
}

#[test]
fn a_profile_and_a_target_are_registers() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let pick =
        |name: &str, revision, by| account.send_part("profile", &profile(name, revision, by));
    assert_eq!(pick("Ada", 2, 1), "stored");
    assert_eq!(pick("Ada", 2, 1), "stored", "again");
    assert_eq!(pick("Old", 1, 9), "older");
    assert_eq!(pick("Higher device", 2, 2), "stored");
    assert_eq!(pick("Lower device", 2, 1), "older");
    assert_eq!(account.view()["profile"], profile("Higher device", 2, 2));
    // No name any more.
    assert_eq!(pick("", 3, 1), "stored");
    let none = json!({ "name": null, "image": null, "revision": 4, "deviceid": device(1) });
    assert_eq!(account.send_part("profile", &none), "stored");
    let stored = json!({ "name": "", "image": null, "revision": 4, "deviceid": device(1) });
    assert_eq!(account.view()["profile"], stored);

    assert_eq!(account.set_target(0, 2), "stored");
    assert_eq!(account.set_target(7, 1), "older");
    assert_eq!(account.view()["target"]["target"], 0);
    let history = format!("select count(*) from zafu.targets where userid = '{}'", account.id);
    assert_eq!(backend.sql(&history).expect("SQL"), "2", "what is older leaves no trace");
}

#[test]
fn a_bad_part_is_rejected_and_blocks_no_other() {
    let Some(backend) = shared() else { return };
    let (account, _, partnership) = partners(backend);
    let with = |part: &str, field: &str, value: Value| {
        let mut good = match part {
            "profile" => profile("Ada", 1, 1),
            "target" => json!({ "target": 3, "revision": 1, "deviceid": device(1) }),
            "privacy" => {
                json!({ "partnership_id": partnership, "level": "times", "revision": 1, "deviceid": device(1) })
            }
            _ => json!({ "id": device(1), "partnership_id": partnership }),
        };
        good[field] = value;
        good
    };
    let long = "é".repeat(41);
    let mut cases = vec![
        ("profile", json!("x"), "not_an_object"),
        ("profile", json!([]), "not_an_object"),
        ("leave", json!({}), "bad_partnership_id"),
        ("leave", json!({ "partnership_id": device(1) }), "no_partnership"),
        ("bow", with("bow", "partnership_id", json!(device(1))), "no_partnership"),
        ("privacy", with("privacy", "partnership_id", json!(device(1))), "no_partnership"),
    ];
    let names = [
        " ",
        "\u{a0}\u{3000}",
        "a\u{0}b",
        "a\nb",
        "\u{7f}",
        "\u{85}",
        "\u{202e}abc",
        "\u{2066}x",
        "x\u{200f}",
        "\u{61c}",
        &long,
    ];
    for name in names {
        cases.push(("profile", with("profile", "name", json!(name)), "bad_name"));
    }
    for (part, field, reason, values) in [
        ("profile", "image", "bad_image", vec![json!(""), json!("me.png"), json!(1)]),
        (
            "profile",
            "revision",
            "bad_revision",
            vec![json!(null), json!(0), json!(2_147_483_648_u32)],
        ),
        ("profile", "deviceid", "bad_deviceid", vec![json!(null), json!("x")]),
        (
            "target",
            "target",
            "bad_target",
            vec![json!(null), json!(-1), json!(1001), json!(1.5), json!("x")],
        ),
        ("target", "revision", "bad_revision", vec![json!(0)]),
        ("target", "deviceid", "bad_deviceid", vec![json!(7)]),
        ("privacy", "level", "bad_level", vec![json!(null), json!("all"), json!({})]),
        ("privacy", "revision", "bad_revision", vec![json!("one")]),
        ("privacy", "deviceid", "bad_deviceid", vec![json!(null)]),
        ("privacy", "partnership_id", "bad_partnership_id", vec![json!(null), json!("\u{0}")]),
        ("bow", "id", "bad_id", vec![json!(null), json!("\u{0}")]),
        ("bow", "partnership_id", "bad_partnership_id", vec![json!(null)]),
    ] {
        cases.extend(values.into_iter().map(|value| (part, with(part, field, value), reason)));
    }
    let before = account.view();
    for (part, sent, reason) in &cases {
        assert_eq!(account.send_part(part, sent), *reason, "{part} {sent}");
    }
    assert_eq!(account.view(), before, "nothing was stored");
    let mixed = json!({ "profile": with("profile", "name", json!("\u{0}")), "target": with("target", "target", json!(9)),
        "bow": 3, "privacy": with("privacy", "level", json!("times")), "unknown": { "of": "a later version" } });
    let response = account.sync_partner(&mixed);
    let outcomes = json!({ "profile": "bad_name", "target": "stored", "bow": "not_an_object", "privacy": "stored" });
    assert_eq!(response["outcomes"], outcomes);
    assert_eq!(response["target"]["target"], 9);
    // Names at the limits.
    for (revision, name) in
        (1..).zip(["x", " x ", &"é".repeat(40), "座禅", "שלום", "👨‍👩‍👧", "\u{feff}a"])
    {
        assert_eq!(account.send_part("profile", &profile(name, revision, 1)), "stored", "{name}");
        assert_eq!(account.view()["profile"]["name"], *name);
    }
    for body in [json!([]), json!(null), json!(7), json!("x")] {
        account.call("sync_partner", &body).is(400, "PT400");
        account.call("create_invitation", &body).is(400, "PT400");
        account.call("preview_invitation", &body).is(400, "PT400");
        account.call("accept_invitation", &body).is(400, "PT400");
    }
    let large = json!({ "profile": { "name": "x".repeat(4 << 20) } });
    account.call("sync_partner", &large).is(413, "PT413");
}

#[test]
fn two_users_become_partners_by_an_invitation() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    inviter.send_part("profile", &profile("Ada", 1, 1));
    let code = inviter.invite();
    let invitation = inviter.view()["invitation"].clone();
    let expires: DateTime<Utc> =
        invitation["expiresat"].as_str().expect("a time").parse().expect("a moment");
    let days = expires - now(backend);
    assert!(days > Duration::days(6) && days <= Duration::days(7), "{days}");
    let preview = invitee.call("preview_invitation", &json!({ "code": code })).body;
    let expected = json!({ "state": "ok", "name": "Ada", "image": "lotus", "expiresat": invitation["expiresat"] });
    assert_eq!(preview, expected);

    let accepted = invitee.accept(&code);
    assert_eq!(accepted["state"], "ok", "{accepted}");
    assert_eq!(invitee.accept(&code), accepted, "the answer may have been lost");
    let (of_inviter, of_invitee) = (inviter.view(), invitee.view());
    assert_eq!((&of_inviter["invitation"], &of_inviter["former"]), (&json!(null), &json!([])));
    let (theirs, ours) = (&of_invitee["partnership"], &of_inviter["partnership"]);
    let weeks = |kept| json!([{ "number": 1, "start": ours["firstweekat"], "goal": 10, "mine": 0, "partner": 0, "kept": kept }]);
    let expected = json!({
        "id": accepted["partnership_id"], "startedat": ours["startedat"], "firstweekat": ours["firstweekat"],
        "role": "invitee",
        "partner": { "name": "Ada", "image": "lotus", "target": 5, "shares": "counts" },
        "privacy": { "level": "counts", "revision": 0, "deviceid": null },
        "weeks": weeks(false), "kept": 0, "missed": 0, "times": null, "bow": { "may": false },
    });
    assert_eq!(*theirs, expected);
    assert_eq!((&ours["role"], &ours["partner"]["name"]), (&json!("inviter"), &json!("")));
    let shown =
        json!({ "name": "Ada", "image": "lotus", "target": 5, "shares": "counts", "times": null });
    assert_eq!(of_inviter["shown_to_partner"], shown);
    assert_eq!((news(&inviter), news(&invitee)), (vec!["joined".to_owned()], vec![]));
    for account in [&inviter, &invitee] {
        let status = account.get("users?select=pairing_status").body;
        assert_eq!(status, json!([{ "pairing_status": "paired" }]));
        let (_, hash) = super::partners::code();
        let sent = json!({ "code_hash": hash, "utc_offset": 0, "day_start": 0 });
        assert_eq!(
            account.call("create_invitation", &sent).body,
            json!({ "state": "in_partnership" })
        );
    }
    // Until one leaves, also twice. The accepter still gets the same answer, and no new partnership.
    let id = accepted["partnership_id"].as_str().expect("an id");
    assert_eq!(
        (inviter.leave(id), inviter.leave(id), invitee.leave(id)),
        ("left".into(), "left".into(), "left".into())
    );
    assert_eq!(invitee.accept(&code), accepted);
    assert_eq!(invitee.view()["partnership"], json!(null));
    assert_eq!(
        (news(&inviter), news(&invitee)),
        (vec!["joined".to_owned()], vec!["left".to_owned()])
    );
    let former = invitee.view()["former"].clone();
    assert_eq!(
        (&former[0]["kept"], &former[0]["of"], former[0].as_object().map(serde_json::Map::len)),
        (&json!(0), &json!(0), Some(5))
    );
    assert_eq!(Account::new(backend).leave(id), "no_partnership");
}

#[test]
fn an_invitation_that_cannot_be_accepted_has_one_answer() {
    let Some(backend) = shared() else { return };
    let (inviter, first, second) =
        (Account::new(backend), Account::new(backend), Account::new(backend));
    let not_open = json!({ "state": "not_open" });
    let anonymous = Account::anonymous(backend);
    let refuses = |account: &Account<'_>, code: &str| {
        let code = json!({ "code": code });
        assert_eq!(anonymous.call("preview_invitation", &code).body, not_open);
        assert_eq!(account.call("preview_invitation", &code).body, not_open);
        assert_eq!(account.call("accept_invitation", &code).body, not_open);
    };
    // Unknown, or no code at all.
    refuses(&first, &code().0);
    refuses(&first, "");
    assert_eq!(first.call("accept_invitation", &json!({ "code": "\u{0}" })).body, not_open);
    assert_eq!(first.call("accept_invitation", &json!({})).body, not_open);
    // Withdrawn, by hand or by the next one.
    let withdrawn = inviter.invite();
    for _ in 0..2 {
        assert_eq!(inviter.call("withdraw_invitation", &json!({})).body, json!({ "state": "ok" }));
    }
    assert_eq!(inviter.view()["invitation"], json!(null));
    refuses(&first, &withdrawn);
    let replaced = inviter.invite();
    let open = inviter.invite();
    refuses(&first, &replaced);
    let status = |account: &Account<'_>| {
        account.get("users?select=pairing_status").body[0]["pairing_status"].to_string()
    };
    assert_eq!((status(&inviter), status(&first)), ("\"invited\"".into(), "\"unpaired\"".into()));
    // Expired.
    let set = |what: &str| {
        let sql = format!(
            "update zafu.invitations set {what} where userid = '{}' and withdrawnat is null",
            inviter.id
        );
        backend.sql(&sql).expect("SQL");
    };
    set("expiresat = now()");
    refuses(&first, &open);
    assert_eq!(inviter.view()["invitation"], json!(null));
    assert_eq!(status(&inviter), "\"unpaired\"");
    set("expiresat = now() + interval '1 minute'");
    // One's own.
    assert_eq!(inviter.accept_state(&open), "own");
    // Used by another user.
    assert_eq!(first.accept_state(&open), "ok");
    refuses(&second, &open);
    // Codes of users who are partners already, and of others.
    let own = second.invite();
    assert_eq!(first.accept_state(&own), "in_partnership");
    assert_eq!(inviter.accept_state(&own), "in_partnership");
    refuses(&first, &code().0);
    // The inviting user is taken: a partnership withdraws what both have invited.
    let third = Account::new(backend);
    assert_eq!(second.accept_state(&third.invite()), "ok");
    refuses(&Account::new(backend), &own);
    // Or nobody withdrew it.
    backend
        .sql(&format!(
            "update zafu.invitations set withdrawnat = null where userid = '{}'",
            second.id
        ))
        .expect("SQL");
    refuses(&Account::new(backend), &own);
    assert_eq!(third.accept_state(&own), "already_partners");
}

#[test]
fn inviting_again_with_the_same_hash_is_the_same_invitation() {
    let Some(backend) = shared() else { return };
    let (inviter, other) = (Account::new(backend), Account::new(backend));
    let (code, hash) = code();
    let sent = json!({ "code_hash": hash, "utc_offset": -300, "day_start": 4 });
    let response = inviter.call("create_invitation", &sent).body;
    assert_eq!(response["state"], "ok");
    assert_eq!(inviter.call("create_invitation", &sent).body, response);
    assert_eq!(other.call("create_invitation", &sent).body, json!({ "state": "bad_code" }));
    assert_eq!(other.view()["invitation"], json!(null));
    // A delayed request does not open it again.
    inviter.call("withdraw_invitation", &json!({}));
    assert_eq!(inviter.call("create_invitation", &sent).body, json!({ "state": "not_open" }));
    assert_eq!(other.accept_state(&code), "not_open");
    for (field, value, state) in [
        ("code_hash", json!(null), "bad_code"),
        ("code_hash", json!(code), "bad_code"),
        ("code_hash", json!("\u{0}".repeat(64)), "bad_code"),
        ("code_hash", json!("g".repeat(64)), "bad_code"),
        ("utc_offset", json!(1440), "bad_utc_offset"),
        ("utc_offset", json!("x"), "bad_utc_offset"),
        ("day_start", json!(24), "bad_day_start"),
        ("day_start", json!(-1), "bad_day_start"),
        ("day_start", json!(null), "bad_day_start"),
    ] {
        let mut sent = json!({ "code_hash": self::code().1, "utc_offset": 0, "day_start": 0 });
        sent[field] = value;
        assert_eq!(
            inviter.call("create_invitation", &sent).body,
            json!({ "state": state }),
            "{sent}"
        );
    }
    let stored = backend.sql(&format!(
        "select count(*) from zafu.invitations where encode(codehash, 'hex') = '{hash}'"
    ));
    assert_eq!(stored.expect("SQL"), "1");
    let text = backend.sql("select string_agg(i::text, ' ') from zafu.invitations i").expect("SQL");
    assert!(!text.contains(&code), "the code itself is not stored");
}

#[test]
fn attempts_are_limited_for_each_account() {
    let Some(backend) = shared() else { return };
    let (inviter, guesser) = (Account::new(backend), Account::new(backend));
    let open = inviter.invite();
    for n in 0..20 {
        let code = json!({ "code": code().0 });
        let function = if n % 2 == 0 { "accept_invitation" } else { "preview_invitation" };
        assert_eq!(guesser.call(function, &code).body, json!({ "state": "not_open" }), "{n}");
    }
    // Even with the right code.
    assert_eq!(guesser.accept_state(&open), "too_many_attempts");
    let preview = guesser.call("preview_invitation", &json!({ "code": open })).body;
    assert_eq!(preview, json!({ "state": "too_many_attempts" }));
    // Within an hour, for this account only.
    let earlier = |minutes: u32| {
        let sql = "update zafu.sync_state set attempts = array(
                     select a - interval '1 minute' * {} from unnest(attempts) as a) where userid =";
        let sql = sql.replace("{}", &minutes.to_string());
        backend.sql(&format!("{sql} '{}'", guesser.id)).expect("SQL");
    };
    earlier(58);
    assert_eq!(guesser.accept_state(&open), "too_many_attempts");
    earlier(3);
    assert_eq!(guesser.accept_state(&code().0), "not_open");
    assert_eq!(guesser.accept_state(&open), "ok");
}

#[test]
fn a_partnership_begins_with_the_day_of_the_inviter() {
    let Some(backend) = shared() else { return };
    for (utc_offset, day_start) in [(0, 0), (60, 0), (-300, 4), (840, 23), (-720, 1), (345, 3)] {
        let (inviter, invitee) = (Account::new(backend), Account::new(backend));
        let (code, hash) = code();
        let sent = json!({ "code_hash": hash, "utc_offset": utc_offset, "day_start": day_start });
        inviter.call("create_invitation", &sent);
        let before = now(backend);
        assert_eq!(invitee.accept_state(&code), "ok");
        let first = inviter.view()["partnership"]["firstweekat"].clone();
        let first: DateTime<Utc> = first.as_str().expect("a time").parse().expect("a moment");
        // Local midnight, later by the start of the day.
        let local = first + Duration::minutes(utc_offset) - Duration::hours(day_start);
        assert_eq!(local.time(), chrono::NaiveTime::MIN, "{utc_offset} {day_start}");
        let passed = before - first;
        assert!(passed > Duration::seconds(-9) && passed < Duration::hours(24), "{passed}");
        // A sit of this day that was before it was accepted counts.
        inviter.push_sits(&[sat(first), sat(first - Duration::milliseconds(1))]);
        assert_eq!(inviter.view()["partnership"]["weeks"][0]["mine"], 1);
    }
}

#[test]
fn a_second_partnership_of_a_day_begins_when_the_first_one_ended() {
    let Some(backend) = shared() else { return };
    let (user, first, id) = partners(backend);
    let start = first.view()["partnership"]["firstweekat"].clone();
    let midnight: DateTime<Utc> = start.as_str().expect("a time").parse().expect("a moment");
    user.push_sits(&[sat(midnight), sat(midnight + Duration::milliseconds(5))]);
    assert_eq!(first.leave(&id), "left");
    let third = Account::new(backend);
    assert_eq!(third.accept_state(&user.invite()), "ok");
    let view = user.view();
    assert_eq!(view["partnership"]["firstweekat"], start);
    assert_eq!(view["partnership"]["startedat"], view["former"][0]["endedat"]);
    let ended: DateTime<Utc> =
        view["former"][0]["endedat"].as_str().expect("a time").parse().expect("a moment");
    assert_eq!(view["partnership"]["weeks"][0]["mine"], 0, "a sit counts once");
    user.push_sits(&[sat(ended)]);
    assert_eq!(user.view()["partnership"]["weeks"][0]["mine"], 1);
    let counted = format!("select sum(invitersits) from weeks where partnershipid = '{id}'");
    assert_eq!(backend.sql(&counted).expect("SQL"), "2");
}

#[test]
fn a_target_holds_from_the_next_week_and_both_may_rest() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    inviter.set_target(3, 1);
    let accepted = invitee.accept(&inviter.invite());
    let id = accepted["partnership_id"].as_str().expect("an id").to_owned();
    let goals = |account: &Account<'_>| {
        let view = account.view();
        let weeks = view["partnership"]["weeks"].as_array().expect("weeks").clone();
        weeks.iter().map(|week| (week["goal"].clone(), week["kept"].clone())).collect::<Vec<_>>()
    };
    let open = |goal: u32| (json!(goal), json!(false));
    assert_eq!(goals(&inviter), [open(8)]);
    invitee.set_target(10, 1);
    assert_eq!(goals(&inviter), [open(8)], "not in this week");
    assert_eq!(inviter.view()["partnership"]["partner"]["target"], 10);
    age(backend, &id, 7);
    assert_eq!(goals(&inviter), [open(8), open(13)]);
    // A week that has its row before it starts gets the goal that is valid at its start.
    let tomorrow = now(backend) + Duration::hours(23);
    age(backend, &id, 6);
    inviter.push_sits(&[sat(tomorrow)]);
    inviter.set_target(0, 2);
    invitee.set_target(0, 2);
    let rows = format!(
        "select string_agg(weeklygoal::text, ',' order by weeknumber) from weeks where partnershipid = '{id}'"
    );
    assert_eq!(backend.sql(&rows).expect("SQL"), "8,13,0");
    age(backend, &id, 14);
    // A week without a goal is neither kept nor missed, also with sits in it.
    let resting = (json!(0), json!(null));
    assert_eq!(goals(&invitee), [open(8), open(13), resting.clone(), resting]);
    let view = inviter.view();
    assert_eq!(
        (&view["partnership"]["kept"], &view["partnership"]["missed"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(view["partnership"]["weeks"][2]["mine"], 1);
}

#[test]
fn weeks_are_kept_or_missed_and_the_week_of_leaving_counts_only_if_kept() {
    let Some(backend) = shared() else { return };
    for keeps_the_last in [false, true] {
        let (inviter, invitee) = (Account::new(backend), Account::new(backend));
        inviter.set_target(1, 1);
        invitee.set_target(1, 1);
        let id =
            invitee.accept(&inviter.invite())["partnership_id"].as_str().expect("an id").to_owned();
        let totals = |account: &Account<'_>| {
            let view = account.view()["partnership"].clone();
            (view["kept"].as_i64().expect("kept"), view["missed"].as_i64().expect("missed"))
        };
        let sit = || sat(now(backend));
        inviter.push_sits(&[sit()]);
        assert_eq!(totals(&inviter), (0, 0));
        invitee.push_sits(&[sit()]);
        assert_eq!(totals(&inviter), (1, 0), "a week is kept as soon as its goal is reached");
        assert_eq!(news(&inviter), ["joined", "kept"]);
        assert_eq!(news(&invitee), ["kept"]);
        age(backend, &id, 14);
        assert_eq!(
            totals(&invitee),
            (1, 1),
            "a week without sits is missed, the one of today is not over"
        );
        if keeps_the_last {
            inviter.push_sits(&[sit(), sit()]);
        }
        assert_eq!(inviter.leave(&id), "left");
        let former = invitee.view()["former"][0].clone();
        let expected = if keeps_the_last { (2, 3) } else { (1, 2) };
        assert_eq!(
            (former["kept"].as_i64(), former["of"].as_i64()),
            (Some(expected.0), Some(expected.1))
        );
        // A sit that arrives later still counts if it was before the end; after it, it does not.
        let before = inviter.view()["partner_seq"].clone();
        let ended: DateTime<Utc> =
            former["endedat"].as_str().expect("a time").parse().expect("a moment");
        invitee.push_sits(&[sat(ended - Duration::days(7)), sat(ended - Duration::days(7))]);
        inviter.push_sits(&[sat(ended)]);
        let former = inviter.view()["former"][0].clone();
        assert_eq!(
            (former["kept"].as_i64(), former["of"].as_i64()),
            (Some(expected.0 + 1), Some(expected.1))
        );
        assert_ne!(inviter.view()["partner_seq"], before);
        assert!(
            news(&inviter).len() == 2 + usize::from(keeps_the_last),
            "but it is no news any more"
        );
    }
}

#[test]
fn a_week_is_news_once() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    inviter.set_target(1, 1);
    invitee.set_target(0, 1);
    invitee.accept(&inviter.invite());
    let mut sit = sat(now(backend));
    for revision in 1..4 {
        inviter.push_sits(std::slice::from_ref(&sit));
        sit = deleted(&sit, device(1));
        inviter.push_sits(std::slice::from_ref(&sit));
        sit.deletion.value = None;
        sit.deletion.revision = 2 * revision;
    }
    assert_eq!(
        (news(&inviter), news(&invitee)),
        (vec!["joined".to_owned(), "kept".into()], vec!["kept".to_owned()])
    );
    let kept = &invitee.view()["news"][0];
    assert_eq!(kept["week"], 1);
}

#[test]
fn a_partner_sees_times_only_while_they_are_shared() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, id) = partners(backend);
    let secret = "a note that nobody reads";
    let at = now(backend);
    let before = sat(at - Duration::days(3)); // before the partnership
    let counted = noted(&sat(at), secret, device(1));
    let value = Details { corrected_start: None, ..counted.details.value.clone() };
    let counted = Session { details: counted.details.set(value, device(1)), ..counted };
    inviter.push_sits(&[
        before,
        counted.clone(),
        session_started_at(at),
        deleted(&sat(at), device(1)),
    ]);
    let seen = || invitee.view();
    assert_eq!(seen()["partnership"]["times"], json!(null));
    assert_eq!(inviter.view()["shown_to_partner"]["times"], json!(null));
    assert_eq!(inviter.set_privacy(&id, "times", 1), "stored");
    assert_eq!(inviter.set_privacy(&id, "times", 1), "stored");
    let start = wire(&counted)["startedat"]
        .as_str()
        .expect("a start")
        .parse::<DateTime<Utc>>()
        .expect("a moment");
    let times = seen()["partnership"]["times"].clone();
    assert_eq!(times.as_array().map(Vec::len), Some(1), "{times}");
    assert_eq!((&times[0][1], &times[0][2]), (&json!(600), &json!(null)));
    assert_eq!(
        times[0][0].as_str().expect("a start").parse::<DateTime<Utc>>().expect("a moment"),
        start
    );
    assert_eq!(seen()["partnership"]["partner"]["shares"], "times");
    // The inviter sees what the partner sees; their own level is theirs alone.
    assert_eq!(inviter.view()["shown_to_partner"]["times"], times);
    assert_eq!(inviter.view()["partnership"]["times"], json!(null));
    assert_eq!(seen()["shown_to_partner"]["shares"], "counts");
    assert!(!seen().to_string().contains(secret));
    // Narrowed at once.
    let known = seen()["partner_seq"].clone();
    assert_eq!(inviter.set_privacy(&id, "counts", 2), "stored");
    assert_eq!(inviter.set_privacy(&id, "times", 1), "older");
    assert_ne!(seen()["partner_seq"], known);
    assert_eq!(seen()["partnership"]["times"], json!(null));
    // Only of the last 28 days.
    inviter.set_privacy(&id, "times", 3);
    age(backend, &id, 27);
    inviter.push_sits(&[sat(at)]);
    assert_eq!(seen()["partnership"]["times"].as_array().map(Vec::len), Some(2));
    age(backend, &id, 2);
    assert_eq!(seen()["partnership"]["times"].as_array().map(Vec::len), Some(1));
    // Not after the end, and a new partnership begins with counts.
    invitee.leave(&id);
    assert_eq!(inviter.set_privacy(&id, "times", 9), "no_partnership");
    let again = invitee.accept(&inviter.invite())["partnership_id"].clone();
    assert_ne!(again, json!(id));
    assert_eq!(seen()["partnership"]["partner"]["shares"], "counts");
}

#[test]
fn of_equal_revisions_the_level_that_shows_less_wins() {
    let Some(backend) = shared() else { return };
    for (counts_by, times_by) in [(1, 2), (2, 1), (1, 1)] {
        for counts_first in [false, true] {
            let (account, partner, id) = partners(backend);
            let show = |level: &str, by: u128| {
                account.send_part(
                    "privacy",
                    &json!({ "partnership_id": id, "level": level, "revision": 1,
                    "deviceid": device(by) }),
                )
            };
            if counts_first {
                assert_eq!(show("counts", counts_by), "stored");
                assert_eq!(show("times", times_by), "older");
            } else {
                assert_eq!(show("times", times_by), "stored");
                assert_eq!(partner.view()["partnership"]["partner"]["shares"], "times");
                assert_eq!(show("counts", counts_by), "stored");
            }
            assert_eq!(partner.view()["partnership"]["partner"]["shares"], "counts");
            let own = json!({ "level": "counts", "revision": 1, "deviceid": device(counts_by) });
            assert_eq!(account.view()["partnership"]["privacy"], own);
        }
    }
}

#[test]
fn neither_narrowing_nor_a_bow_nor_leaving_fails_because_of_the_limits_of_a_day() {
    let Some(backend) = shared() else { return };
    let (account, partner, id) = partners(backend);
    partner.push_sits(&[sat(now(backend))]);
    assert_eq!(account.set_privacy(&id, "times", 1), "stored");
    let full = format!(
        "update zafu.sync_state set edits = zafu.edits_per_day(), new_bytes = zafu.bytes_per_day(),
           usage_date = (now() at time zone 'UTC')::date where userid = '{}'",
        account.id
    );
    backend.sql(&full).expect("SQL");
    let wider = json!({ "privacy": { "partnership_id": id, "level": "times", "revision": 2,
        "deviceid": device(1) } });
    account.call("sync_partner", &wider).is(429, "PT429");
    let seq = partner.view()["partner_seq"].clone();
    assert_eq!(account.set_privacy(&id, "counts", 3), "stored");
    assert_eq!(partner.view()["partnership"]["partner"]["shares"], "counts");
    assert_ne!(partner.view()["partner_seq"], seq, "the partner's devices are told");
    assert_eq!(account.bow(Uuid::new_v4(), &id), "sent");
    assert_eq!(account.leave(&id), "left");
    assert_eq!(news(&partner), ["bow", "left"]);
}

#[test]
fn a_bow_is_allowed_once_whenever_the_count_of_the_partner_has_risen() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, id) = partners(backend);
    let bow = Uuid::new_v4();
    let may = |account: &Account<'_>| account.view()["partnership"]["bow"]["may"] == json!(true);
    assert_eq!(invitee.bow(bow, &id), "not_yet");
    invitee.push_sits(&[sat(now(backend))]);
    assert_eq!(invitee.bow(bow, &id), "not_yet", "one's own sit is nothing to bow to");
    let sit = sat(now(backend));
    inviter.push_sits(std::slice::from_ref(&sit));
    assert!(may(&invitee) && may(&inviter));
    assert_eq!((invitee.bow(bow, &id), invitee.bow(bow, &id)), ("sent".into(), "sent".into()));
    assert!(!may(&invitee) && may(&inviter), "each side has its own");
    assert_eq!(news(&inviter), ["joined", "bow"], "delivered once");
    assert_eq!(news(&invitee), Vec::<String>::new());
    assert_eq!(invitee.bow(Uuid::new_v4(), &id), "not_yet");
    inviter.push_sits(&[deleted(&sit, device(1))]);
    assert_eq!(invitee.bow(Uuid::new_v4(), &id), "not_yet", "it has fallen");
    inviter.push_sits(&[sat(now(backend)), session_started_at(now(backend))]);
    assert_eq!(invitee.bow(Uuid::new_v4(), &id), "sent");
    assert_eq!(news(&inviter), ["joined", "bow", "bow"]);
    assert_eq!(Account::new(backend).bow(Uuid::new_v4(), &id), "no_partnership");
    invitee.leave(&id);
    assert_eq!(invitee.bow(bow, &id), "sent", "its answer may have been lost");
    assert_eq!(inviter.bow(Uuid::new_v4(), &id), "no_partnership");
}

#[test]
fn the_seq_of_the_partner_changes_with_everything_that_is_seen() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee) = (Account::new(backend), Account::new(backend));
    let seq = |account: &Account<'_>| {
        let pulled = account.page(&Value::Null, 1)["partner_seq"].clone();
        assert_eq!(pulled, account.view()["partner_seq"], "a pull says the same");
        let known = json!({ "known_partner_seq": pulled });
        let unchanged = json!({ "state": "unchanged", "partner_seq": pulled, "outcomes": {} });
        assert_eq!(account.sync_partner(&known), unchanged);
        pulled.as_i64().expect("a number")
    };
    let mut last = (seq(&inviter), seq(&invitee));
    // Checks which of the two see a change.
    let mut step = |what: &str, inviter_sees: bool, invitee_sees: bool| {
        let next = (seq(&inviter), seq(&invitee));
        assert_eq!((next.0 > last.0, next.1 > last.1), (inviter_sees, invitee_sees), "{what}");
        assert!(next.0 >= last.0 && next.1 >= last.1, "{what}");
        last = next;
    };
    step("nothing", false, false);
    inviter.send_part("profile", &profile("Ada", 1, 1));
    step("profile", true, false);
    inviter.send_part("profile", &profile("Ada", 1, 1));
    step("the same again", false, false);
    invitee.set_target(3, 1);
    step("target", false, true);
    let code = inviter.invite();
    step("invited", true, false);
    inviter.call("withdraw_invitation", &json!({}));
    step("withdrawn", true, false);
    inviter.call("withdraw_invitation", &json!({}));
    step("withdrawn again", false, false);
    assert_eq!(invitee.accept_state(&code), "not_open");
    step("refused", false, false);
    let id =
        invitee.accept(&inviter.invite())["partnership_id"].as_str().expect("an id").to_owned();
    step("accepted", true, true);
    inviter.push_sits(&[sat(now(backend) - Duration::days(40))]);
    step("a sit that counts nowhere", false, false);
    inviter.push_sits(&[session_started_at(now(backend))]);
    step("a sit that has started", false, false);
    inviter.push_sits(&[sat(now(backend))]);
    step("a sit", true, true);
    invitee.bow(Uuid::new_v4(), &id);
    step("bow", true, true);
    invitee.set_privacy(&id, "times", 1);
    step("privacy", true, true);
    inviter.set_target(2, 1);
    step("target of a partner", true, true);
    age(backend, &id, 6);
    step("later", false, false);
    age(backend, &id, 1);
    step("a new week", true, true);
    inviter.leave(&id);
    step("left", true, true);
    inviter.push_sits(&[sat(now(backend) - Duration::days(6))]);
    step("a late sit in a former partnership", true, true);
    age(backend, &id, 70);
    step("time passes for former partners", false, false);
    let erased = inviter.call("erase_account", &json!({})).body["erasure_id"].clone();
    // The device of the inviter has to know of the erasure.
    let response = inviter
        .sync_partner(&json!({ "target": { "target": 9, "revision": 9, "deviceid": device(1) } }));
    assert_eq!((&response["state"], &response["outcomes"]), (&json!("erased"), &json!({})));
    assert_eq!(response["erasure_id"], erased);
    let response =
        inviter.sync_partner(&json!({ "erasure_id": erased, "known_partner_seq": last.0 }));
    assert_eq!((&response["state"], &response["target"]["target"]), (&json!("ok"), &json!(5)));
    assert!(response["partner_seq"].as_i64() > Some(last.0), "{response}");
    assert_eq!((&response["former"], &response["news"]), (&json!([]), &json!([])));
    assert!(seq(&invitee) > last.1);
}

#[test]
fn erasing_and_deleting_leave_what_was_kept_together() {
    let Some(backend) = shared() else { return };
    for deletes in [false, true] {
        let (inviter, invitee) = (Account::new(backend), Account::new(backend));
        inviter.set_target(1, 1);
        invitee.set_target(1, 1);
        inviter.send_part("profile", &profile("Ada", 1, 1));
        let id =
            invitee.accept(&inviter.invite())["partnership_id"].as_str().expect("an id").to_owned();
        let sits = [sat(now(backend)), sat(now(backend))];
        inviter.push_sits(&sits);
        let invitation = inviter.view();
        assert_eq!(invitation["partnership"]["kept"], 1);
        let erased = if deletes {
            backend.delete_user(inviter.id).expect("deleted");
            Value::Null
        } else {
            inviter.call("erase_account", &json!({})).body["erasure_id"].clone()
        };
        let view = invitee.view();
        assert_eq!(
            (&view["partnership"], &view["former"][0]["kept"], &view["former"][0]["of"]),
            (&json!(null), &json!(1), &json!(1))
        );
        assert_eq!(news(&invitee), ["kept", "left"]);
        assert!(
            !view.to_string().contains("Ada")
                && !view.to_string().contains(&inviter.id.to_string())
        );
        let side = format!("select userid is null, partnerid from partnerships where id = '{id}'");
        assert_eq!(backend.sql(&side).expect("SQL"), format!("t|{}", invitee.id));
        // The partner's side is still counted; what the other uploads again is not.
        if !deletes {
            let rows: Vec<Value> = sits.iter().map(wire).collect();
            let again =
                inviter.call("push_sessions", &json!({ "sessions": rows, "erasure_id": erased }));
            assert_eq!(again.body["outcomes"][0]["outcome"], "accepted");
        }
        let ended: DateTime<Utc> =
            view["former"][0]["endedat"].as_str().expect("a time").parse().expect("a moment");
        invitee.push_sits(&[sat(ended - Duration::milliseconds(1))]);
        let counts = format!(
            "select invitersits, inviteesits, goalmet from weeks where partnershipid = '{id}'"
        );
        assert_eq!(backend.sql(&counts).expect("SQL"), "2|1|t");
        // The last of the two takes the partnership with them.
        if deletes {
            invitee.call("erase_account", &json!({}));
        } else {
            backend.delete_user(invitee.id).expect("deleted");
        }
        let left = format!("select count(*) from partnerships where id = '{id}'");
        assert_eq!(backend.sql(&left).expect("SQL"), "0");
        let left = format!(
            "select count(*) from zafu.invitations where userid in ('{0}', '{1}') or acceptedby in ('{0}', '{1}')",
            inviter.id, invitee.id
        );
        assert_eq!(backend.sql(&left).expect("SQL"), "0");
    }
}

#[test]
fn both_can_erase_also_if_a_week_is_made_after_the_first() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, id) = partners(backend);
    for account in [&inviter, &invitee] {
        let response = account.call("erase_account", &json!({}));
        assert_eq!(response.status.as_u16(), 200, "{response:?}");
        let late = format!(
            "insert into weeks (partnershipid, weeknumber)
             select id, 2 from partnerships where id = '{id}' and partnerid is not null"
        );
        backend.sql(&late).expect("SQL");
    }
    let left = format!("select count(*) from partnerships where id = '{id}'");
    assert_eq!(backend.sql(&left).expect("SQL"), "0");
}

#[test]
fn withdrawn_invitations_are_pruned() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (_, first) = code();
    let create = |hash: &str| {
        let sent = json!({ "code_hash": hash, "utc_offset": 0, "day_start": 0 });
        account.call("create_invitation", &sent).body["state"].clone()
    };
    assert_eq!(create(&first), "ok");
    for _ in 0..20 {
        account.invite();
    }
    assert_eq!(create(&first), "not_open", "a lost response does not open it again");
    account.invite();
    let stored = format!(
        "select count(*), count(*) filter (where withdrawnat is null) from zafu.invitations where userid = '{}'",
        account.id
    );
    assert_eq!(backend.sql(&stored).expect("SQL"), "21|1");
    assert!(!account.view()["invitation"].is_null());
}

#[test]
fn an_open_invitation_ends_with_the_data_of_its_user() {
    let Some(backend) = shared() else { return };
    for deletes in [false, true] {
        let (inviter, invitee) = (Account::new(backend), Account::new(backend));
        let code = inviter.invite();
        if deletes {
            backend.delete_user(inviter.id).expect("deleted");
        } else {
            inviter.call("erase_account", &json!({}));
        }
        assert_eq!(invitee.accept(&code), json!({ "state": "not_open" }));
        invitee.call("erase_account", &json!({}));
        backend.delete_user(invitee.id).expect("deleted");
        for function in [
            "create_invitation",
            "preview_invitation",
            "accept_invitation",
            "sync_partner",
            "withdraw_invitation",
        ] {
            invitee.call(function, &json!({})).is(410, "PT410");
        }
    }
}

#[test]
fn news_and_targets_are_pruned() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, id) = partners(backend);
    let add = format!(
        "do $$ begin for n in 1 .. 300 loop
           perform zafu.add_news('{}', '{id}', 'kept', n, null);
         end loop; end $$;
         do $$ begin for n in 1 .. 600 loop
           insert into zafu.targets values ('{1}', '2026-01-01'::timestamptz + n * interval '1 minute', 3);
         end loop; end $$",
        inviter.id, invitee.id
    );
    backend.sql(&add).expect("SQL");
    let stored = format!(
        "select count(*), max(week), min(week) from zafu.partner_news where recipient = '{}'",
        inviter.id
    );
    assert_eq!(backend.sql(&stored).expect("SQL"), "200|300|101");
    let view = inviter.view();
    let weeks: Vec<i64> = view["news"]
        .as_array()
        .expect("news")
        .iter()
        .filter_map(|news| news["week"].as_i64())
        .collect();
    assert_eq!(weeks, (251..=300).collect::<Vec<_>>());
    invitee.set_target(8, 1);
    let targets = format!(
        "select count(*), (select target from zafu.targets where userid = '{0}' order by since desc limit 1)
         from zafu.targets where userid = '{0}'", invitee.id
    );
    assert_eq!(backend.sql(&targets).expect("SQL"), "501|8", "the newest and the first");
}

#[test]
fn a_call_without_changes_waits_for_no_lock() {
    let Some(backend) = shared() else { return };
    let (inviter, invitee, _) = partners(backend);
    let (mut one, mut other) = (Connection::open(backend), Connection::open(backend));
    one.begin_as(inviter.id);
    one.run(&format!("select push_sessions('[{}]')", wire(&sat(now(backend)))));
    other.run(&format!(
        "begin; select from zafu.sync_state where userid = '{}' for update",
        invitee.id
    ));
    for account in [&inviter, &invitee] {
        assert_eq!(account.view()["partnership"]["weeks"][0]["mine"], 0);
        account.page(&Value::Null, 1);
    }
    one.run("commit");
    other.run("rollback");
    assert_eq!(inviter.view()["partnership"]["weeks"][0]["mine"], 1);
}

#[test]
fn changes_count_towards_the_limits_of_a_day() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let full = format!(
        "update zafu.sync_state set edits = 250000, usage_date = (now() at time zone 'UTC')::date where userid = '{}'",
        account.id
    );
    backend.sql(&full).expect("SQL");
    let sent = json!({ "profile": profile("Ada", 1, 1) });
    account.call("sync_partner", &sent).is(429, "PT429");
    let (_, hash) = code();
    let invitation = json!({ "code_hash": hash, "utc_offset": 0, "day_start": 0 });
    account.call("create_invitation", &invitation).is(429, "PT429");
    assert_eq!(account.view()["profile"]["name"], "");
    assert_eq!(account.view()["invitation"], json!(null));
}
