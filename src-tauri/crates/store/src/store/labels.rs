//! The labels of sits.

use super::Store;
use crate::StoreError;
use crate::labels::{self, LabelEntry, LabelUpdate, LabelsApplied};
use zafu_core::ids::UserId;
use zafu_core::label::{Colour, Label, LabelKey, Shape};

impl Store {
    /// Lists the labels that the user can choose, by name: those of the shown account and the ownerless ones. Merged and
    /// deleted labels are left out.
    ///
    /// # Errors
    /// An I/O error.
    pub fn labels(&self) -> Result<Vec<LabelEntry>, StoreError> {
        self.read(labels::all)
    }

    /// Creates a label. Returns its key, which differs from `name` if another label was created under that name.
    ///
    /// # Errors
    /// [`StoreError::LabelName`], [`StoreError::LabelNameTaken`], [`StoreError::TooManyLabels`], or an I/O error.
    pub fn create_label(
        &self,
        name: &str,
        colour: Colour,
        shape: Shape,
    ) -> Result<LabelKey, StoreError> {
        let name = name.to_owned();
        self.write(move |transaction| labels::create(transaction, &name, colour, shape))
    }

    /// Changes the name, the colour and the shape of a label. No session changes.
    ///
    /// # Errors
    /// [`StoreError::NoSuchLabel`], [`StoreError::LabelName`], [`StoreError::LabelNameTaken`],
    /// [`StoreError::LabelFixed`], [`StoreError::TooManyLabels`], or an I/O error.
    pub fn change_label(
        &self,
        key: &LabelKey,
        name: &str,
        colour: Colour,
        shape: Shape,
    ) -> Result<(), StoreError> {
        let (key, name) = (key.clone(), name.to_owned());
        self.write(move |transaction| labels::change(transaction, &key, &name, colour, shape))
    }

    /// Shows the sits of the label `from` with the label `into` from now on. No session changes.
    ///
    /// # Errors
    /// [`StoreError::NoSuchLabel`], [`StoreError::LabelIntoItself`], [`StoreError::LabelFixed`],
    /// [`StoreError::TooManyLabels`], or an I/O error.
    pub fn merge_label(&self, from: &LabelKey, into: &LabelKey) -> Result<(), StoreError> {
        let (from, into) = (from.clone(), into.clone());
        self.write(move |transaction| labels::merge(transaction, &from, &into))
    }

    /// Deletes a label. Its sits stay, without a label.
    ///
    /// # Errors
    /// [`StoreError::NoSuchLabel`], [`StoreError::LabelFixed`], [`StoreError::TooManyLabels`], or an I/O error.
    pub fn delete_label(&self, key: &LabelKey) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(move |transaction| labels::delete(transaction, &key))
    }

    /// Undoes the deletion of a label, or else its merge into another one.
    ///
    /// # Errors
    /// [`StoreError::NoSuchLabel`], or an I/O error.
    pub fn restore_label(&self, key: &LabelKey) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(move |transaction| labels::restore(transaction, &key))
    }

    /// Returns the first `limit` labels of `account` that are to be sent.
    ///
    /// # Errors
    /// An I/O error.
    pub fn outgoing_labels(&self, account: UserId, limit: u32) -> Result<Vec<Label>, StoreError> {
        self.read(|connection| labels::outgoing(connection, account, limit))
    }

    /// Returns whether labels of `account` are to be sent or read.
    ///
    /// # Errors
    /// An I/O error.
    pub fn labels_are_due(&self, account: UserId) -> Result<bool, StoreError> {
        self.read(|connection| labels::are_due(connection, account))
    }

    /// Applies the response to a request that sent labels of `account`. A change during the request stays pending.
    ///
    /// # Errors
    /// An I/O error; then nothing was changed.
    pub fn apply_labels(
        &self,
        account: UserId,
        response: LabelUpdate,
    ) -> Result<LabelsApplied, StoreError> {
        self.write(move |transaction| labels::apply(transaction, account, &response))
    }
}
