//! Imports: staging, the comparison with the log, the commit and the undo.

mod common;

use chrono::TimeDelta;
use common::{at, id, sign_in, user, wall};
use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use zafu_core::edit::SessionEdit;
use zafu_core::ids::{DeviceId, SessionId};
use zafu_core::label::{Colour, LabelKey, MAX_LABELS, Shape};
use zafu_core::session::{Details, Lifecycle, Register, Session, Source, Stage};
use zafu_core::time::{Seconds, UtcOffset, WallTime};
use zafu_store::{
    BackupReason, CommitProgress, ImportCounts, ImportId, ImportInfo, ImportOutcome, ImportPreview,
    ImportSource, LogFilter, LogQuery, OwnerFilter, StagedAs, StagedImport, Store, StoreError,
};

fn open(folder: &Path) -> Store {
    Store::open(folder, at(0).wall).unwrap()
}

fn opened() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    (folder, store)
}

/// Returns a sit as a file has it: the `n`th begins `n` hours after midnight.
fn sit(n: u32) -> Session {
    sit_at(u128::from(n), wall("2026-01-01T00:00:00Z"), 3600 * i64::from(n), 600)
}

fn sit_at(number: u128, midnight: WallTime, seconds: i64, length: u32) -> Session {
    let startedat = midnight.utc + TimeDelta::seconds(seconds);
    let length = Seconds(length);
    let nobody = DeviceId(uuid::Uuid::nil());
    let completedat = startedat + TimeDelta::seconds(length.0.into());
    Session {
        id: id(1000 + number),
        lifecycle: Lifecycle {
            startedat,
            sitlength: length,
            stage: Stage::Completed { completedat, satlength: length },
        },
        details: Register::untouched(Details::default(), nobody),
        deletion: Register::untouched(None, nobody),
        utcoffset: midnight.offset,
        deviceid: nobody,
        source: Source::Import,
        createdat: at(0).wall.utc,
    }
}

fn labelled(n: u32, label: &str) -> Session {
    let session = sit(n);
    let details = Details { label: label.into(), note: format!("note {n}"), ..Details::default() };
    Session { details: session.details.set(details, session.deviceid), ..session }
}

fn source(format: &str) -> ImportSource {
    ImportSource {
        files: vec!["log.csv".into()],
        formats: vec![format.into()],
        zone: Some("Europe/Berlin".into()),
        skipped: 2,
    }
}

fn no_progress() -> CommitProgress {
    Arc::new(|_| true)
}

fn staged<'s>(store: &Store, sits: impl IntoIterator<Item = &'s Session>) -> StagedImport {
    let mut staged = store.stage_import().unwrap();
    for sit in sits {
        staged.add(0, sit).unwrap();
    }
    staged
}

fn preview<'s>(
    store: &Store,
    format: &str,
    sits: impl IntoIterator<Item = &'s Session>,
) -> ImportPreview {
    staged(store, sits).preview(&[format.into()], 5).unwrap()
}

fn commit(staged: StagedImport, format: &str) -> ImportOutcome {
    staged.commit(&source(format), at(0).wall, &no_progress()).unwrap()
}

fn import<'s>(
    store: &Store,
    format: &str,
    sits: impl IntoIterator<Item = &'s Session>,
) -> ImportInfo {
    match commit(staged(store, sits), format) {
        ImportOutcome::Imported(info) => info,
        other => panic!("{other:?}"),
    }
}

fn sits(numbers: RangeInclusive<u32>) -> Vec<Session> {
    numbers.map(sit).collect()
}

fn is_deleted(store: &Store, id: SessionId) -> bool {
    store.session(id).unwrap().unwrap().deletion.value.is_some()
}

fn log_of(store: &Store, owner: OwnerFilter) -> Vec<Session> {
    let filter = LogFilter { owner, ..LogFilter::default() };
    store.sessions(&LogQuery { filter, ..LogQuery::newest(100_000) }).unwrap()
}

/// Returns the ids in the log of all owners, oldest first.
fn log(store: &Store) -> Vec<SessionId> {
    let mut log: Vec<_> = log_of(store, OwnerFilter::All)
        .into_iter()
        .map(|session| (session.effective_start().utc, session.id))
        .collect();
    log.sort();
    log.into_iter().map(|(_, id)| id).collect()
}

fn ids(sits: &[Session]) -> Vec<SessionId> {
    sits.iter().map(|sit| sit.id).collect()
}

/// Returns the folders in which sits are staged.
fn staging_folders(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.to_str().unwrap().ends_with(".staging")).collect()
}

#[test]
fn an_import_adds_sits_and_an_undo_deletes_them() {
    let (folder, store) = opened();
    let files = sits(1..=5);
    let mut staged = staged(&store, &files);
    let preview = staged.preview(&["tao".into()], 2).unwrap();
    assert_eq!(preview.counts, ImportCounts { added: 5, ..ImportCounts::default() });
    assert_eq!(preview.first, Some(files[0].effective_start()));
    assert_eq!(preview.last, Some(files[4].effective_start()));
    let starts: Vec<_> = preview.samples.iter().map(|sample| sample.start).collect();
    assert_eq!(starts, [files[4].effective_start(), files[3].effective_start()]);
    assert_eq!(log(&store), []);
    assert_eq!(staging_folders(folder.path()).len(), 1);

    let ImportOutcome::Imported(info) = commit(staged, "tao") else { panic!("not imported") };
    assert!(staging_folders(folder.path()).is_empty());
    assert_eq!(log(&store), ids(&files));
    assert_eq!(store.pending(99).unwrap().len(), 5);
    let device = store.device().unwrap();
    for file in &files {
        let found = store.session(file.id).unwrap().unwrap();
        let expected = Session {
            deviceid: device,
            details: Register::untouched(Details::default(), device),
            deletion: Register::untouched(None, device),
            ..file.clone()
        };
        assert_eq!(found, expected);
    }
    assert_eq!((info.source.clone(), info.counts.added), (source("tao"), 5));
    assert_eq!(store.imports().unwrap(), std::slice::from_ref(&info));
    assert_eq!(Store::backups(folder.path()).unwrap()[0].reason, BackupReason::Import);

    let undone = store.undo_import(info.id, at(60).wall.utc).unwrap();
    assert_eq!(undone.undone, Some((at(60).wall.utc, 5)));
    assert_eq!(log(&store), []);
    assert!(files.iter().all(|file| is_deleted(&store, file.id)));
    let error = store.undo_import(info.id, at(61).wall.utc).unwrap_err();
    assert!(matches!(error, StoreError::ImportUndone { .. }), "{error}");
    let error = store.undo_import(ImportId(99), at(61).wall.utc).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchImport { .. }), "{error}");
    store.check().unwrap();
}

