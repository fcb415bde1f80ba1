//! What the face says about notices and files.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AttachmentId, NoticeId, TemplateId},
    markdown::Block,
    notices::{NoticeContent, NoticeTemplate},
};

/// A notice.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeKey {
    /// Its id.
    pub id: NoticeId,
}

/// Notices.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeKeys {
    /// Their ids; empty means all.
    pub ids: Vec<NoticeId>,
}

/// A new notice.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewNotice {
    /// To start from.
    pub template: Option<TemplateId>,
}

/// A text as a tree.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blocks {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Whether HTML stood in the text: its words are shown, its marks are not.
    #[serde(default)]
    pub html: bool,
}

/// Templates.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Templates {
    /// By name.
    pub templates: Vec<NoticeTemplate>,
}

/// Save a template; none makes a new one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveTemplate {
    /// Which.
    pub id: Option<TemplateId>,
    /// Its name.
    pub name: String,
    /// Its content.
    pub content: NoticeContent,
}

/// A template.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateKey {
    /// Its id.
    pub id: TemplateId,
}

/// A file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachmentKey {
    /// Its id.
    pub id: AttachmentId,
}
