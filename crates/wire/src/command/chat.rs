//! What the face says about chat.

use serde::{Deserialize, Serialize};

use crate::id::{MessageId, PersonId, RoomId};

/// A room.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoomKey {
    /// Its id.
    pub id: RoomId,
}

/// A message.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageKey {
    /// Its id.
    pub id: MessageId,
}

/// A neighbour.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeighbourKey {
    /// Their id.
    pub id: PersonId,
}