#[test]
fn importing_again_brings_nothing() {
    let (_folder, store) = opened();
    let files = sits(1..=5);
    import(&store, "tao", &files);
    let known = ImportCounts { known: 5, ..ImportCounts::default() };
    assert_eq!(preview(&store, "tao", &files).counts, known);
    assert_eq!(commit(staged(&store, &files), "tao"), ImportOutcome::Nothing);
    // With another zone, the same ids have other starts.
    let hour = TimeDelta::hours(1);
    let moved: Vec<_> = files
        .iter()
        .map(|file| {
            let mut file = file.clone();
            file.lifecycle.startedat += hour;
            file
        })
        .collect();
    assert_eq!(preview(&store, "tao", &moved).counts, known);
    // A file that is given twice.
    let twice = files.iter().chain(&files);
    let twice = preview(&store, "tao", twice);
    assert_eq!((twice.counts, twice.repeated), (known, 5));
    // A sit with the id of another one is not staged, and its values are not lost unnoticed.
    let mut staged = staged(&store, &files);
    let mut other = files[0].clone();
    other.details.value.note = "other".into();
    assert_eq!(staged.add(0, &files[0]).unwrap(), StagedAs::Repeated);
    assert_eq!(staged.add(0, &other).unwrap(), StagedAs::Different);
    let preview = staged.preview(&["tao".into()], 0).unwrap();
    assert_eq!((preview.counts, preview.repeated), (known, 1));
    assert_eq!(store.imports().unwrap().len(), 1);
}

#[test]
fn importing_again_restores_what_the_undo_has_deleted_and_not_what_the_user_has() {
    let (_folder, store) = opened();
    let files = sits(1..=6);
    let first = import(&store, "tao", &files);
    // Deleted before the undo, and after it: restored and deleted again.
    store.delete(&[files[0].id.into()], at(10).wall.utc).unwrap();
    assert_eq!(store.undo_import(first.id, at(20).wall.utc).unwrap().undone.unwrap().1, 5);
    store.undelete(&[files[1].id.into()]).unwrap();
    store.delete(&[files[1].id.into()], at(30).wall.utc).unwrap();
    // Restored by the user.
    store.undelete(&[files[2].id.into()]).unwrap();

    let counts = ImportCounts { revived: 3, deleted: 2, known: 1, ..ImportCounts::default() };
    assert_eq!(preview(&store, "tao", &files).counts, counts);
    let second = import(&store, "tao", &files);
    assert_eq!((second.counts.revived, second.counts.added), (3, 0));
    assert_eq!(log(&store), ids(&files[2..]));

    // The second import is undone as a whole, and the third restores it.
    assert_eq!(store.undo_import(second.id, at(40).wall.utc).unwrap().undone.unwrap().1, 3);
    assert_eq!(log(&store), [files[2].id]);
    assert_eq!(import(&store, "tao", &files).counts.revived, 3);
    assert_eq!(log(&store), ids(&files[2..]));
    store.check().unwrap();
}

#[test]
fn known_sits_get_the_notes_that_they_lack_and_an_undo_takes_back_those_that_are_unchanged() {
    let (_folder, store) = opened();
    import(&store, "tao", &sits(1..=6));
    store.delete(&[sit(5).id.into()], at(5).wall.utc).unwrap();
    let own = SessionEdit { note: Some("my own".into()), ..SessionEdit::default() };
    store.edit(sit(2).id, own, at(10).wall.utc).unwrap();
    let note = |n: u32| store.session(sit(n).id).unwrap().unwrap().details.value.note;

    // The same log with its journal; sit 6 has no note there either, and sit 7 is new.
    let noted: Vec<_> =
        [1, 2, 3, 4, 5, 7].map(|n| labelled(n, "")).into_iter().chain([sit(6)]).collect();
    let expected =
        ImportCounts { added: 1, known: 5, deleted: 1, noted: 3, ..ImportCounts::default() };
    let found = preview(&store, "tao", &noted);
    assert_eq!((found.counts, found.notes), (expected, 4));
    let second = import(&store, "tao", &noted);
    assert_eq!(second.counts, expected);
    let notes = [1, 2, 3, 4, 5, 6, 7].map(note);
    assert_eq!(notes, ["note 1", "my own", "note 3", "note 4", "", "", "note 7"]);
    let again = preview(&store, "tao", &noted);
    assert_eq!((again.counts.noted, again.notes), (0, 0));
    assert!(!again.counts.is_change());

    // One note is changed, one sit is deleted.
    store.edit(sit(3).id, SessionEdit::texts("calm", ""), at(20).wall.utc).unwrap();
    store.delete(&[sit(4).id.into()], at(20).wall.utc).unwrap();
    let undo = store.preview_import_undo(second.id, 5).unwrap();
    assert_eq!((undo.sits, undo.edited, undo.notes), (1, 0, 1));
    store.undo_import(second.id, at(30).wall.utc).unwrap();
    assert_eq!([1, 2, 3, 4].map(note), ["", "my own", "calm", "note 4"]);
    assert!(is_deleted(&store, sit(7).id));
    let third = import(&store, "tao", &noted);
    assert_eq!((third.counts.noted, third.counts.revived), (1, 1));
    assert_eq!([1, 3, 7].map(note), ["note 1", "calm", "note 7"]);
    store.check().unwrap();
}

