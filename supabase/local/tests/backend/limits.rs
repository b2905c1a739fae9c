//! What one account can cost the others.

use crate::account::{Account, words};
use crate::session::Session;
use crate::sits::{begun, many, wire};
use fastrand::Rng;
use reqwest::Method;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use zafu_backend::{Backend, or_skip, shared};

/// What `zafu.without_unspeakable` must answer, in one pass over JSON text.
fn without_unspeakable(said: &str, mark: &str) -> String {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut rest, mut result) = (said, String::new());
    while let Some(first) = rest.chars().next() {
        let next = unit(rest.get(6..).unwrap_or_default());
        let length = match (unit(rest), next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0 | 0xd800..=0xdfff), _) => {
                result += mark;
                rest = &rest[6..];
                continue;
            }
            _ if rest.starts_with("\\\\") => 2,
            _ => first.len_utf8(),
        };
        result += &rest[..length];
        rest = &rest[length..];
    }
    result
}

/// The form that `zafu.without_unspeakable` had before: it looks back, which takes quadratic time.
const BEFORE: &str = r"
    create function pg_temp.before(said text, mark text) returns text language sql as $f$
      select regexp_replace(said, '(?<!\\)((?:\\\\)*)(?:\\u0000'
        '|\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])'
        '|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})', '\1' || mark, 'g')
    $f$";

#[test]
fn real_life_18_escapes_are_replaced_as_before() {
    let Some(backend) = shared() else { return };
    let mut chance = Rng::with_seed(18);
    let pieces = [
        r"\u0000",
        r"\ud83e",
        r"\uDBFF",
        r"\uddd8",
        r"\uDC00",
        r"\\",
        r"\n",
        r"\u00e9",
        r"\ud7ff",
        r"\ue000",
        "u0000",
        "ud83e",
        "d83e",
        "é",
        "\u{1F9D8}",
        "#",
    ];
    let texts: Vec<String> = (0..20_000)
        .map(|_| (0..chance.usize(0..12)).map(|_| pieces[chance.usize(0..pieces.len())]).collect())
        .collect();
    let array = json!(texts).to_string();
    let mut session = Session::open(backend);
    session.run(BEFORE);
    session.run("create temp table one (place int, said text, now text, before text)");
    session.run(&format!(
        "insert into one select place, said, zafu.without_unspeakable(said, '<>'), pg_temp.before(said, '<>')
         from jsonb_array_elements_text($json${array}$json$) with ordinality as e (said, place)"
    ));
    let now = session.run("select json_agg(now order by place) from one");
    let now: Vec<String> = serde_json::from_str(&now).expect("texts");
    let expected: Vec<String> = texts.iter().map(|text| without_unspeakable(text, "<>")).collect();
    assert_eq!(now, expected);
    // The form before took an escaped backslash and "ud83e" for half a pair; everywhere else both are equal.
    let differ = r"select count(*) from one where now is distinct from before and said !~* '\\\\ud[89ab]'
        and said !~* '\\\\ud[c-f]'";
    assert_eq!(session.run(differ), "0");
    assert_eq!(session.run("select count(*) from one"), "20000");
}

/// The quadratic form takes hours for it, and the role has 8 seconds.
#[test]
fn real_life_18_a_note_of_escapes_is_refused_in_time() {
    let Some(backend) = shared() else { return };
    let account = Account::new(backend);
    let (mut wrong, right) = (wire(&begun()), wire(&begun()));
    wrong["note"] = "@".into();
    let escapes = r"\u0000".repeat(650_000);
    let body = format!(r#"{{"sessions":[{wrong},{right}]}}"#).replace('@', &escapes);
    let answer = account.say_text(Method::POST, "rpc/push_sessions", body);
    assert_eq!(answer.status.as_u16(), 200, "{:?}", answer.code());
    assert_eq!(words(&answer.body), ["refused", "stored"]);
    assert_eq!(answer.body["verdicts"][0]["reason"], "bad_text");
}

#[test]
fn real_life_18_pushes_of_one_account_wait_before_they_are_parsed_and_few_of_them() {
    let Some(backend) = or_skip(Backend::start()) else { return };
    let (busy, other) = (Account::new(&backend), Account::new(&backend));
    let mut first = Session::open(&backend);
    first.begin_as(busy.id);
    first.run("select push_sessions('[]')");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    busy.call("push_sessions", &json!([]));
                }
            });
        }
        // One more is refused at once, though what it sends could not even be parsed.
        let refused = (0..600).any(|_| {
            let answer = busy.call("push_sessions", &json!({ "sessions": 7 }));
            answer.is(500, "55P03");
            answer.body["message"] == "other pushes of this account are waiting already"
        });
        // And nobody else waits.
        let rows = many(2);
        assert_eq!(words(&other.push(&rows)), ["stored", "stored"]);
        is_over.store(true, Ordering::SeqCst);
        first.run("commit");
        assert!(refused, "a fifth push was let in");
    });
    busy.call("push_sessions", &json!({ "sessions": 7 })).is(400, "PT400");
    assert_eq!(words(&busy.push(&many(1))), ["stored"]);
}
