//! Typed ids: a notice's id cannot be handed over where a person's is wanted.
//!
//! An id is a UUIDv7 made by whoever creates the thing, and is no secret (ASVS 11.5.1).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl $name {
            /// An id from the time of its making (UTC milliseconds) and ten random bytes.
            pub fn new(at: crate::Timestamp, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                uuid_schema()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// A housing community.
    CommunityId;
    /// A building of a community.
    BuildingId;
    /// A flat or another unit of a building.
    UnitId;
    /// The people who share a door and a bill.
    HouseholdId;
    /// One person in one community.
    PersonId;
    /// One installation of the app that a person has joined with.
    DeviceId;
    /// An invitation that the office issued.
    InvitationId;
    /// A notice.
    NoticeId;
    /// A notice template of the office.
    TemplateId;
    /// A repair.
    RepairId;
    /// An event of a repair's timeline.
    RepairEventId;
    /// A note of the office on a repair.
    RepairNoteId;
    /// A kind of repair.
    RepairCategoryId;
    /// A common area.
    CommonAreaId;
    /// A plan of rounds.
    RoundPlanId;
    /// A round.
    RoundId;
    /// A point of a round.
    RoundPointId;
    /// A fee that the community charges.
    FeeId;
    /// A run that makes the bills of a month.
    BillRunId;
    /// A bill to a household.
    BillId;
    /// A credit note on a bill.
    CreditId;
    /// Money that goes back to a household.
    RefundId;
    /// Somebody whom a household lets pay its bills.
    RelativeId;
    /// A payment of a household.
    PaymentId;
    /// A movement on the community's account at its bank.
    BankMovementId;
    /// A room of the neighbour chat.
    RoomId;
    /// A message in a room.
    MessageId;
    /// What a moderator did about a message.
    ModerationId;
    /// An entry of the community's ledger.
    LedgerEntryId;
    /// An account of the community's ledger.
    LedgerAccountId;
    /// A file: a picture or a document.
    AttachmentId;
    /// One queued write; the same id always means the same write.
    OpId;
    /// One membership of this device in a community: the key of its local cache.
    AccountId;
}

fn uuid_v7(at: crate::Timestamp, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at.0).unwrap_or(0), &random).into_uuid()
}

#[cfg(feature = "openapi")]
fn uuid_schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .format(Some(utoipa::openapi::SchemaFormat::Custom("uuid".into())))
        .into()
}