#[test]
fn notes_that_an_import_gives_are_sent_and_are_listed_with_their_import() {
    let (_folder, store) = opened();
    sign_in(&store);
    import(&store, "tao", &sits(1..=3));
    // The same sits in another format, half a minute later, with notes.
    let midnight = wall("2026-01-01T00:00:30Z");
    let others: Vec<_> = (1..=2)
        .map(|n| {
            let other = sit_at(u128::from(n) + 50, midnight, 3600 * i64::from(n), 600);
            Session { details: labelled(n, "").details, ..other }
        })
        .collect();
    let sent = store.outgoing(user(1), 100, 1 << 20).unwrap();
    let last = sent.iter().map(|row| row.generation).max().unwrap();
    let noted = import(&store, "apple-health", &others);
    let expected = ImportCounts { same: 2, noted: 2, ..ImportCounts::default() };
    assert_eq!(noted.counts, expected);
    assert_eq!(store.imports().unwrap()[0], noted);
    let sent: Vec<_> = store.outgoing_after(user(1), last, 100, 1 << 20).unwrap();
    let sent: Vec<_> = sent.into_iter().map(|row| row.session.details.value.note).collect();
    assert_eq!(sent, ["note 1", "note 2"]);
    store.undo_import(noted.id, at(30).wall.utc).unwrap();
    assert!(log_of(&store, OwnerFilter::All).iter().all(|sit| sit.details.value.note.is_empty()));
}

#[test]
fn the_preview_of_an_undo_names_the_sits_that_were_edited_since() {
    let (_folder, store) = opened();
    let files: Vec<_> = (1..=4).map(|n| labelled(n, "Zazen")).collect();
    let info = import(&store, "tao", &files);
    let unchanged = store.preview_import_undo(info.id, 5).unwrap();
    assert_eq!((unchanged.sits, unchanged.edited, unchanged.samples.len()), (4, 0, 0));
    for n in [1, 2, 3] {
        store
            .edit(sit(n).id, SessionEdit::texts(format!("calm {n}"), "Zazen"), at(10).wall.utc)
            .unwrap();
    }
    store.delete(&[sit(3).id.into()], at(20).wall.utc).unwrap();
    let undo = store.preview_import_undo(info.id, 1).unwrap();
    assert_eq!((undo.sits, undo.edited, undo.notes), (3, 2, 0));
    let named: Vec<_> = undo.samples.iter().map(|sit| (&sit.note[..], &sit.label[..])).collect();
    assert_eq!(named, [("calm 2", "Zazen")]);
    store.undo_import(info.id, at(30).wall.utc).unwrap();
    assert!(matches!(
        store.preview_import_undo(info.id, 1),
        Err(StoreError::ImportUndone { id }) if id == info.id
    ));
    // The sits come back with the edits; only later ones count.
    let again = import(&store, "tao", &files);
    assert_eq!(store.preview_import_undo(again.id, 5).unwrap().edited, 0);
}

#[test]
fn undoing_weeks_later_deletes_sits_that_were_edited_and_no_others() {
    let (_folder, store) = opened();
    common::sat(&store, id(1), 0);
    let files = sits(1..=3);
    let info = import(&store, "tao", &files);
    let edit = SessionEdit::texts("calm", "Zazen");
    store.edit(files[0].id, edit, at(5000).wall.utc).unwrap();
    drop(store);
    let store = open(_folder.path());
    store.undo_import(info.id, at(9_000_000).wall.utc).unwrap();
    assert_eq!(log(&store), [id(1)]);
    assert_eq!(import(&store, "tao", &files).counts.revived, 3);
    let edited = store.session(files[0].id).unwrap().unwrap();
    assert_eq!(edited.details.value.note, "calm");
}

#[test]
fn the_same_sit_in_another_format_is_known() {
    let (_folder, store) = opened();
    let midnight = wall("2026-01-01T00:00:00Z");
    let file = |number, seconds, length| sit_at(number, midnight, seconds, length);
    import(&store, "insight-timer", &[file(1, 0, 600), file(2, 3600, 20), file(3, 3630, 20)]);
    let same = |sits: &[Session]| {
        let counts = preview(&store, "apple-health", sits).counts;
        (counts.same, counts.added)
    };
    assert_eq!(same(&[file(11, 60, 601)]), (1, 0));
    assert_eq!(same(&[file(11, -60, 599)]), (1, 0));
    assert_eq!(same(&[file(11, 61, 600)]), (0, 1));
    assert_eq!(same(&[file(11, 0, 602)]), (0, 1));
    // Two short sits of one minute are two in every format, and a third is new.
    let short = [file(12, 3605, 20), file(13, 3635, 21)];
    assert_eq!(same(&short), (2, 0));
    assert_eq!(same(&[short[0].clone(), short[1].clone(), file(14, 3650, 20)]), (2, 1));

    // A later export of the same format has another sit in the same minute.
    let later = [file(2, 3600, 20), file(3, 3630, 20), file(4, 3650, 20)];
    let counts = preview(&store, "insight-timer", &later).counts;
    assert_eq!((counts.known, counts.same, counts.added), (2, 0, 1));

    // Once the first is undone, the second is new; then the first is not restored beside it.
    let first = store.imports().unwrap()[0].id;
    store.undo_import(first, at(10).wall.utc).unwrap();
    assert_eq!(import(&store, "apple-health", &short).counts.added, 2);
    let again = [file(1, 0, 600), file(2, 3600, 20), file(3, 3630, 20)];
    let counts = preview(&store, "insight-timer", &again).counts;
    assert_eq!((counts.revived, counts.same), (1, 2));
}

