//! Keeps what the window has of the log besides its sits, because the window is destroyed when it is closed: the filter, and
//! the changes that can be undone.

use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zafu_core::message;
use zafu_engine::protocol::{
    ChangedSelection, EngineState, ErrorCode, IpcError, LogChange, LogFilter, LogSession, UndoEntry,
};

/// Maximum length of a filter as JSON, in bytes: far more than the window can build.
const MAX_FILTER_BYTES: usize = 64 << 10;
/// Maximum length of all changes as JSON, in bytes: thousands of them.
const MAX_UNDO_BYTES: usize = 1 << 20;

/// The filter, and the changes that can be undone, of the account in use.
#[derive(Default)]
pub struct KeptLog(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    session: LogSession,
    /// Lengths of the changes as JSON, in bytes.
    lengths: Vec<usize>,
    /// The email and the project of the account in use; `None` if none is signed in.
    account: Option<(String, String)>,
}

impl KeptLog {
    /// Returns what a new window shows.
    pub fn session(&self) -> LogSession {
        self.lock().session.clone()
    }

    /// Keeps the filter.
    ///
    /// # Errors
    /// It is too long.
    pub fn keep_filter(&self, filter: LogFilter) -> Result<(), IpcError> {
        if json_length(&filter) > MAX_FILTER_BYTES {
            let message = message!("engine-filter-too-long");
            return Err(IpcError::new(ErrorCode::BadRequest, message));
        }
        self.lock().session.filter = filter;
        Ok(())
    }

    /// Keeps a change that was made, with `result`. Forgets the oldest ones if they are too long together.
    pub fn push(&self, mut entry: UndoEntry, result: &Value) {
        complete(&mut entry.change, result);
        let mut kept = self.lock();
        kept.lengths.push(json_length(&entry));
        kept.session.undo.push(entry);
        while kept.lengths.len() > 1 && kept.lengths.iter().sum::<usize>() > MAX_UNDO_BYTES {
            kept.lengths.remove(0);
            kept.session.undo.remove(0);
        }
    }

    /// Forgets a change: it was undone, or never can be.
    pub fn drop_undo(&self, id: u32) {
        let mut kept = self.lock();
        if let Some(at) = kept.session.undo.iter().position(|entry| entry.id == id) {
            kept.session.undo.remove(at);
            kept.lengths.remove(at);
        }
    }

    /// Forgets all changes if another account, or none, has come into use: those of one account cannot be undone in another.
    pub fn follow(&self, state: &EngineState) {
        let signed_in = state.sync.as_ref().filter(|sync| sync.signed_in);
        self.account_in_use(signed_in.map(|sync| (sync.email.clone(), sync.project.clone())));
    }

    fn account_in_use(&self, account: Option<(String, String)>) {
        let mut kept = self.lock();
        if kept.account != account {
            kept.account = account;
            kept.session.undo.clear();
            kept.lengths.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets what only the response to the request tells of a change.
fn complete(change: &mut LogChange, result: &Value) {
    match change {
        LogChange::AddSit { session, .. } => *session = serde_json::from_value(result.clone()).ok(),
        LogChange::CreateLabel { key, .. } => {
            *key = serde_json::from_value(result["key"].clone()).ok();
        }
        LogChange::DeleteSelection { change, sits }
        | LogChange::LabelSelection { change, sits, .. } => {
            if let Ok(made) = serde_json::from_value::<ChangedSelection>(result.clone()) {
                (*change, *sits) = (Some(made.change), made.sits);
            }
        }
        _ => {}
    }
}

fn json_length(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |json| json.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use zafu_core::ids::{SessionId, SessionRef};

    fn delete(id: u32, sits: u128) -> UndoEntry {
        let session = |at| SessionRef::from(SessionId(uuid::Uuid::from_u128(at)));
        let sessions = (0..sits).map(session).collect();
        UndoEntry { id, change: LogChange::DeleteSits { sessions } }
    }

    fn ids(kept: &KeptLog) -> Vec<u32> {
        kept.session().undo.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn a_new_window_gets_the_filter_and_the_changes_that_were_not_undone() {
        let kept = KeptLog::default();
        let filter = LogFilter { words: "rain".into(), ..LogFilter::default() };
        kept.keep_filter(filter.clone()).unwrap();
        for id in 1..=3 {
            kept.push(delete(id, 1), &Value::Null);
        }
        kept.drop_undo(2);
        kept.drop_undo(7);
        assert_eq!((kept.session().filter, ids(&kept)), (filter, vec![1, 3]));
    }

    #[test]
    fn the_window_gets_no_value_for_a_condition_that_is_not_set() {
        let session = serde_json::to_string(&KeptLog::default().session()).unwrap();
        assert!(!session.contains("null"), "{session}");
    }

    #[test]
    fn a_change_gets_what_was_created() {
        let kept = KeptLog::default();
        let started_at = "2026-02-27T21:15:00-05:00".to_owned();
        let change = LogChange::AddSit { session: None, started_at, new_label: None };
        let session = SessionRef::from(SessionId(uuid::Uuid::from_u128(5)));
        kept.push(UndoEntry { id: 1, change }, &json!(session));
        let change = LogChange::CreateLabel { key: None, name: "Zazen".into() };
        kept.push(UndoEntry { id: 2, change }, &json!({ "key": "zazen", "name": "Zazen" }));
        let change = LogChange::DeleteSelection { change: None, sits: 7 };
        let made = ChangedSelection { change: 3, sits: 5 };
        kept.push(UndoEntry { id: 3, change }, &json!(made));
        let changes: Vec<_> = kept.session().undo.into_iter().map(|entry| entry.change).collect();
        assert!(
            matches!(&changes[0], LogChange::AddSit { session: Some(it), .. } if *it == session)
        );
        assert!(
            matches!(&changes[1], LogChange::CreateLabel { key: Some(key), .. } if key.0 == "zazen")
        );
        let made = LogChange::DeleteSelection { change: Some(3), sits: 5 };
        assert_eq!(changes[2], made);
    }

    #[test]
    fn the_oldest_changes_are_forgotten_and_the_last_one_never_is() {
        let kept = KeptLog::default();
        let half = u128::try_from(MAX_UNDO_BYTES / json_length(&delete(1, 1))).unwrap();
        for id in 1..=4 {
            kept.push(delete(id, half), &Value::Null);
        }
        let left = ids(&kept);
        assert!(left.len() < 4 && left.ends_with(&[4]), "{left:?}");
        kept.push(delete(5, 4 * half), &Value::Null);
        assert_eq!(ids(&kept), [5]);
        let filter = LogFilter { words: "a".repeat(MAX_FILTER_BYTES), ..LogFilter::default() };
        assert_eq!(kept.keep_filter(filter).unwrap_err().code, ErrorCode::BadRequest);
    }

    #[test]
    fn changes_of_one_account_are_forgotten_once_another_one_is_in_use() {
        let kept = KeptLog::default();
        let of = |email: &str| Some((email.to_owned(), "https://project".to_owned()));
        for (account, is_kept) in
            [(None, true), (of("a@b.c"), false), (of("a@b.c"), true), (of("d@e.f"), false)]
        {
            kept.push(delete(1, 1), &Value::Null);
            kept.account_in_use(account.clone());
            assert_eq!(!ids(&kept).is_empty(), is_kept, "{account:?}");
            kept.drop_undo(1);
        }
    }
}
