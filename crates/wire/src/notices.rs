//! Notices: what the office tells its residents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Language, Timestamp,
    attachments::Attachment,
    community::Role,
    id::{BuildingId, NoticeId, PersonId, TemplateId, UnitId},
    markdown::Block,
};

/// Longest title, in characters.
pub const MAX_TITLE: usize = 200;
/// Longest body in one language, in characters.
pub const MAX_BODY: usize = 40_000;
/// Most files on one notice.
pub const MAX_ATTACHMENTS: usize = 20;

/// A notice as it travels to everyone who may see it. Drafts travel to the office only.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// The notice.
    pub id: NoticeId,
    /// Raised by one with every change; a save names the version it was made from.
    pub version: u64,
    /// Who wrote it.
    pub author: Author,
    /// Where it stands.
    pub state: NoticeState,
    /// What it says and to whom.
    pub content: NoticeContent,
}

/// Who signs a notice.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    /// The person.
    pub id: PersonId,
    /// Their name when they wrote it.
    pub name: String,
    /// Their role when they wrote it.
    pub role: Role,
}

/// What the office writes.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeContent {
    /// Title and body by language; at least one language.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, NoticeText>))]
    pub texts: BTreeMap<Language, NoticeText>,
    /// Key of a category of the community.
    pub category: String,
    /// Who may see it.
    pub audience: Audience,
    /// Comes first, and is always notified.
    #[serde(default)]
    pub emergency: bool,
    /// Stays above the newer ones.
    #[serde(default)]
    pub pinned: bool,
    /// After this it leaves the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Pictures and documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A notice in one language.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeText {
    /// One line.
    pub title: String,
    /// Markdown; a picture of the notice is `![what it shows](attachment:<id>)`.
    pub body: String,
}

/// Who may see a notice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Audience {
    /// Everyone in the community.
    Community,
    /// Everyone in these buildings.
    Buildings {
        /// At least one.
        buildings: Vec<BuildingId>,
    },
    /// The households of these units.
    Units {
        /// At least one.
        units: Vec<UnitId>,
    },
    /// Everyone with this role.
    Role {
        /// The role.
        role: Role,
    },
}

/// Where a notice stands. Expiry is not a state: it follows from `expires_at` and the clock.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum NoticeState {
    /// Only the office sees it.
    Draft,
    /// The server publishes it at this time.
    Scheduled {
        /// When.
        publish_at: Timestamp,
    },
    /// Its audience sees it.
    Published {
        /// When it first was.
        published_at: Timestamp,
        /// When it was last changed after that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed_at: Option<Timestamp>,
    },
    /// It was taken back.
    Withdrawn {
        /// When it had been published.
        published_at: Timestamp,
        /// When it was taken back.
        withdrawn_at: Timestamp,
    },
}

impl NoticeState {
    /// When its audience first saw it, if it ever did.
    pub const fn published_at(&self) -> Option<Timestamp> {
        match self {
            Self::Published { published_at, .. } | Self::Withdrawn { published_at, .. } => {
                Some(*published_at)
            }
            Self::Draft | Self::Scheduled { .. } => None,
        }
    }
}

/// What to do with a notice when it is saved.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "then", rename_all = "snake_case")]
pub enum Publish {
    /// Leave it as it is: a draft stays a draft, a published notice shows the change.
    Keep,
    /// Publish it with this save.
    Now,
    /// Publish it at this time.
    At {
        /// When; a time that has passed means now.
        publish_at: Timestamp,
    },
}

/// A read mark, an entity of the person's scope under the notice's id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadMark {
    /// The notice.
    pub notice_id: NoticeId,
    /// The earliest reading that the server knows of.
    pub read_at: Timestamp,
}

/// A template of the office, an entity of the staff scope.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeTemplate {
    /// The template.
    pub id: TemplateId,
    /// Its name in the list.
    pub name: String,
    /// What a new notice starts from; dates and attachments are not taken over.
    pub content: NoticeContent,
    /// Raised by one with every change.
    #[serde(default)]
    pub version: u64,
}

/// `GET /v1/notices/{id}/readers`: who has read it, by building. Only counts leave the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeReaders {
    /// One row a building that has readers in the audience; staff without a building come last.
    pub buildings: Vec<BuildingReaders>,
}

/// Readers of a notice in one building.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingReaders {
    /// The building; none for people without one.
    pub building_id: Option<BuildingId>,
    /// People who have joined and may see it.
    pub people: u32,
    /// Of those, who have opened it.
    pub read: u32,
}

/// How many an audience reaches, as the office's device knows it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AudienceCount {
    /// People who may see the notice.
    pub people: u32,
    /// Of those, who have joined with a device.
    pub joined: u32,
    /// Homes in which they live.
    pub homes: u32,
}

// What the face asks of the core.