#[test]
fn of_two_formats_imported_together_each_sit_comes_once() {
    let (_folder, store) = opened();
    let (one, other) = (sits(1..=3), sits(3..=4));
    let moved = |sit: &Session| {
        let mut sit = sit.clone();
        sit.id = SessionId(uuid::Uuid::from_u128(sit.id.0.as_u128() + 5000));
        sit.lifecycle.startedat += TimeDelta::seconds(30);
        sit
    };
    let both = || {
        let mut staged = staged(&store, &one);
        for sit in &other {
            staged.add(1, &moved(sit)).unwrap();
        }
        staged
    };
    let formats = ["insight-timer".to_owned(), "apple-health".to_owned()];
    let expected = ImportCounts { added: 4, same: 1, ..ImportCounts::default() };
    assert_eq!(both().preview(&formats, 0).unwrap().counts, expected);
    both()
        .commit(
            &ImportSource { formats: formats.to_vec(), ..source("") },
            at(0).wall,
            &no_progress(),
        )
        .unwrap();
    assert_eq!(log(&store).len(), 4);
    let again = ImportCounts { known: 4, same: 1, ..ImportCounts::default() };
    assert_eq!(both().preview(&formats, 0).unwrap().counts, again);
}

#[test]
fn a_note_that_only_the_second_of_two_files_has_is_kept() {
    let (_folder, store) = opened();
    let noted = |n: u32, seconds: i64| {
        let other = sit_at(
            u128::from(n) + 50,
            wall("2026-01-01T00:00:00Z"),
            3600 * i64::from(n) + seconds,
            600,
        );
        Session { details: labelled(n, "").details, ..other }
    };
    let mut staged = store.stage_import().unwrap();
    // The first is in another format, the second has the same id, the third is not in the first file.
    for (file, sit) in
        [(0, sit(1)), (0, sit(2)), (1, noted(1, 30)), (1, labelled(2, "")), (1, noted(3, 0))]
    {
        assert_ne!(staged.add(file, &sit).unwrap(), StagedAs::Different);
    }
    // Which of two notes is right is not known.
    let other = Session { details: labelled(9, "").details, ..sit(2) };
    assert_eq!(staged.add(1, &other).unwrap(), StagedAs::Different);
    let formats = ["one".to_owned(), "two".to_owned()];
    let preview = staged.preview(&formats, 5).unwrap();
    let expected = ImportCounts { added: 3, same: 1, ..ImportCounts::default() };
    assert_eq!((preview.counts, preview.notes, preview.repeated), (expected, 3, 1));
    let source = ImportSource { formats: formats.to_vec(), ..source("one") };
    staged.commit(&source, at(0).wall, &no_progress()).unwrap();
    let notes: Vec<_> =
        log_of(&store, OwnerFilter::All).into_iter().map(|sit| sit.details.value.note).collect();
    assert_eq!(notes, ["note 3", "note 2", "note 1"]);
    assert!(log_of(&store, OwnerFilter::All).iter().all(|sit| sit.details.revision == 1));
}

#[test]
fn of_two_spellings_of_one_format_imported_together_each_sit_comes_once() {
    // In the other spelling the ids are others. The last file has another format.
    let spelled = |sit: &Session, spelling: u128, seconds: i64| {
        let mut sit = sit.clone();
        sit.id = SessionId(uuid::Uuid::from_u128(sit.id.0.as_u128() + 5000 * spelling));
        sit.lifecycle.startedat += TimeDelta::seconds(seconds);
        sit
    };
    let formats = ["insight-timer", "insight-timer", "insight-timer", "tao"].map(str::to_owned);
    let files = |store: &Store| {
        let mut staged = staged(store, &sits(1..=6));
        for sit in &sits(1..=6) {
            staged.add(1, &spelled(sit, 1, 0)).unwrap();
        }
        // Another sit, of the same length and less than a minute later, stays another one.
        staged.add(2, &spelled(&sit(1), 2, 20)).unwrap();
        staged.add(3, &spelled(&sit(2), 3, 30)).unwrap();
        staged
    };
    let (_folder, store) = opened();
    let all = ImportCounts { added: 7, same: 7, ..ImportCounts::default() };
    assert_eq!(files(&store).preview(&formats, 0).unwrap().counts, all);

    // The log has the sits of one spelling, or of another format.
    for (format, spelling, seconds, known) in
        [("insight-timer", 0, 0, 6), ("insight-timer", 1, 0, 6), ("tao", 4, 10, 0)]
    {
        let (_folder, store) = opened();
        let log: Vec<_> = sits(1..=6).iter().map(|sit| spelled(sit, spelling, seconds)).collect();
        import(&store, format, &log);
        let counts = files(&store).preview(&formats, 0).unwrap().counts;
        let expected =
            ImportCounts { added: 1, known, same: 13 - known, ..ImportCounts::default() };
        assert_eq!(counts, expected, "{format} {spelling}");
    }
}

