//! Faults of input, by field.

use std::collections::BTreeMap;

/// The faults of each field, in words for the user who typed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputFaults(BTreeMap<&'static str, Vec<String>>);

impl InputFaults {
    /// One fault of one field.
    pub fn one(field: &'static str, message: &impl ToString) -> Self {
        let mut faults = Self::default();
        faults.add(field, message);
        faults
    }

    pub fn add(&mut self, field: &'static str, message: &(impl ToString + ?Sized)) {
        self.0.entry(field).or_default().push(message.to_string());
    }

    /// Whether there are no faults.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with its faults.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0
            .iter()
            .map(|(field, messages)| (*field, messages.as_slice()))
    }

    /// The value, or `None` after recording its fault.
    pub(super) fn note<T, E: ToString>(
        &mut self,
        field: &'static str,
        value: Result<T, E>,
    ) -> Option<T> {
        value.map_err(|why| self.add(field, &why)).ok()
    }
}
