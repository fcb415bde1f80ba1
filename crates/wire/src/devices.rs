//! A person's devices: list, add another, revoke.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, id::DeviceId};

/// A device that a person has joined with. It stands in the person's scope, so all their devices see it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What the person sees, such as `Linux · laptop`.
    pub name: String,
    /// When it joined.
    pub joined_at: Timestamp,
}

/// A fresh code with which one more device of the same person can join, valid for ten minutes.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceLink {
    /// The link as text; the face draws the QR from `qr_svg`.
    pub link: String,
    /// The code to type.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}