#[test]
fn a_sit_that_the_user_has_deleted_does_not_come_back_in_another_spelling_or_format() {
    let (_folder, store) = opened();
    let files = sits(1..=5);
    let spelled = |sit: &Session, seconds: i64| {
        let mut sit = sit.clone();
        sit.id = SessionId(uuid::Uuid::from_u128(sit.id.0.as_u128() + 5000));
        sit.lifecycle.startedat += TimeDelta::seconds(seconds);
        sit
    };
    let first = import(&store, "insight-timer", &files);
    // The start of one was corrected before: it is deleted as it was seen.
    let corrected = files[1].lifecycle.startedat + TimeDelta::minutes(20);
    let edit = SessionEdit { start: Some(corrected), ..SessionEdit::default() };
    store.edit(files[1].id, edit, at(5).wall.utc).unwrap();
    store.delete(&[files[0].id.into(), files[1].id.into()], at(10).wall.utc).unwrap();
    for (format, seconds) in [("insight-timer", 0), ("apple-health", 30)] {
        let mut other: Vec<_> = files.iter().map(|sit| spelled(sit, seconds)).collect();
        other[1].lifecycle.startedat += TimeDelta::minutes(20);
        let counts = preview(&store, format, &other).counts;
        let expected = ImportCounts { same: 3, deleted: 2, ..ImportCounts::default() };
        assert_eq!(counts, expected, "{format}");
        assert_eq!(commit(staged(&store, &other), format), ImportOutcome::Nothing);
    }
    // One that undoing the import has deleted is new in another format.
    store.undo_import(first.id, at(20).wall.utc).unwrap();
    let other: Vec<_> = files.iter().map(|sit| spelled(sit, 30)).collect();
    let counts = preview(&store, "apple-health", &other).counts;
    assert_eq!((counts.added, counts.deleted), (4, 1));
}

#[test]
fn a_length_that_was_corrected_by_hand_stays_when_its_sit_comes_back() {
    let (_folder, store) = opened();
    let first = import(&store, "tao", &sits(1..=2));
    let edit = SessionEdit { length: Some(Seconds(900)), ..SessionEdit::default() };
    store.edit(sit(1).id, edit, at(5).wall.utc).unwrap();
    store.undo_import(first.id, at(10).wall.utc).unwrap();
    assert_eq!(import(&store, "tao", &sits(1..=2)).counts.revived, 2);
    let length = |n| store.session(sit(n).id).unwrap().unwrap().effective_length();
    assert_eq!((length(1), length(2)), (Seconds(900), Seconds(600)));
    for _ in 0..2 {
        let last = store.imports().unwrap()[0].id;
        assert_eq!(store.preview_import_undo(last, 5).unwrap().edited, 0);
        store.undo_import(last, at(20).wall.utc).unwrap();
        assert_eq!(import(&store, "tao", &sits(1..=2)).counts.revived, 2);
        assert_eq!((length(1), length(2)), (Seconds(900), Seconds(600)));
    }
    let last = store.imports().unwrap()[0].id;
    store.edit(sit(1).id, SessionEdit::texts("calm", ""), at(30).wall.utc).unwrap();
    assert_eq!(store.preview_import_undo(last, 5).unwrap().edited, 1);
}

#[test]
fn a_length_that_an_undone_import_has_read_does_not_stay() {
    let (_folder, store) = opened();
    let other = sit_at(1, wall("2026-01-01T00:00:00Z"), 3600, 4200);
    let length = || store.session(sit(1).id).unwrap().unwrap().effective_length().0;
    for file in [&sit(1), &other, &sit(1), &other, &sit(1)] {
        let info = import(&store, "tao", [file]);
        assert_eq!(length(), file.effective_length().0);
        assert_eq!(store.preview_import_undo(info.id, 5).unwrap().edited, 0);
        store.undo_import(info.id, at(10).wall.utc).unwrap();
    }
}

#[test]
fn deleted_sits_come_back_as_their_user_had_corrected_them() {
    let (_folder, store) = opened();
    let first = import(&store, "tao", &sits(1..=2));
    let edit = SessionEdit {
        start: Some(sit(1).lifecycle.startedat + TimeDelta::minutes(20)),
        offset: Some(UtcOffset(120)),
        length: Some(Seconds(900)),
        ..SessionEdit::texts("calm", "Zazen")
    };
    store.edit(sit(1).id, edit, at(5).wall.utc).unwrap();
    let details = || store.session(sit(1).id).unwrap().unwrap().details;
    let corrected = details();
    let files = [labelled(1, "Metta"), sit(2)];
    for _ in 0..2 {
        store.delete(&[sit(1).id.into()], at(10).wall.utc).unwrap();
        let mut wanted = staged(&store, &files);
        wanted.bring_back_deleted();
        let ImportOutcome::Imported(info) = commit(wanted, "tao") else { panic!("not imported") };
        assert_eq!((info.counts.revived, info.counts.known), (1, 1));
        assert_eq!(details(), corrected);
        assert_eq!(store.preview_import_undo(info.id, 5).unwrap().edited, 0);
    }
    assert_eq!(store.preview_import_undo(first.id, 5).unwrap().edited, 1);
    // Undoing an import is what lets the file correct the start.
    store.undo_import(first.id, at(20).wall.utc).unwrap();
    assert_eq!(import(&store, "tao", &files).counts.revived, 2);
    let session = store.session(sit(1).id).unwrap().unwrap();
    assert_eq!(session.effective_start(), sit(1).effective_start());
    assert_eq!(session.effective_length(), Seconds(900));
}

#[test]
fn bringing_a_sit_back_with_another_length_hides_no_edit_of_it() {
    let (_folder, store) = opened();
    let first = import(&store, "tao", [&sit(1)]);
    store.edit(sit(1).id, SessionEdit::texts("calm", ""), at(5).wall.utc).unwrap();
    store.delete(&[sit(1).id.into()], at(10).wall.utc).unwrap();
    let other = sit_at(1, wall("2026-01-01T00:00:00Z"), 3600, 4200);
    let mut wanted = staged(&store, [&other]);
    wanted.bring_back_deleted();
    commit(wanted, "tao");
    assert_eq!(store.session(sit(1).id).unwrap().unwrap().effective_length(), Seconds(4200));
    assert_eq!(store.preview_import_undo(first.id, 5).unwrap().edited, 1);
}

