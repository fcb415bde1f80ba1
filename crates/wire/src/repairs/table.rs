//! The state machine: who may move what from where to where, as one table.

use super::{ActKind, RepairState};
use RepairState::{
    Accepted, Assigned, Disputed, Done, Fixed, Merged, Paused, Quoted, Refused, Reopened, Reported, Unfixed,
    Withdrawn,
};

/// As what somebody stands before a repair; they may be several at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Party {
    /// Who reported it; for a home, everybody of its household.
    Reporter,
    /// Those, and who joined.
    Affected,
    /// A resident who sees its card and is not affected yet.
    Neighbour,
    /// Staff and managers.
    Office,
    /// Whoever of the office it is assigned to.
    Worker,
    /// The server, when a time has come.
    Clock,
}

impl Party {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Reporter, Self::Affected, Self::Neighbour, Self::Office, Self::Worker, Self::Clock];
}

/// Where an act leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// To a state.
    To(RepairState),
    /// Nowhere else.
    Stay,
    /// Back to where it stood before the pause.
    Back,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// What is done.
    pub act: ActKind,
    /// By whom.
    pub who: Party,
    /// In which states.
    pub from: &'static [RepairState],
    /// Where it leads.
    pub to: Next,
}

/// Nobody is on it.
const UNTAKEN: &[RepairState] = &[Reported, Reopened, Disputed];
/// Somebody is named for it.
const TAKEN: &[RepairState] = &[Assigned, Accepted, Paused];
/// The office may still say no, or that it is another one.
const UNBEGUN: &[RepairState] = &[Reported, Assigned, Paused, Reopened, Disputed];
/// The office has it in hand.
const IN_HAND: &[RepairState] = &[Reported, Assigned, Accepted, Paused, Reopened, Disputed];
/// Not done yet.
const UNDONE: &[RepairState] = &[Reported, Assigned, Accepted, Quoted, Paused, Reopened, Disputed];
/// Open.
const OPEN: &[RepairState] = &[Reported, Assigned, Accepted, Quoted, Paused, Done, Reopened, Disputed];
/// There is somebody to talk to.
const SPOKEN_OF: &[RepairState] = &[
    Reported, Assigned, Accepted, Quoted, Paused, Done, Reopened, Disputed, Fixed, Refused, Unfixed, Merged,
];

const fn row(act: ActKind, who: Party, from: &'static [RepairState], to: Next) -> Transition {
    Transition { act, who, from, to }
}

/// Who may move what to where. What stands in no row may not be done.
pub const TRANSITIONS: &[Transition] = &[
    row(ActKind::Assign, Party::Office, UNTAKEN, Next::To(Assigned)),
    row(ActKind::Transfer, Party::Office, TAKEN, Next::To(Assigned)),
    row(ActKind::Accept, Party::Office, UNTAKEN, Next::To(Accepted)),
    row(ActKind::Accept, Party::Worker, &[Assigned], Next::To(Accepted)),
    row(ActKind::Pause, Party::Office, &[Reported, Assigned, Accepted, Reopened, Disputed], Next::To(Paused)),
    row(ActKind::Resume, Party::Office, &[Paused], Next::Back),
    row(ActKind::Resume, Party::Clock, &[Paused], Next::Back),
    row(ActKind::ProposeVisit, Party::Office, TAKEN, Next::Stay),
    row(ActKind::ProposeVisit, Party::Reporter, TAKEN, Next::Stay),
    row(ActKind::AgreeVisit, Party::Office, TAKEN, Next::Stay),
    row(ActKind::AgreeVisit, Party::Reporter, TAKEN, Next::Stay),
    row(ActKind::Quote, Party::Office, &[Accepted], Next::To(Quoted)),
    row(ActKind::TakeQuoteBack, Party::Office, &[Quoted], Next::To(Accepted)),
    row(ActKind::ApproveQuote, Party::Reporter, &[Quoted], Next::To(Accepted)),
    row(ActKind::DeclineQuote, Party::Reporter, &[Quoted], Next::To(Accepted)),
    row(ActKind::UseParts, Party::Office, &[Accepted, Done], Next::Stay),
    row(ActKind::Finish, Party::Office, &[Accepted], Next::To(Done)),
    row(ActKind::Confirm, Party::Reporter, &[Done], Next::To(Fixed)),
    row(ActKind::Confirm, Party::Clock, &[Done], Next::To(Fixed)),
    row(ActKind::Reopen, Party::Affected, &[Done, Fixed], Next::To(Reopened)),
    row(ActKind::Refuse, Party::Office, UNBEGUN, Next::To(Refused)),
    row(ActKind::CloseUnfixed, Party::Office, IN_HAND, Next::To(Unfixed)),
    row(ActKind::Dispute, Party::Affected, &[Refused, Unfixed, Merged], Next::To(Disputed)),
    row(ActKind::Withdraw, Party::Reporter, UNDONE, Next::To(Withdrawn)),
    row(ActKind::Merge, Party::Office, UNBEGUN, Next::To(Merged)),
    row(ActKind::Move, Party::Office, IN_HAND, Next::Stay),
    row(ActKind::Message, Party::Affected, SPOKEN_OF, Next::Stay),
    row(ActKind::Message, Party::Office, SPOKEN_OF, Next::Stay),
    row(ActKind::Rate, Party::Reporter, &[Fixed], Next::Stay),
    row(ActKind::Join, Party::Neighbour, OPEN, Next::Stay),
];

