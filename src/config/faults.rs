//! Everything that is wrong with the settings, and what to do about each fault. Nothing here may contain
//! the value of a secret.

use std::fmt;

/// One fault of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name of the setting, or of the file that contains it.
    pub setting: String,
    /// What is wrong, as a phrase that follows the name.
    pub problem: String,
    /// What to do, as a separate sentence.
    pub remedy: String,
}

/// All faults that keep the process from starting; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(Vec<Fault>);

impl ConfigFaults {
    /// Wraps the faults that one read of the settings found.
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// The faults in the order in which the settings are read.
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }

    /// The names of the faulty settings, in the same order, each once.
    pub fn settings(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for fault in &self.0 {
            if !names.contains(&fault.setting.as_str()) {
                names.push(&fault.setting);
            }
        }
        names
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "1 fault in the settings:")?,
            count => write!(f, "{count} faults in the settings:")?,
        }
        for fault in &self.0 {
            write!(f, "\n\n  {} {}", fault.setting, fault.problem)?;
            write!(f, "\n    {}", fault.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}

/// Why a parser refuses a value; the reader adds the name of the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What is wrong, as a phrase that follows the setting's name.
    pub(super) problem: String,
    /// What to do, as a separate sentence.
    pub(super) remedy: String,
}

impl Refusal {
    /// A refusal from its two halves.
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// A value that is not secret, for the text of a fault: quoted, with control characters escaped, and
/// shortened.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 60;
    let start: String = value.chars().take(LONGEST).collect();
    if start.len() < value.len() {
        format!("{start:?}...")
    } else {
        format!("{value:?}")
    }
}