#[test]
fn sits_stay_deleted_by_their_user_after_bringing_them_back_was_undone() {
    let (_folder, store) = opened();
    let files = sits(1..=3);
    let bring_back = || {
        let mut wanted = staged(&store, &files);
        wanted.bring_back_deleted();
        match commit(wanted, "tao") {
            ImportOutcome::Imported(info) => info,
            other => panic!("{other:?}"),
        }
    };
    let first = import(&store, "tao", &files);
    store.undo_import(first.id, at(1).wall.utc).unwrap();
    let second = import(&store, "tao", &files);
    store.delete(&[files[0].id.into()], at(2).wall.utc).unwrap();
    for _ in 0..2 {
        let back = bring_back();
        assert_eq!((back.counts.revived, log(&store)), (1, ids(&files)));
        assert_eq!(store.undo_import(back.id, at(3).wall.utc).unwrap().undone.unwrap().1, 1);
        let counts = ImportCounts { known: 2, deleted: 1, ..ImportCounts::default() };
        assert_eq!(preview(&store, "tao", &files).counts, counts);
        assert!(is_deleted(&store, files[0].id));
    }
    // One that its user has deleted and restored meanwhile was not deleted by its user when it came back.
    store.delete(&[files[1].id.into()], at(4).wall.utc).unwrap();
    store.undelete(&[files[1].id.into()]).unwrap();
    store.undo_import(second.id, at(5).wall.utc).unwrap();
    let counts = ImportCounts { revived: 2, deleted: 1, ..ImportCounts::default() };
    assert_eq!(preview(&store, "tao", &files).counts, counts);
    // Both kinds come back together, and go back to what they were.
    let both = bring_back();
    assert_eq!(both.counts.revived, 3);
    store.undo_import(both.id, at(6).wall.utc).unwrap();
    assert_eq!(import(&store, "tao", &files).counts, counts);
    assert_eq!(log(&store), ids(&files[1..]));
    store.check().unwrap();
}

#[test]
fn deleted_sits_come_back_if_the_user_wants_them_and_an_undo_deletes_them_again() {
    let (_folder, store) = opened();
    import(&store, "one", &sits(1..=4));
    store.edit(id(1003), SessionEdit::texts("mine", ""), at(1).wall.utc).unwrap();
    store.delete(&[id(1001), id(1002), id(1003)].map(Into::into), at(1).wall.utc).unwrap();
    // The first is read with another time zone, the second in another format, and in two files.
    let first =
        sit_at(1, WallTime { offset: UtcOffset(60), ..wall("2025-12-31T23:00:00Z") }, 3600, 600);
    let near = sit_at(92, wall("2026-01-01T00:00:00Z"), 2 * 3600 + 20, 600);
    let nearer = sit_at(93, wall("2026-01-01T00:00:00Z"), 2 * 3600 + 10, 600);
    let wanted = |brings_back: bool| {
        let mut staged = store.stage_import().unwrap();
        if brings_back {
            staged.bring_back_deleted();
        }
        for (file, sit) in [(0, &first), (0, &sit(3)), (0, &sit(4)), (1, &near), (2, &nearer)] {
            staged.add(file, sit).unwrap();
        }
        staged
    };
    let formats = ["one", "two", "three"].map(String::from);
    let counts = wanted(false).preview(&formats, 5).unwrap().counts;
    assert_eq!(counts, ImportCounts { deleted: 4, known: 1, ..ImportCounts::default() });
    let counts = wanted(true).preview(&formats, 5).unwrap().counts;
    assert_eq!(counts, ImportCounts { revived: 3, known: 1, same: 1, ..ImportCounts::default() });
    let source = ImportSource { formats: formats.to_vec(), ..source("one") };
    let outcome = wanted(true).commit(&source, at(2).wall, &no_progress()).unwrap();
    let ImportOutcome::Imported(info) = outcome else { panic!("{outcome:?}") };
    assert_eq!(info.counts.revived, 3);
    let known = |number| store.session(id(number)).unwrap().unwrap();
    assert_eq!(log(&store), [id(1001), id(1002), id(1003), id(1004)]);
    assert_eq!(known(1001).effective_start(), first.effective_start());
    assert_eq!(known(1002).effective_start(), sit(2).effective_start(), "as it was");
    assert_eq!(known(1003).details.value.note, "mine");
    // A later change than the deletion, for every device.
    assert_eq!([1001, 1002, 1003, 1004].map(|n| known(n).deletion.revision), [2, 2, 2, 0]);
    store.undo_import(info.id, at(3).wall.utc).unwrap();
    assert_eq!(log(&store), [id(1004)]);
}

