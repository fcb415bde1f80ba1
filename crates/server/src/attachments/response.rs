//! How a file leaves the server: as a download in which nothing can run.

use linli_wire::attachments::Attachment;

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