/// Which notices to list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct NoticesQuery {
    /// Only this category.
    pub category: Option<String>,
    /// Only what is not read yet.
    pub unread_only: bool,
    /// Words to find, in any language.
    pub search: String,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the list: emergencies first, then pinned, then newest.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticesPage {
    /// The rows.
    pub rows: Vec<NoticeRow>,
    /// How many there are in all under this filter.
    pub total: u32,
    /// Unread in all, without filter.
    pub unread: u32,
    /// Unread and total by category key, without filter.
    pub categories: BTreeMap<String, CategoryCount>,
    /// When the cache last was level with the server; none before the first time.
    pub updated_at: Option<Timestamp>,
}

/// Counts of a category.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryCount {
    /// Notices.
    pub total: u32,
    /// Unread ones.
    pub unread: u32,
}

/// A notice in a list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeRow {
    /// The notice.
    pub id: NoticeId,
    /// Title in the language of the face, else in one it has.
    pub title: String,
    /// The title with what was searched for marked; empty without a search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub title_pieces: Vec<Piece>,
    /// The language of `title` and `excerpt`.
    pub language: Language,
    /// The beginning of the text, or the words around the first hit of a search.
    pub excerpt: Vec<Piece>,
    /// Category key.
    pub category: String,
    /// Comes first.
    pub emergency: bool,
    /// Stays above.
    pub pinned: bool,
    /// Not opened yet on any device of this person.
    pub unread: bool,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it was changed since.
    pub changed_at: Option<Timestamp>,
    /// Who signed it.
    pub author: String,
    /// Whether a picture belongs to it.
    pub has_picture: bool,
}

/// A piece of an excerpt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was searched for.
    pub hit: bool,
}

/// Which notice to show, and in which language; none means the face's.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeGet {
    /// The notice.
    pub id: NoticeId,
    /// A language other than the face's.
    pub language: Option<Language>,
}

/// A notice opened.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeView {
    /// What the list shows of it.
    pub row: NoticeRow,
    /// Whom it is for.
    pub audience: Audience,
    /// Codes of the buildings or units in `audience`, as far as this device knows them.
    pub audience_names: Vec<String>,
    /// Its text.
    pub blocks: Vec<Block>,
    /// All languages it exists in.
    pub languages: Vec<Language>,
    /// Files that are not pictures within the text.
    pub attachments: Vec<Attachment>,
    /// When it leaves the list.
    pub expires_at: Option<Timestamp>,
    /// Plain text, for reading aloud.
    pub plain: String,
}

// The office's side.

/// Which notices of the office to list.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfficeFilter {
    /// Everything, newest change first.
    #[default]
    All,
    /// Drafts, on the server or only here.
    Drafts,
    /// Waiting for their time.
    Scheduled,
    /// Published and neither withdrawn nor expired.
    Published,
    /// Withdrawn or expired.
    Past,
}

/// Ask for the office's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct OfficeNoticesQuery {
    /// Which.
    pub filter: OfficeFilter,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the office's list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeNoticesPage {
    /// The rows.
    pub rows: Vec<OfficeNoticeRow>,
    /// How many there are in all under this filter.
    pub total: u32,
}

/// A notice in the office's list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeNoticeRow {
    /// The notice.
    pub id: NoticeId,
    /// Title.
    pub title: String,
    /// Where it stands on the server; `Draft` for what exists only here.
    pub state: NoticeState,
    /// Category key.
    pub category: String,
    /// Emergency.
    pub emergency: bool,
    /// Pinned.
    pub pinned: bool,
    /// Languages it exists in.
    pub languages: Vec<Language>,
    /// Who wrote it.
    pub author: String,
    /// Typed here and not saved to the server.
    pub has_local_changes: bool,
    /// A save that waits or failed.
    pub pending: Option<crate::outbox::Pending>,
    /// Whether it has left the list by its expiry.
    pub expired: bool,
}

/// A notice opened for editing: the local copy if there is one, else the server's.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeNotice {
    /// The notice.
    pub id: NoticeId,
    /// What stands in the editor.
    pub content: NoticeContent,
    /// Where it stands on the server; `Draft` for what exists only here.
    pub state: NoticeState,
    /// The version that `content` was made from; 0 for what exists only here.
    pub base_version: u64,
    /// Whether `content` differs from the server's.
    pub has_local_changes: bool,
    /// The server's version, if somebody else saved it since `base_version`.
    pub theirs: Option<Box<Notice>>,
    /// A save that waits or failed.
    pub pending: Option<crate::outbox::Pending>,
}

/// Keep what stands in the editor on this device: called while typing.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeepDraft {
    /// The notice; a new one gets its id from `office.new_notice`.
    pub id: NoticeId,
    /// The version the editing began from.
    pub base_version: u64,
    /// What stands in the editor; it need not be valid yet.
    pub content: NoticeContent,
}

/// Save a notice to the server through the outbox.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveNotice {
    /// The notice.
    pub id: NoticeId,
    /// The version the editing began from; 0 for a new one.
    pub base_version: u64,
    /// What to save.
    pub content: NoticeContent,
    /// And then.
    pub publish: Publish,
}