#[test]
fn labels_are_found_by_their_names() {
    let (_folder, store) = opened();
    // "Zazen" was renamed, and "Metta" was created under another name.
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.change_label(&LabelKey("Zazen".into()), "Sitting", Colour::Red, Shape::Star).unwrap();
    store.create_label("Kindness", Colour::Blue, Shape::Cross).unwrap();
    store.change_label(&LabelKey("Kindness".into()), "Metta", Colour::Blue, Shape::Cross).unwrap();
    let files =
        [labelled(1, "Zazen"), labelled(2, "Metta"), labelled(3, "New"), labelled(4, "Sitting")];
    let mut staged = staged(&store, &files);
    for (name, colour, shape) in [
        ("Zazen", Colour::Green, Shape::Circle),
        ("Metta", Colour::Green, Shape::Circle),
        ("New", Colour::Green, Shape::Circle),
        ("Unused", Colour::Teal, Shape::Square),
        ("not\nvalid", Colour::Teal, Shape::Square),
    ] {
        staged.add_label(name, colour, shape).unwrap();
    }
    commit(staged, "zafu-json");
    let keys: Vec<_> = files
        .iter()
        .map(|file| store.session(file.id).unwrap().unwrap().details.value.label)
        .collect();
    assert_eq!(keys, ["Zazen (2)", "Kindness", "New", "Zazen"]);
    let mut labels: Vec<_> = store
        .labels()
        .unwrap()
        .into_iter()
        .map(|label| (label.name, label.colour, label.shape, label.sits))
        .collect();
    labels.sort();
    let label = |name: &str, colour, shape, sits| (name.to_owned(), colour, shape, sits);
    assert_eq!(
        labels,
        [
            label("Metta", Colour::Blue, Shape::Cross, 1),
            label("New", Colour::Green, Shape::Circle, 1),
            label("Sitting", Colour::Red, Shape::Star, 1),
            label("Unused", Colour::Teal, Shape::Square, 0),
            // Created for the sit, with the look of its name, which nobody has changed.
            labels[4].clone(),
        ]
    );
    assert_eq!((labels[4].0.as_str(), labels[4].3), ("Zazen", 1));
}

#[test]
fn a_label_given_by_its_name_is_found_or_is_new() {
    let (_folder, store) = opened();
    let key = |text: &str| LabelKey(text.into());
    let file = labelled(1, "Zazen");
    drop(staged(&store, [&file]));
    assert_eq!(store.labels().unwrap(), [], "nothing is stored before a sit has it");
    let numbers = Cell::new(0);
    // Returns the key of the label of a sit that is imported with this name.
    let found = |name: &str| {
        numbers.set(numbers.get() + 1);
        let file = labelled(numbers.get(), name);
        import(&store, "zafu-json", [&file]);
        store.session(file.id).unwrap().unwrap().details.value.label
    };
    assert_eq!(found(""), "");
    assert_eq!(found("Zazen"), "Zazen");
    store.change_label(&key("Zazen"), "Sitting", Colour::Red, Shape::Star).unwrap();
    assert_eq!(found("Sitting"), "Zazen");
    assert_eq!(found("Zazen"), "Zazen (2)", "the key of another label is not its name");
    assert_eq!(found("Zazen"), "Zazen (2)", "it was created");
    store.delete_label(&key("Zazen (2)")).unwrap();
    assert_eq!(found("Zazen"), "Zazen (3)");
    assert_eq!(found(" zAZEN "), "Zazen (3)", "differs in capitals only");
    store.merge_label(&key("Zazen (3)"), &key("Zazen")).unwrap();
    assert_eq!(found("Zazen"), "Zazen", "was merged into it");
    assert_eq!(found("ZAZEN"), "Zazen");
    store.delete_label(&key("Zazen")).unwrap();
    assert_eq!(found("Sitting"), "Sitting", "the deleted one does not come back");
}

#[test]
fn merged_labels_and_names_in_other_capitals_are_labels_that_exist() {
    let (_folder, store) = opened();
    store.create_label("Sitting", Colour::Red, Shape::Star).unwrap();
    store.create_label("Zazen", Colour::Red, Shape::Star).unwrap();
    store.merge_label(&LabelKey("Zazen".into()), &LabelKey("Sitting".into())).unwrap();
    let files = [labelled(1, "Zazen"), labelled(2, "ZAZEN"), labelled(3, "sitting ")];
    let mut staged = staged(&store, &files);
    for name in ["Zazen", "ZAZEN", "sitting "] {
        staged.add_label(name, Colour::Green, Shape::Circle).unwrap();
    }
    commit(staged, "zafu-json");
    let labels = store.labels().unwrap();
    let labels: Vec<_> = labels.iter().map(|label| (&*label.name, label.sits)).collect();
    assert_eq!(labels, [("Sitting", 3)]);
}

#[test]
fn no_label_keeps_sits_from_being_imported() {
    let (_folder, store) = opened();
    // The keys of these labels are names of the file, and are called something else now.
    let file = [" Zen", "a\nb", "Zazen"].map(|label| label.to_owned());
    for (n, label) in (10..).zip(&file) {
        import(&store, "tao", [&labelled(n, label)]);
    }
    store.create_label("Zen", Colour::Red, Shape::Star).unwrap();
    for key in [" Zen", "Zazen"] {
        store
            .change_label(&LabelKey(key.into()), &format!("{key} x"), Colour::Red, Shape::Star)
            .unwrap();
    }
    let many = labelled(20, "");
    let mut filler = staged(&store, [&many]);
    for n in 0..MAX_LABELS {
        filler.add_label(&format!("label {n}"), Colour::Red, Shape::Star).unwrap();
    }
    commit(filler, "zafu-json");
    let error = store.create_label("one more", Colour::Red, Shape::Star);
    assert!(matches!(error, Err(StoreError::TooManyLabels)), "{error:?}");
    let sits: Vec<_> = (1..).zip(&file).map(|(n, label)| labelled(n, label)).collect();
    let mut staged = staged(&store, &sits);
    for label in &file {
        staged.add_label(label, Colour::Green, Shape::Circle).unwrap();
    }
    let ImportOutcome::Imported(info) = commit(staged, "zafu-json") else { panic!("not imported") };
    assert_eq!(info.counts.added, 3);
    let labels: Vec<_> = sits
        .iter()
        .map(|sit| store.session(sit.id).unwrap().unwrap().details.value.label)
        .collect();
    assert_eq!(labels, ["Zen", "a\nb", "Zazen"]);
}

