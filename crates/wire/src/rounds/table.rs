//! How a round moves: the server enforces it, the core anticipates by it.

use super::RoundState;

/// What moves a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoundEvent {
    /// The last point was inspected, and all of them in time. It may have come in later: somebody was in a
    /// cellar.
    WalkedInTime,
    /// The last point was inspected, and one of them too late.
    WalkedLate,
    /// Its time was up.
    TimeUp,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct RoundTransition {
    /// Where it stands.
    pub from: RoundState,
    /// What happens.
    pub event: RoundEvent,
    /// Where it stands then.
    pub to: RoundState,
}

const fn row(from: RoundState, event: RoundEvent, to: RoundState) -> RoundTransition {
    RoundTransition { from, event, to }
}

/// All that moves a round; nothing leads out of [`RoundState::Done`].
pub const ROUND_TRANSITIONS: &[RoundTransition] = &[
    row(RoundState::Open, RoundEvent::WalkedInTime, RoundState::Done),
    row(RoundState::Open, RoundEvent::WalkedLate, RoundState::Missed),
    row(RoundState::Open, RoundEvent::TimeUp, RoundState::Missed),
    row(RoundState::Missed, RoundEvent::WalkedInTime, RoundState::Done),
];

/// Where an event leads; what the table does not name stays where it is.
pub fn next_round(from: RoundState, event: RoundEvent) -> RoundState {
    let row = ROUND_TRANSITIONS.iter().find(|row| row.from == from && row.event == event);
    row.map_or(from, |row| row.to)
}
