//! What the face says about what is being typed.

use serde::{Deserialize, Serialize};

use crate::typed::{Typed, TypedPlace};

/// Keep what stands in a field; nothing in it forgets what was kept.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeepTyped {
    /// Where.
    pub place: TypedPlace,
    /// What.
    pub typed: Typed,
}
