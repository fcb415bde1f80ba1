//! Ids that follow from the office's own codes.

use linli_wire::id::{
    AttachmentId, BuildingId, CommonAreaId, CommunityId, FeeId, HouseholdId, MessageId, NoticeId, PersonId,
    RepairCategoryId, RoundPlanId, RoundPointId, UnitId,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::folder::UnitCode;

/// An id of length-prefixed parts, so that no two lists of parts run together.
fn derive(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new_with_prefix(b"linli import v1");
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    crate::derived::id(hash)
}

/// A community's id, from its key.
pub fn community(key: &str) -> CommunityId {
    CommunityId(derive(&[b"community", key.as_bytes()]))
}

/// A building's id, from its code.
pub fn building(community: CommunityId, code: &str) -> BuildingId {
    BuildingId(derive(&[community.0.as_bytes(), b"building", code.as_bytes()]))
}

/// A unit's id, from its building's code and its own.
pub fn unit(community: CommunityId, unit: &UnitCode) -> UnitId {
    UnitId(derive(&[community.0.as_bytes(), b"unit", unit.building.as_bytes(), unit.code.as_bytes()]))
}

/// A household's id, from its code.
pub fn household(community: CommunityId, code: &str) -> HouseholdId {
    HouseholdId(derive(&[community.0.as_bytes(), b"household", code.as_bytes()]))
}

/// A person's id, from their code.
pub fn person(community: CommunityId, code: &str) -> PersonId {
    PersonId(derive(&[community.0.as_bytes(), b"person", code.as_bytes()]))
}

/// A message's id, from its code.
pub fn message(community: CommunityId, code: &str) -> MessageId {
    MessageId(derive(&[community.0.as_bytes(), b"message", code.as_bytes()]))
}

/// A kind of repair's id, from its code.
pub fn repair_category(community: CommunityId, code: &str) -> RepairCategoryId {
    RepairCategoryId(derive(&[community.0.as_bytes(), b"repair category", code.as_bytes()]))
}

/// A common area's id, from its code.
pub fn common_area(community: CommunityId, code: &str) -> CommonAreaId {
    CommonAreaId(derive(&[community.0.as_bytes(), b"common area", code.as_bytes()]))
}

/// A plan's id, from its code.
pub fn round_plan(community: CommunityId, code: &str) -> RoundPlanId {
    RoundPlanId(derive(&[community.0.as_bytes(), b"round plan", code.as_bytes()]))
}

/// A point's id, from its plan and its code.
pub fn round_point(plan: RoundPlanId, code: &str) -> RoundPointId {
    RoundPointId(derive(&[plan.0.as_bytes(), b"round point", code.as_bytes()]))
}

/// A notice's id, from its file's name.
pub fn notice(community: CommunityId, slug: &str) -> NoticeId {
    NoticeId(derive(&[community.0.as_bytes(), b"notice", slug.as_bytes()]))
}

/// A file's id, from its content: a picture that was redrawn is another file.
pub fn attachment(community: CommunityId, content: &[u8]) -> AttachmentId {
    AttachmentId(derive(&[community.0.as_bytes(), b"attachment", content]))
}

/// A fee's id, from its code.
pub fn fee(community: CommunityId, code: &str) -> FeeId {
    FeeId(derive(&[community.0.as_bytes(), b"fee", code.as_bytes()]))
}

/// The id of something that was spent, from its code.
pub fn spent(community: CommunityId, code: &str) -> Uuid {
    derive(&[community.0.as_bytes(), b"spent", code.as_bytes()])
}
