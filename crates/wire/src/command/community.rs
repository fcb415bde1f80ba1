//! People and places, as the office sees them.

use serde::{Deserialize, Serialize};

use crate::{
    community::{Building, Person, Unit},
    id::PersonId,
    join::InvitationStatus,
};

/// Buildings and units.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommunityMapView {
    /// By code.
    pub buildings: Vec<Building>,
    /// By building and code; the office only.
    pub units: Vec<Unit>,
}

/// People to list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PeopleQuery {
    /// A part of a name, code or unit.
    pub search: String,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the people.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeoplePage {
    /// The rows.
    pub rows: Vec<PersonRow>,
    /// How many there are in all under this search.
    pub total: u32,
}

/// A person in the office's list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// Units such as `3-1201`.
    pub home: Vec<String>,
    /// Their newest invitation.
    pub invitation: Option<InvitationStatus>,
}

/// A person.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonKey {
    /// Their id.
    pub id: PersonId,
}
