//! Finds or creates labels that an import gives by their names.

use super::{Record, State, shown, update_resolved, write};
use crate::{StoreError, device};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use zafu_core::ids::{DeviceId, UserId};
use zafu_core::label::{
    Colour, Label, LabelDetails, LabelKey, MAX_LABELS, Shape, folded, validate,
};

/// The labels that the user sees, by their names. A merged label is that into which it was merged.
#[derive(Default)]
struct Names<'r> {
    exact: BTreeMap<&'r str, &'r LabelKey>,
    folded: BTreeMap<String, &'r LabelKey>,
}

impl<'r> Names<'r> {
    fn of(records: &'r [(Option<UserId>, Record)]) -> Self {
        let active: BTreeMap<_, _> = records
            .iter()
            .filter(|(_, record)| record.is_active())
            .map(|(_, record)| (record.id, &record.label.key))
            .collect();
        let mut names = Self::default();
        for is_active in [true, false] {
            for (_, record) in records.iter().filter(|(_, it)| it.is_active() == is_active) {
                let Some(key) = record.resolved.and_then(|id| active.get(&id)) else { continue };
                let name = &record.label.details.value.name;
                names.exact.entry(name).or_insert(key);
                names.folded.entry(folded(name)).or_insert(key);
            }
        }
        names
    }

    /// Returns the label that is called `name`, or else one whose name differs only as [`folded`] does not.
    fn find(&self, name: &str) -> Option<&'r LabelKey> {
        self.exact.get(name).or_else(|| self.folded.get(&folded(name))).copied()
    }
}

/// Writes the labels of an import without computing what each is shown as; [`Self::finish`] does so once for all.
struct Writer<'c> {
    connection: &'c Connection,
    owner: Option<UserId>,
    device: DeviceId,
    /// The keys of the labels that the user sees.
    keys: BTreeSet<String>,
    /// The number of labels of the owner whose details were changed.
    changed: u32,
}

impl<'c> Writer<'c> {
    fn new(
        connection: &'c Connection,
        owner: Option<UserId>,
        records: &[(Option<UserId>, Record)],
    ) -> Result<Self, StoreError> {
        let is_changed = |(of, record): &&(Option<UserId>, Record)| {
            *of == owner && record.label.details.revision > 0
        };
        Ok(Self {
            connection,
            owner,
            device: device::current(connection)?,
            keys: records.iter().map(|(_, record)| record.label.key.0.clone()).collect(),
            changed: u32::try_from(records.iter().filter(is_changed).count()).unwrap_or(u32::MAX),
        })
    }

    /// Creates a label, with another key than its name if that is taken. Returns its key; none if the label cannot be
    /// stored, because of its name or of the number of labels.
    fn create(
        &mut self,
        name: &str,
        colour: Colour,
        shape: Shape,
    ) -> Result<Option<LabelKey>, StoreError> {
        let key = LabelKey::for_name(name, |key| self.keys.contains(&key.0));
        let value = LabelDetails {
            name: name.to_owned(),
            colour,
            shape,
            merged_into: None,
            is_deleted: false,
        };
        let is_set = self.set(&Label::unchanged(key.clone()), value)?;
        self.keys.insert(key.0.clone());
        Ok(is_set.then_some(key))
    }

    /// Sets the details of a label that was never changed. Returns false if they cannot be stored.
    fn set(&mut self, label: &Label, value: LabelDetails) -> Result<bool, StoreError> {
        let is_valid = validate(&label.key.0).is_ok() && validate(&value.name).is_ok();
        if !is_valid || self.changed >= MAX_LABELS {
            return Ok(false);
        }
        let details = label.details.set(value, self.device);
        let label = Label { key: label.key.clone(), details };
        write(self.connection, self.owner, &label, Some(&State::Pending))?;
        self.changed += 1;
        Ok(true)
    }

    fn finish(self) -> Result<(), StoreError> {
        update_resolved(self.connection, self.owner)
    }
}

/// Returns the keys for labels that an import gives by their names, for those names whose key is not the name itself: the
/// labels that [`Names::find`] finds, or new ones. If a new one cannot be stored, its name is its key, whatever the label of
/// that key is called: no label keeps a sit from being imported.
pub(crate) fn keys_other_than_names(
    connection: &Connection,
    owner: Option<UserId>,
    names: impl Iterator<Item = rusqlite::Result<String>>,
) -> Result<Vec<(String, LabelKey)>, StoreError> {
    let records = shown(connection)?;
    let known = Names::of(&records);
    let mut writer = Writer::new(connection, owner, &records)?;
    let taken = writer.keys.clone();
    let mut others = Vec::new();
    for name in names {
        let name = name?;
        let key = match known.find(&name) {
            Some(key) => Some(key.clone()),
            // The label of this key is called something else, or is deleted.
            None if taken.contains(&name) => {
                let LabelDetails { colour, shape, .. } =
                    LabelDetails::unchanged(&LabelKey(name.clone()));
                writer.create(&name, colour, shape)?
            }
            None => None,
        };
        others.extend(key.filter(|key| key.0 != name).map(|key| (name, key)));
    }
    writer.finish()?;
    Ok(others)
}

/// Gives the labels of `owner` with these names their looks, and creates those that do not exist. A label that was changed
/// on this device keeps its look. A label that cannot be stored is left out: its sits have it all the same.
pub(crate) fn add_looks(
    connection: &Connection,
    owner: Option<UserId>,
    looks: impl Iterator<Item = (String, Colour, Shape)>,
) -> Result<(), StoreError> {
    let records = shown(connection)?;
    let known = Names::of(&records);
    let mut untouched: BTreeMap<&str, &Label> = BTreeMap::new();
    for (of, Record { label, .. }) in &records {
        if *of == owner && label.details.revision == 0 {
            untouched.insert(&label.key.0, label);
        }
    }
    let mut writer = Writer::new(connection, owner, &records)?;
    for (name, colour, shape) in looks {
        match (untouched.get(name.as_str()), known.find(&name)) {
            // Its name is its key.
            (Some(label), _) => {
                let value = LabelDetails { colour, shape, ..label.details.value.clone() };
                if value != label.details.value {
                    writer.set(label, value)?;
                }
            }
            (None, Some(_)) => {}
            (None, None) => {
                writer.create(&name, colour, shape)?;
            }
        }
    }
    writer.finish()
}
