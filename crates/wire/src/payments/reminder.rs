//! Reminders of bills: on which days they are written, and what a bill tells of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Most steps of a community.
pub const MAX_REMINDER_STEPS: usize = 12;
/// The first and the last step that a community can have.
pub const REMINDER_STEPS: (i16, i16) = (-60, 365);

/// When a bill that is not paid is reminded of: days after the one on which it is due, below zero for days before it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ReminderSteps(pub BTreeSet<i16>);

impl Default for ReminderSteps {
    /// Three days before, and 3, 14 and 30 days after.
    fn default() -> Self {
        Self([-3, 3, 14, 30].into())
    }
}

impl ReminderSteps {
    /// The newest step that has come `days` after a bill was due; steps before that day are over once it has passed.
    pub fn newest(&self, days: i32) -> Option<i16> {
        let come = self.0.iter().rev().copied().find(|step| i32::from(*step) <= days);
        come.filter(|step| *step >= 0 || days <= 0)
    }
}

/// A reminder that was written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reminder {
    /// Which one: days after the one on which the bill is due, below zero before it.
    pub step: i16,
    /// The day on which it was written, by the calendar of the community, such as `2026-11-30`.
    pub on: String,
    /// When that was.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::ReminderSteps;

    #[test]
    fn the_newest_step_counts_and_none_of_before_when_the_day_has_passed() {
        let steps = ReminderSteps::default();
        let at = |days| steps.newest(days);
        assert_eq!([at(-4), at(-3), at(0), at(1), at(2)], [None, Some(-3), Some(-3), None, None]);
        assert_eq!(
            [at(3), at(13), at(14), at(30), at(4000)],
            [Some(3), Some(3), Some(14), Some(30), Some(30)]
        );
        assert_eq!(ReminderSteps([0].into()).newest(0), Some(0));
        assert_eq!(ReminderSteps([0].into()).newest(1), Some(0));
        assert_eq!(ReminderSteps([].into()).newest(40), None);
    }

    #[test]
    fn steps_are_a_list_of_days_and_rubbish_is_none() {
        let read = |text| serde_json::from_str::<ReminderSteps>(text);
        assert_eq!(read("[14, -3, 3, 3, 30]").unwrap(), ReminderSteps::default());
        for rubbish in ["", "{}", "[1.5]", "[\"3\"]", "[40000]", "3", "null"] {
            assert!(read(rubbish).is_err(), "{rubbish}");
        }
    }
}
