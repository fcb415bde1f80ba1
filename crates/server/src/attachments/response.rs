//! How a file leaves the server: as a download in which nothing can run.

use std::{
    fs::File,
    io::{self, Read as _},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use linli_wire::attachments::Attachment;

/// Bytes of a file that are read ahead of the one who takes them.
const PIECE: usize = 64 * 1024;

/// The bytes of a file, read piece by piece as they are taken: a hundred slow readers of a large file
/// hold a hundred pieces in memory, not a hundred files.
pub fn pieces(file: File) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(file, |mut file| async {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = BytesMut::zeroed(PIECE);
            let length = file.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, io::Error>((piece.freeze(), file))
        });
        let (piece, file) = read.await.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
        Ok(if piece.is_empty() { None } else { Some((piece, file)) })
    })
}

/// The headers of `GET /v1/attachments/{id}`.
///
/// The media type comes from the bytes and must not be guessed anew; a file that a browser is led to
/// is saved, not opened, and if it is opened all the same, it may neither run nor load anything.
pub fn headers(attachment: &Attachment) -> [(&'static str, String); 6] {
    [
        ("content-type", attachment.media_type.clone()),
        ("content-disposition", disposition(&attachment.name)),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
        ("cache-control", "private, no-store".to_owned()),
    ]
}

/// `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266, RFC 5987).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~') {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_of_any_language_are_kept_and_quotes_cannot_break_out() {
        assert_eq!(
            disposition("停水 \"1\".pdf"),
            "attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E5%81%9C%E6%B0%B4%20%221%22.pdf"
        );
    }
}
