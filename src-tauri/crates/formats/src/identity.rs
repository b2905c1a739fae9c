//! The ids of imported sits.
//!
//! An id is derived from what the file says of the sit and from nothing else. The assumed time zone and the order of day
//! and month do not enter: importing a file again with other answers brings nothing twice, and two devices that import the
//! same file create the same sessions.

use crate::Format;
use uuid::{Uuid, uuid};
use zafu_core::ids::SessionId;

/// The namespace of the ids of imported sits. It must never change.
const NAMESPACE: Uuid = uuid!("fd1e668a-8e97-4720-bb56-d1d236cb5389");

/// Returns the id of an imported sit.
///
/// `start` and `length` are the texts of the file, `ordinal` counts the rows before it with the same texts, where several
/// such rows are different sits.
#[must_use]
pub fn session_id(format: Format, start: &str, length: &str, ordinal: u32) -> SessionId {
    // Neither text contains a NUL: both were read as a time or a number.
    let name = format!("{}\0{start}\0{length}\0{ordinal}", format.as_str());
    SessionId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of these ids would import every sit a second time.
    #[test]
    fn ids_never_change() {
        let id = |ordinal| {
            session_id(Format::InsightTimer, "04/20/2026 08:21:14", "0:45:0", ordinal).to_string()
        };
        assert_eq!(id(0), "9fec4bb0-b35f-5ac7-bd3a-b6a0b37ef4a8");
        assert_eq!(id(1), "88b7110d-876b-59e4-9fed-f328cd776343");
    }
}
