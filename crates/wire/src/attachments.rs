//! Files: pictures and documents.

use serde::{Deserialize, Serialize};

use crate::id::AttachmentId;

/// Largest file that is taken, in bytes (security.md §2.8).
pub const MAX_FILE_BYTES: u64 = 12 * 1024 * 1024;
/// Largest picture that is decoded, in pixels.
pub const MAX_PIXELS: u64 = 40_000_000;
/// Longest edge a picture is stored with, in pixels.
pub const MAX_EDGE: u32 = 2048;

/// A file as it stands on a notice.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// The file; its bytes are at `/v1/attachments/{id}`.
    pub id: AttachmentId,
    /// Name to show and to save under, without folders.
    pub name: String,
    /// Media type, from the bytes and not from the name.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Width and height in pixels; pictures only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<(u32, u32)>,
}

impl Attachment {
    /// Whether it is shown as a picture.
    pub const fn is_picture(&self) -> bool {
        self.pixels.is_some()
    }
}

/// A file chosen in the face and handed to the core.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// Its bytes as standard base64.
    pub base64: String,
}

/// Bytes of a file, for the face to show.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileBytes {
    /// Media type.
    pub media_type: String,
    /// Standard base64.
    pub base64: String,
}
