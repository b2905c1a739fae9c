//! Sits on their way to the backend and back.

use crate::{backend, http, signed_up, wait};
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::session::{Details, Lifecycle, Made, Session, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_sync::digest::Digest;
use zafu_sync::remote::{Page, PullAnswer, PushAnswer, Word};
use zafu_sync::{Remote, remote};

const PAGE: Page = Page { rows: 2, bytes: 1 << 20 };

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn begun() -> Session {
    let deviceid = DeviceId(Uuid::new_v4());
    let start = WallTime::new(moment("2026-03-01T06:00:00.123Z"), UtcOffset(345));
    let made = Made { deviceid, createdat: moment("2026-03-01T05:59:50.001Z") };
    Session::begun(SessionId(Uuid::new_v4()), start, Seconds(1200), made)
}

fn completed(begun: &Session) -> Session {
    let completedat = moment("2026-03-01T06:20:00.123Z");
    let stage = Stage::Completed { completedat, satlength: Seconds(1200) };
    let details = Details { note: "rain, \u{1F327} and \"quiet\"\n".into(), ..Details::default() };
    Session {
        lifecycle: Lifecycle { stage, ..begun.lifecycle },
        details: begun.details.set(details, begun.deviceid),
        ..begun.clone()
    }
}

fn words(answer: PushAnswer) -> Vec<Word> {
    match answer {
        PushAnswer::Taken { verdicts, .. } => verdicts.into_iter().map(|it| it.word).collect(),
        PushAnswer::Erased(mark) => panic!("erased at {mark}"),
    }
}

async fn everything(server: &impl Remote, user: zafu_core::ids::UserId) -> Vec<Session> {
    let (mut after, mut all) = (None, Vec::new());
    loop {
        match server.pull(user, after, PAGE).await.unwrap() {
            PullAnswer::Page { rows, next, more, .. } => {
                all.extend(rows);
                after = Some(next);
                if !more {
                    return all;
                }
            }
            PullAnswer::Diverged => panic!("its own cursor is unknown to it"),
        }
    }
}

#[test]
fn what_was_sent_comes_back_as_it_was() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, _) = signed_up(&http(backend)).await;
        assert_eq!(server.health().await.unwrap().findings, Vec::<String>::new());
        let mut sits: Vec<_> = (0..5).map(|_| completed(&begun())).collect();
        sits.push(begun());
        let answer = server.push(user, &sits, None).await.unwrap();
        assert_eq!(words(answer), vec![Word::There; 6]);
        let mut back = everything(&server, user).await;
        sits.sort_by_key(|sit| sit.id);
        back.sort_by_key(|sit| sit.id);
        assert_eq!(back, sits);
        let mut ours = Digest::default();
        sits.iter().for_each(|sit| ours.add(sit));
        let all = server.digest(user).await.unwrap();
        assert_eq!((all.count, all.digest), ours.finish());
    });
}

#[test]
fn a_late_start_undoes_no_completion() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, _) = signed_up(&http(backend)).await;
        let begun = begun();
        let completed = completed(&begun);
        server.push(user, std::slice::from_ref(&completed), None).await.unwrap();
        let answer = server.push(user, &[begun], None).await.unwrap();
        assert_eq!(words(answer), vec![Word::Merged(Box::new(completed.clone()))]);
        assert_eq!(everything(&server, user).await, vec![completed]);
    });
}

#[test]
fn what_another_account_has_is_neither_seen_nor_taken() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let (one, ones, _) = signed_up(&http).await;
        let (two, twos, _) = signed_up(&http).await;
        let sit = completed(&begun());
        ones.push(one, std::slice::from_ref(&sit), None).await.unwrap();
        let answer = twos.push(two, std::slice::from_ref(&sit), None).await.unwrap();
        assert_eq!(words(answer), vec![Word::Taken]);
        assert_eq!(everything(&twos, two).await, vec![]);
        assert_eq!(everything(&ones, one).await, vec![sit]);
    });
}

#[test]
fn what_was_erased_is_not_sent_again_by_whoever_has_not_heard_of_it() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, _) = signed_up(&http(backend)).await;
        let sit = completed(&begun());
        server.push(user, std::slice::from_ref(&sit), None).await.unwrap();
        let mark = server.erase(user).await.unwrap();
        let answer = server.push(user, std::slice::from_ref(&sit), None).await.unwrap();
        assert_eq!(answer, PushAnswer::Erased(mark));
        assert_eq!(everything(&server, user).await, vec![]);
        let answer = server.push(user, std::slice::from_ref(&sit), Some(mark)).await.unwrap();
        assert_eq!(words(answer), vec![Word::There]);
    });
}

#[test]
fn a_cursor_of_another_server_is_not_believed() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (user, server, _) = signed_up(&http(backend)).await;
        let foreign = zafu_store::Cursor { seq: 1, mark: Uuid::new_v4() };
        let answer = server.pull(user, Some(foreign), PAGE).await.unwrap();
        assert_eq!(answer, remote::PullAnswer::Diverged);
    });
}
