//! Files: pictures and documents.

use serde::{Deserialize, Serialize};

use crate::{id::AttachmentId, text};

/// Largest file that is taken, in bytes (security.md §2.8).
pub const MAX_FILE_BYTES: u64 = 12 * 1024 * 1024;
/// Largest picture that is decoded, in pixels.
pub const MAX_PIXELS: u64 = 40_000_000;
/// Longest edge a picture is stored with, in pixels.
pub const MAX_EDGE: u32 = 2048;

/// A file as it stands on a notice or a repair.
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

/// The media type of a file of one of the kinds that are taken, by its first bytes and never by its name.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some("image/jpeg")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else if bytes.starts_with(b"%PDF-1.") || bytes.starts_with(b"%PDF-2.") {
        Some("application/pdf")
    } else {
        voice(bytes)
    }
}

/// A recorded voice, in what the engines of windows record: Opus in WebM or Ogg, AAC or Opus in MP4. What else such a
/// container can hold is told as sound as well, so that no program opens it as anything else.
fn voice(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        Some("audio/webm")
    } else if bytes.starts_with(b"OggS") {
        Some("audio/ogg")
    } else if bytes.get(4..8) == Some(b"ftyp") {
        Some("audio/mp4")
    } else {
        None
    }
}

/// Whether a media type is that of a recorded voice.
pub fn is_voice(media_type: &str) -> bool {
    media_type.starts_with("audio/")
}

/// The name under which a file of this media type is shown and saved; none when nothing of `typed` is
/// left.
///
/// A name decides which program opens a file, and people read it before they open it. So the ending is
/// that of the media type, whatever was typed; folders, characters that file systems keep for themselves
/// and those that nobody sees are left out; and the names of devices of Windows are no names.
pub fn file_name(typed: &str, media_type: &str) -> Option<String> {
    const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !text::is_unprintable(*c) && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*'))
        .collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = match clean.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => stem.trim_end_matches(['.', ' ']),
        _ => clean,
    };
    let mut stem: String = stem.chars().take(MAX_STEM).collect();
    while stem.len() > MAX_STEM_BYTES {
        stem.pop();
    }
    let stem = text::line(&stem, MAX_STEM).ok()?;
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = first.len() == 4
        && (first.starts_with("COM") || first.starts_with("LPT"))
        && first.ends_with(|c: char| c.is_ascii_digit());
    let mark = if numbered || DEVICES.contains(&first.as_str()) { "_" } else { "" };
    Some(format!("{mark}{stem}.{}", ending(media_type)))
}

/// Longest name before the ending, in characters, and in bytes: file systems take 255 in all.
const MAX_STEM: usize = 80;
const MAX_STEM_BYTES: usize = 200;

/// The ending for a media type.
const fn ending(media_type: &str) -> &'static str {
    match media_type.as_bytes() {
        b"image/jpeg" => "jpg",
        b"image/png" => "png",
        b"image/webp" => "webp",
        b"application/pdf" => "pdf",
        b"audio/webm" => "weba",
        b"audio/ogg" => "oga",
        b"audio/mp4" => "m4a",
        _ => "bin",
    }
}

/// Whether what stands behind the last point is an ending, and no number such as in `Plan 2.1`.
fn is_ending(text: &str) -> bool {
    (1..=10).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
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

#[cfg(test)]
mod tests {
    use super::{file_name, media_type};

    #[test]
    fn the_ending_is_that_of_the_bytes_and_the_name_leads_nowhere() {
        for (typed, expected) in [
            ("停水 通知.pdf", "停水 通知.pdf"),
            ("evil.bat", "evil.pdf"),
            ("x.html", "x.pdf"),
            ("../x/../../etc/passwd", "passwd.pdf"),
            ("C:\\temp\\plan.PDF", "plan.pdf"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.pdf"),
            ("a\u{200B}b\u{2066}.pdf\u{FEFF}", "ab.pdf"),
            ("Plan 2.1", "Plan 2.1.pdf"),
            ("evil.pdf.lnk", "evil.pdf.pdf"),
            ("evil.exe ", "evil.pdf"),
            ("evil.exe.", "evil.pdf"),
            (".bashrc", "bashrc.pdf"),
            ("con.txt", "_con.pdf"),
            ("LPT1", "_LPT1.pdf"),
            ("a\n:b?.pdf", "ab.pdf"),
        ] {
            assert_eq!(file_name(typed, "application/pdf").as_deref(), Some(expected), "{typed:?}");
        }
        for nothing in ["", "..", "/", "\u{202E}", "\u{200B}\u{2066}", " . "] {
            assert_eq!(file_name(nothing, "application/pdf"), None, "{nothing:?}");
        }
        assert_eq!(file_name("a.png", "image/webp").as_deref(), Some("a.webp"));
        assert_eq!(file_name("a.exe", "application/x-msdownload").as_deref(), Some("a.bin"));
        let long = file_name(&"停".repeat(300), "image/jpeg").unwrap_or_default();
        assert!(long.len() < 255 && long.ends_with("停.jpg"), "{long}");
    }

    #[test]
    fn a_kind_is_told_by_the_first_bytes() {
        assert_eq!(media_type(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"\x1A\x45\xDF\xA3\x9F"), Some("audio/webm"));
        assert_eq!(media_type(b"\0\0\0\x1cftypiso5"), Some("audio/mp4"));
        assert_eq!(media_type(b"OggS\0\x02"), Some("audio/ogg"));
        assert_eq!(media_type(b"\0\0\0\x1cfty"), None);
        assert_eq!(media_type(b"MZ"), None);
        assert_eq!(media_type(b"<html>%PDF-1.7"), None);
    }
}
