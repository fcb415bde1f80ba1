//! The frame around the pages, and Home.

use serde::{Deserialize, Serialize};

use super::Keeping;
use crate::{
    Localized, Timestamp, WireError,
    community::{Community, Household, Person},
    devices::Device,
    id::{AccountId, AttachmentId},
    notices::NoticeRow,
    outbox::{OutboxCounts, Pending},
    settings::Settings,
};

/// The frame around the pages.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppView {
    /// Which screen comes before all others.
    pub stage: Stage,
    /// Settings of this device.
    pub settings: Settings,
    /// Whether the person has chosen settings, or they are still the system's.
    pub settings_chosen: bool,
    /// Communities joined on this device.
    pub accounts: Vec<AccountCard>,
    /// The person in the current community.
    pub me: Option<Me>,
    /// The network.
    pub connection: Connection,
    /// Why the cache takes nothing in just now, such as `storage_full`: what is here can be read, nothing new
    /// arrives and nothing is sent. It is tried again by itself; [`super::SyncNow`] tries at once.
    #[serde(default)]
    pub trouble: Option<WireError>,
    /// What waits.
    pub outbox: OutboxCounts,
    /// Things a person wrote that are kept of memberships that the server ended: see [`super::OutboxKept`].
    #[serde(default)]
    pub kept: u32,
    /// Unread notices.
    pub unread_notices: u32,
    /// Unread messages in rooms of which the person is told.
    #[serde(default)]
    pub unread_messages: u32,
    /// How the cache is kept.
    pub keeping: Option<Keeping>,
    /// People of the demo to step in as; empty elsewhere.
    pub demo: Vec<DemoPerson>,
    /// A link that the system opened the app with, to be confirmed by the person.
    pub opened_link: Option<String>,
    /// Version of the app.
    pub version: String,
}

/// Which screen comes before all others.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// The cache is being opened.
    Opening,
    /// The cache cannot be opened.
    Locked {
        /// Why: one of the `key_store_*` codes, `passphrase_wrong`, `storage_full`, `database_*`.
        trouble: WireError,
        /// Whether a passphrase can open it.
        passphrase: bool,
        /// Writes in it that were not sent yet, as far as is known.
        unsent: Option<u32>,
    },
    /// No key store, and nothing kept yet: the person chooses.
    ChooseKeeping {
        /// Why there is none.
        trouble: WireError,
    },
    /// No community joined yet.
    Welcome,
    /// The current community ended this device's membership: what it kept is deleted.
    SignedOut {
        /// `signed_out` or `device_revoked`.
        trouble: WireError,
    },
    /// In a community.
    Ready,
}

/// A community joined on this device.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountCard {
    /// Key of its cache.
    pub id: AccountId,
    /// Address of its server.
    pub server: String,
    /// Name of the community, if it is known already.
    pub community: Option<Localized>,
    /// Name of the person there.
    pub name: String,
    /// Whether it is the one shown.
    pub current: bool,
    /// Unread notices there.
    pub unread: u32,
}

/// An account of this device.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountKey {
    /// Its id.
    pub id: AccountId,
}

/// The person in the current community.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The person.
    pub person: Person,
    /// The community.
    pub community: Community,
    /// Their household.
    pub household: Option<Household>,
    /// The photo of themselves, with what waits in the outbox.
    #[serde(default)]
    pub photo: OwnPhoto,
}

/// The photo that the person chose of themselves.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct OwnPhoto {
    /// The photo; none where there is none, or where it was taken away.
    pub id: Option<AttachmentId>,
    /// The write of it that waits or failed.
    pub pending: Option<Pending>,
}

/// The network, as the person needs to know it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connection {
    /// Whether the server answers.
    pub state: ConnectionState,
    /// When the cache last was level with the server.
    pub updated_at: Option<Timestamp>,
}

/// Whether the server answers.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Not known yet.
    Connecting,
    /// It does.
    Online,
    /// It does not; everything received can be read, everything written waits.
    Offline,
}

/// A person of the demo community.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DemoPerson {
    /// Stable key, such as `wang-mei`.
    pub key: String,
    /// Name and what they do, by language.
    pub name: Localized,
    /// What they do, by language.
    pub about: Localized,
    /// Settings that suit them.
    pub settings: Settings,
    /// Their invitation.
    pub link: String,
}

/// Home.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HomeView {
    /// Emergencies that have not expired.
    pub emergencies: Vec<NoticeRow>,
    /// The newest unread notices, at most five.
    pub unread: Vec<NoticeRow>,
    /// How many are unread.
    pub unread_total: u32,
    /// The newest notices, at most five, for when nothing is unread.
    pub newest: Vec<NoticeRow>,
    /// Devices that were added to the person's since they last looked, other than the one in their hand.
    #[serde(default)]
    pub new_devices: Vec<Device>,
    /// For the office: rounds that are due and have points left.
    #[serde(default)]
    pub rounds_due: u32,
}