#[test]
fn two_accounts_import_the_same_file_each() {
    let (_folder, store) = opened();
    let files = sits(1..=3);
    sign_in(&store);
    let of_first = import(&store, "tao", &files);
    store.sign_out().unwrap();
    // The log still shows them.
    assert_eq!(preview(&store, "tao", &files).counts.known, 3);
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
    assert_eq!(store.imports().unwrap(), []);
    let error = store.undo_import(of_first.id, at(0).wall.utc).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchImport { .. }), "{error}");
    let of_second = import(&store, "tao", &files);
    assert_eq!(of_second.counts.added, 3);
    assert_eq!(log(&store).len(), 6);
    store.undo_import(of_second.id, at(0).wall.utc).unwrap();
    let left = log_of(&store, OwnerFilter::Of(user(1)));
    assert_eq!(left.len(), 3, "those of the first account stay");
    assert_eq!(log_of(&store, OwnerFilter::Of(user(2))).len(), 0);
}

#[test]
fn an_import_without_an_account_follows_its_sits_to_the_account() {
    let (_folder, store) = opened();
    let files = sits(1..=3);
    let info = import(&store, "tao", &files);
    sign_in(&store);
    store.assign_ownerless().unwrap();
    assert_eq!(preview(&store, "tao", &files).counts.known, 3);
    store.sign_out().unwrap();
    store.sign_in(user(2), "https://two.example", "key", "two@example.org").unwrap();
    assert_eq!(store.imports().unwrap(), [], "it is the first account's");
    sign_in(&store);
    assert_eq!(store.undo_import(info.id, at(0).wall.utc).unwrap().undone.unwrap().1, 3);
    assert_eq!(log(&store), []);
}

#[test]
fn ten_thousand_sits_are_imported_and_undone() {
    let (_folder, store) = opened();
    let files = sits(1..=10_000);
    let info = import(&store, "tao", &files);
    assert_eq!(info.counts.added, 10_000);
    assert_eq!(log(&store).len(), 10_000);
    assert_eq!(preview(&store, "tao", &files).counts.known, 10_000);
    assert_eq!(store.undo_import(info.id, at(9).wall.utc).unwrap().undone.unwrap().1, 10_000);
    assert_eq!(log(&store), []);
    assert_eq!(store.pending(20_000).unwrap().len(), 10_000);
    assert_eq!(import(&store, "tao", &files).counts.revived, 10_000);
    assert_eq!(log(&store).len(), 10_000);
    store.check().unwrap();
}

#[test]
fn an_import_that_is_cancelled_changes_nothing() {
    let (folder, store) = opened();
    let cancels: CommitProgress = Arc::new(|done| done < 4_000);
    let staged = staged(&store, &sits(1..=5_000));
    let outcome = staged.commit(&source("tao"), at(0).wall, &cancels).unwrap();
    assert_eq!(outcome, ImportOutcome::Cancelled);
    assert_eq!((log(&store).len(), store.imports().unwrap().len()), (0, 0));
    assert_eq!(store.pending(9).unwrap(), []);
    assert!(staging_folders(folder.path()).is_empty());
    assert_eq!(import(&store, "tao", &sits(1..=5_000)).counts.added, 5_000);
    store.check().unwrap();
}

#[test]
fn staged_sits_of_a_process_that_was_killed_are_removed() {
    let (folder, store) = opened();
    let staged = staged(&store, &sits(1..=5));
    // What is there when the process is killed. Windows removes no file that is open here.
    let left = staging_folders(folder.path()).remove(0);
    let files: Vec<_> = fs::read_dir(&left)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    drop((staged, store));
    assert!(staging_folders(folder.path()).is_empty());
    fs::create_dir(&left).unwrap();
    files.iter().for_each(|(path, content)| fs::write(path, content).unwrap());
    assert!(!files.is_empty());
    let store = open(folder.path());
    assert!(staging_folders(folder.path()).is_empty());
    assert_eq!(log(&store), []);
}

const FOLDER: &str = "ZAFU_STORE_TEST_FOLDER";

/// The process that is killed: prints a line in the middle of the transaction, and waits.
#[test]
#[ignore = "only run by the test below, which kills it"]
fn imports_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    let waits: CommitProgress = Arc::new(|done| {
        if done == 4_000 {
            println!("halfway");
            std::thread::park();
        }
        true
    });
    let outcome = staged(&store, &sits(1..=6_000)).commit(&source("tao"), at(0).wall, &waits);
    panic!("not killed: {outcome:?}");
}

#[test]
fn an_import_that_is_killed_in_the_middle_changes_nothing() {
    let (folder, store) = opened();
    import(&store, "tao", &sits(6_001..=6_010));
    drop(store);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "imports_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("halfway")));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(staging_folders(folder.path()).len(), 1);
    let store = open(folder.path());
    assert!(staging_folders(folder.path()).is_empty());
    assert_eq!((log(&store).len(), store.imports().unwrap().len()), (10, 1));
    store.check().unwrap();
    assert_eq!(import(&store, "tao", &sits(1..=6_010)).counts.added, 6_000);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_staged_sits() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = opened();
    let _staged = staged(&store, &sits(1..=5));
    let staging = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .find(|entry| entry.file_name().to_str().unwrap().contains("staging"))
        .unwrap();
    assert_eq!(staging.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn backups_before_imports_do_not_replace_the_others() {
    let (folder, store) = opened();
    store.backup_if_due(at(0).wall).unwrap();
    for n in 1..=9 {
        import(&store, "tao", &[sit(n)]);
    }
    let reasons: Vec<_> =
        Store::backups(folder.path()).unwrap().into_iter().map(|backup| backup.reason).collect();
    use BackupReason::{Daily, Import};
    assert_eq!(reasons, [Import, Import, Import, Daily]);
}
