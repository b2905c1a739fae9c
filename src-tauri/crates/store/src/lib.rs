//! The local SQLite database: sessions and their owners, the outbox, settings, presets, backups.
//!
//! A [`Store`] holds one data folder. Every change is one transaction, which also enqueues the changed sessions; when a call
//! returns, the change is durable. The rules by which copies of a session are merged are the core's.
//!
//! Nothing here reads a clock, decides when something is saved, or uses the network.

mod accounts;
mod backups;
mod changes;
mod connection;
mod device;
mod error;
#[cfg(test)]
mod faults;
mod folder;
mod imports;
mod labels;
mod location;
mod log;
mod migrate;
mod open_sits;
mod outbox;
mod owners;
mod partner;
mod presets;
mod read;
mod reconcile;
mod restore;
#[cfg(test)]
mod sample;
mod save;
mod selection;
mod server_rows;
mod sessions;
mod settings;
mod store;
mod sync;
mod text;
mod texts;
mod unreadable;
mod writer;

pub use accounts::{Account, AfterErasure, ClosedReason, Cursor, Ownerless};
pub use backups::{BACKUPS_KEPT, BackupInfo, BackupReason};
pub use error::{StoreError, TextField};
pub use imports::{
    CommitProgress, ImportCounts, ImportId, ImportInfo, ImportOutcome, ImportPreview, ImportSample,
    ImportSource, ImportUndoPreview, StagedAs,
};
pub use labels::{LabelEntry, LabelUpdate, LabelsApplied};
pub use location::Relocation;
pub use log::{
    DayTotal, Insight, InsightQuery, LengthTotal, LogEntry, LogFilter, LogPage, LogPosition,
    LogQuery, LogSelection, LogSnapshot, Outcome, OwnerFilter, Total, YearTotal,
    register_functions,
};
pub use outbox::{Backlog, DeadLetter, Outgoing, Pending};
pub use owners::Owner;
pub use partner::{
    Bow, KeptInvitation, PartOutcome, PartnerApplied, PartnerChanges, PartnerOutcomes,
    PartnerRequest, PartnerSetting, PartnerState, PartnerUpdate, PartnershipPrivacy, SettingState,
};
pub use read::{OpenOutcome, ReadOnlyStore, ReadSits};
pub use restore::RestorePreview;
pub use selection::SelectionChange;
pub use sessions::SessionKey;
pub use store::{StagedImport, Store};
pub use sync::{Pull, Pulled, Push, Pushed, PushedRow, RowOutcome};
pub use unreadable::{ServerRow, UnreadableRow};
