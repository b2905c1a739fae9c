//! Changes of the log that the user can undo.

use super::{LabelLook, LogFilter, SitChange};
use serde::{Deserialize, Serialize};
use zafu_core::ids::SessionRef;
use zafu_core::label::LabelKey;

/// What the window has of the log besides its sits. The process that shows windows keeps it, because a window is destroyed
/// when it is closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogSession {
    /// The conditions that listed sits meet.
    pub filter: LogFilter,
    /// What the user has changed and can undo, last change last.
    pub undo: Vec<UndoEntry>,
}

/// A change that the user can undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UndoEntry {
    /// Identifies it among those that can be undone.
    pub id: u32,
    /// The change.
    pub change: LogChange,
}

/// A change of the log, with what undoing it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LogChange {
    /// A sit was added.
    AddSit {
        /// The sit; `None` until it was added.
        session: Option<SessionRef>,
        /// Its start, RFC 3339.
        started_at: String,
        /// The label that was created for it.
        new_label: Option<LabelKey>,
    },
    /// A sit was corrected.
    EditSit {
        /// The sit.
        session: SessionRef,
        /// Its new start, RFC 3339.
        started_at: String,
        /// The values that were changed, as they were before.
        former: SitChange,
        /// The label that was created for it.
        new_label: Option<LabelKey>,
    },
    /// Sits were deleted.
    DeleteSits {
        /// The sits.
        sessions: Vec<SessionRef>,
    },
    /// The label of sits was set.
    SetLabel {
        /// The sits by the label that they had before.
        former: Vec<FormerLabel>,
        /// The label that was created for them.
        new_label: Option<LabelKey>,
    },
    /// All sits of a selection were deleted.
    DeleteSelection {
        /// The change, as `revert_selection` needs it; `None` until it was made.
        change: Option<u32>,
        /// The number of sits.
        sits: u32,
    },
    /// The label of all sits of a selection was set.
    LabelSelection {
        /// The change, as `revert_selection` needs it; `None` until it was made.
        change: Option<u32>,
        /// The number of sits.
        sits: u32,
        /// The label that was created for them.
        new_label: Option<LabelKey>,
    },
    /// A label was created.
    CreateLabel {
        /// The label; `None` until it was created.
        key: Option<LabelKey>,
        /// Its name.
        name: String,
    },
    /// The look of a label was changed.
    ChangeLabel {
        /// The label.
        key: LabelKey,
        /// Its new name.
        name: String,
        /// Its look before.
        former: LabelLook,
    },
    /// A label was merged into another one.
    MergeLabel {
        /// The label.
        key: LabelKey,
        /// Its name.
        name: String,
        /// The name of the other one.
        into: String,
    },
    /// A label was deleted.
    DeleteLabel {
        /// The label.
        key: LabelKey,
        /// Its name.
        name: String,
    },
}

/// Sits that had the same label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FormerLabel {
    /// The key of their label; the empty text for none.
    pub label: String,
    /// The sits.
    pub sessions: Vec<SessionRef>,
}