/// Whether somebody who stands there as `who` may do this now.
pub fn may(act: ActKind, who: Party, state: RepairState) -> bool {
    TRANSITIONS.iter().any(|row| row.act == act && row.who == who && row.from.contains(&state))
}

/// Where an act leads from a state; `before` is where the repair stood before it was paused. None where it
/// cannot be done.
pub fn next(act: ActKind, state: RepairState, before: RepairState) -> Option<RepairState> {
    let row = TRANSITIONS.iter().find(|row| row.act == act && row.from.contains(&state))?;
    Some(match row.to {
        Next::To(state) => state,
        Next::Stay => state,
        Next::Back => before,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::repairs::{RepairAct, Urgency};

    #[test]
    fn where_an_act_leads_does_not_depend_on_who_does_it() {
        for one in TRANSITIONS {
            for other in TRANSITIONS.iter().filter(|other| other.act == one.act) {
                if one.from.iter().any(|state| other.from.contains(state)) {
                    assert_eq!(one.to, other.to, "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn every_act_stands_in_the_table_and_every_state_can_be_reached() {
        let acts: BTreeSet<ActKind> = TRANSITIONS.iter().map(|row| row.act).collect();
        assert_eq!(acts, ActKind::KNOWN.into_iter().collect());
        let mut reached = BTreeSet::from([Reported]);
        reached.extend(TRANSITIONS.iter().filter_map(|row| match row.to {
            Next::To(state) => Some(state),
            Next::Stay | Next::Back => None,
        }));
        assert_eq!(reached, RepairState::KNOWN.into_iter().collect());
    }

    #[test]
    fn nothing_that_is_open_is_a_dead_end_and_the_office_cannot_confirm() {
        for state in RepairState::KNOWN.into_iter().filter(|state| state.is_open()) {
            let ways = TRANSITIONS.iter().filter(|row| row.from.contains(&state) && row.to != Next::Stay);
            assert!(ways.count() > 0, "{state:?}");
        }
        for who in [Party::Office, Party::Worker] {
            assert!(!may(ActKind::Confirm, who, Done));
            assert_eq!(next(ActKind::Finish, Accepted, Accepted), Some(Done));
            for state in RepairState::KNOWN {
                let to_fixed = ActKind::KNOWN
                    .into_iter()
                    .filter(|act| may(*act, who, state) && state != Fixed)
                    .filter(|act| next(*act, state, Accepted) == Some(Fixed));
                assert_eq!(to_fixed.count(), 0, "{who:?} closes {state:?} as fixed");
            }
        }
    }

    #[test]
    fn a_pause_ends_where_it_began() {
        assert_eq!(next(ActKind::Resume, Paused, Reopened), Some(Reopened));
        assert_eq!(next(ActKind::Resume, Accepted, Reopened), None);
    }

    #[test]
    fn what_a_newer_server_says_is_read_as_unknown() {
        let read = |text: &str| serde_json::from_str::<RepairState>(text).ok();
        assert_eq!(read("\"inspected\""), Some(RepairState::Unknown));
        assert_eq!(serde_json::from_str::<ActKind>("\"teleport\"").ok(), Some(ActKind::Unknown));
        assert_eq!(serde_json::from_str::<Urgency>("\"someday\"").ok(), Some(Urgency::Normal));
        // An act that is not known is not done.
        assert!(serde_json::from_str::<RepairAct>("{\"act\":\"teleport\"}").is_err());
        for state in RepairState::KNOWN {
            assert_eq!(read(&format!("\"{}\"", state.as_str())), Some(state));
            assert_eq!(RepairState::from_name(state.as_str()), Some(state));
        }
    }
}
