//! My devices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    devices::{Device, DeviceLink},
    id::DeviceId,
    join::Qr,
    outbox::Pending,
};

/// Devices.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DevicesView {
    /// Oldest first.
    pub devices: Vec<Device>,
    /// The one in the person's hand.
    pub this: Option<DeviceId>,
    /// Renames that wait or got stuck.
    pub pending: BTreeMap<DeviceId, Pending>,
}

/// A code for one more device, with its QR.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceLinkView {
    /// The code.
    pub link: DeviceLink,
    /// The address to type beside it.
    pub server: String,
    /// The link as QR.
    pub qr: Qr,
}

/// A device.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceKey {
    /// Its id.
    pub id: DeviceId,
}

/// A new name for a device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenameDevice {
    /// The device.
    pub id: DeviceId,
    /// 1 to 60 characters.
    pub name: String,
}
