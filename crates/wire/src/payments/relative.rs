//! People of other households whom a household lets see and pay its bills, typically a daughter in another flat.
//!
//! Somebody of the household makes a code; whoever types it in and confirms sees what the household owes and has paid, and
//! may pay it with money of their own. What is kept for the household is not theirs to use, nor do they decide what is
//! paid by itself. Either side ends it at any time.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    id::{HouseholdId, PersonId, RelativeId},
    join::JoinCode,
};

/// Somebody whom a household lets see and pay its bills, or did; an entity of the household's scope and of theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relative {
    /// The arrangement.
    pub id: RelativeId,
    /// Raised by one with every change.
    pub version: u64,
    /// Whose bills.
    pub household_id: HouseholdId,
    /// The name by which neighbours know the member who let them.
    pub household: String,
    /// Who may pay.
    pub person_id: PersonId,
    /// Their full name: a household knows who sees what it owes.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
    /// When it ended; none while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The full name of who ended it; none where it ended because somebody moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

/// A code that lets one person in, shown once: the answer to `POST /v1/households/{id}/relative-code`. The maker's
/// earlier code that nobody used ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelativeCode {
    /// The code to type, in groups of four.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Ask whose household a code is of, before confirming: `POST /v1/relatives/look`. It uses nothing up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookAtRelativeCode {
    /// The code.
    pub code: JoinCode,
}

/// What is told of a household before somebody confirms.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelativeOffer {
    /// The name by which neighbours know the member who made the code; no more.
    pub household: String,
}

/// Pay for a household from now on: `POST /v1/relatives`. The same again is answered the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeginRelative {
    /// The arrangement, named by the device.
    pub id: RelativeId,
    /// The code.
    pub code: JoinCode,
}
