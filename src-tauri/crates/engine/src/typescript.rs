//! Generates the TypeScript of all types that the window uses, and checks that the committed files are up to date.

use crate::protocol::{
    BackupView, BellCheck, ChangedSelection, ChosenFiles, CodeRequest, DeadLetterView, EngineState,
    ExportFormat, ExportedFile, FinishedView, ImportProgress, ImportReading, ImportUndoView,
    ImportView, InsightPeriod, InsightView, InvitationPreview, InvitationView, IpcError, LabelLook,
    LabelView, LogPage, LogQuery, LogRequest, LogSession, OwnerView, PartnerView, ProjectView,
    RestorePreview, SelectionView, SignInRequest, SignedInView, SitChange, SitEntry, SitRecord,
    SoundView, StartRequest, UnsettledView, WeekProgress,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};
use zafu_core::settings::{Preset, Settings};
use zafu_core::timer::{Answer, OvertimeAnswer};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/lib/generated")
}

fn write(folder: &Path) {
    let config = Config::new().with_out_dir(folder);
    EngineState::export_all(&config).unwrap();
    UnsettledView::export_all(&config).unwrap();
    FinishedView::export_all(&config).unwrap();
    SitRecord::export_all(&config).unwrap();
    StartRequest::export_all(&config).unwrap();
    BellCheck::export_all(&config).unwrap();
    SoundView::export_all(&config).unwrap();
    IpcError::export_all(&config).unwrap();
    ChosenFiles::export_all(&config).unwrap();
    ExportFormat::export_all(&config).unwrap();
    ExportedFile::export_all(&config).unwrap();
    BackupView::export_all(&config).unwrap();
    RestorePreview::export_all(&config).unwrap();
    ImportReading::export_all(&config).unwrap();
    ImportProgress::export_all(&config).unwrap();
    ImportUndoView::export_all(&config).unwrap();
    ImportView::export_all(&config).unwrap();
    ProjectView::export_all(&config).unwrap();
    SignInRequest::export_all(&config).unwrap();
    CodeRequest::export_all(&config).unwrap();
    SignedInView::export_all(&config).unwrap();
    DeadLetterView::export_all(&config).unwrap();
    OwnerView::export_all(&config).unwrap();
    PartnerView::export_all(&config).unwrap();
    InvitationView::export_all(&config).unwrap();
    InvitationPreview::export_all(&config).unwrap();
    WeekProgress::export_all(&config).unwrap();
    InsightPeriod::export_all(&config).unwrap();
    InsightView::export_all(&config).unwrap();
    LogQuery::export_all(&config).unwrap();
    LogPage::export_all(&config).unwrap();
    LogRequest::export_all(&config).unwrap();
    LogSession::export_all(&config).unwrap();
    SelectionView::export_all(&config).unwrap();
    ChangedSelection::export_all(&config).unwrap();
    SitChange::export_all(&config).unwrap();
    SitEntry::export_all(&config).unwrap();
    LabelLook::export_all(&config).unwrap();
    LabelView::export_all(&config).unwrap();
    Settings::export_all(&config).unwrap();
    Preset::export_all(&config).unwrap();
    Answer::export_all(&config).unwrap();
    OvertimeAnswer::export_all(&config).unwrap();
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // A checkout on Windows may have CRLF line endings.
            (name, fs::read_to_string(&path).unwrap().replace("\r\n", "\n"))
        })
        .collect()
}

/// `ZAFU_WRITE_TYPES=1 cargo test -p zafu-engine typescript` generates the files again.
#[test]
fn the_generated_typescript_is_up_to_date() {
    if std::env::var_os("ZAFU_WRITE_TYPES").is_some() {
        let _ = fs::remove_dir_all(committed());
        write(&committed());
        return;
    }
    let fresh = tempfile::tempdir().unwrap();
    write(fresh.path());
    let (fresh, known) = (read(fresh.path()), read(&committed()));
    assert!(!fresh.is_empty());
    let stale: Vec<_> = fresh
        .keys()
        .chain(known.keys())
        .filter(|name| fresh.get(*name) != known.get(*name))
        .collect();
    assert!(stale.is_empty(), "stale: {stale:?}; `cargo xtask types` updates them");
}
