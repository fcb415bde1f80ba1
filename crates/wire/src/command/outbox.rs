//! What the face says about queued writes.

use serde::{Deserialize, Serialize};

use crate::id::OpId;

/// A queued write.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpKey {
    /// Its id.
    pub id: OpId,
}
