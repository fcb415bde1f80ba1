//! Text that spreadsheets and banks save: which encoding it is in, and on which line a row stands.
//!
//! The encoding is told by the bytes, since such files do not say it. Text that is valid UTF-8 by chance is not GBK in
//! practice, because GBK's double bytes break UTF-8's rules.

use std::borrow::Cow;

/// The text of bytes in UTF-8, with or without a byte order mark, or in GBK.
pub(crate) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (!text.contains('\0')).then_some(Cow::Borrowed(text));
    }
    // GB18030 is GBK's superset, and what Windows writes for characters beyond it.
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    // Latin-1 text decodes as rare ideographs in the private use area or as control characters.
    let plausible = text.chars().all(|c| !matches!(c, '\u{E000}'..='\u{F8FF}' | '\0' | '\u{80}'..='\u{9F}'));
    plausible.then_some(text)
}

/// The text of bytes in UTF-8, in UTF-16 with a byte order mark, in GBK, or in Windows-1252.
///
/// GBK writes a character of the language as two bytes above 0xA0 each, and text of Western Europe has its few letters
/// beyond ASCII one at a time, between ASCII letters: whatever is more frequent decides.
pub(crate) fn decode_western_too(bytes: &[u8]) -> Option<Cow<'_, str>> {
    for (mark, encoding) in [(b"\xFF\xFE", encoding_rs::UTF_16LE), (b"\xFE\xFF", encoding_rs::UTF_16BE)] {
        if let Some(bytes) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
            return (!text.contains('\0')).then_some(text);
        }
    }
    if std::str::from_utf8(bytes).is_ok() || is_double(bytes) {
        return decode(bytes);
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    (!text.chars().any(|c| matches!(c, '\0' | '\u{80}'..='\u{9F}'))).then_some(text)
}

/// Whether bytes above ASCII come in pairs, as the more frequent characters and the signs of GBK, more often than alone.
fn is_double(bytes: &[u8]) -> bool {
    let (mut pairs, mut alone) = (0_usize, 0_usize);
    let mut bytes = bytes.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte < 0x80 {
            continue;
        }
        if bytes.next_if(|next| *next > 0xA0).is_none() {
            alone += 1;
        } else if byte <= 0xD7 {
            // Rarer characters begin above, where small Western letters stand, of which “Größe” has two in a row.
            pairs += 1;
        }
    }
    pairs > alone
}

/// Counts lines: the reader counts the blank ones before a record as part of it.
pub(crate) struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Counts from the beginning of a text.
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line that was counted last, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The line on which a record begins; records come in their order.
    pub(crate) fn of_record(&mut self, record: &csv::StringRecord) -> u64 {
        let start =
            record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.at);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let end = start + rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let passed = self.text.as_bytes().get(self.at..end).unwrap_or_default();
        self.line += u64::try_from(passed.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
        self.at = end.max(self.at);
        self.line
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{decode, decode_western_too};

    #[test]
    fn encodings_are_told_by_the_bytes() {
        assert_eq!(decode("\u{FEFF}王梅".as_bytes()).unwrap(), "王梅");
        let (gbk, _, lossless) = encoding_rs::GBK.encode("code,name\n1,王秀英\n");
        assert!(!lossless);
        assert_eq!(decode(&gbk).unwrap(), "code,name\n1,王秀英\n");
        assert_eq!(decode(&gbk[..gbk.len() - 2]), None, "cut within a character");
        assert_eq!(decode(b"\xFF\xFE1\x002\x00"), None, "UTF-16");
    }

    #[test]
    fn western_text_and_chinese_text_are_told_apart() {
        let german = "Buchungstag;Begünstigter;Betrag\n30.11.2026;Jörg Müßig, Größe 5 €;12,00\n";
        let chinese = "交易日期,对方户名,金额\n2026-11-30,王秀英,12.00\n";
        let english = "Date,Name,Amount\n2026-11-30,王梅,12.00\n";
        let (western, _, lossy) = encoding_rs::WINDOWS_1252.encode(german);
        assert!(!lossy);
        assert_eq!(decode_western_too(&western).unwrap(), german);
        for text in [chinese, english] {
            let (double, _, lossy) = encoding_rs::GB18030.encode(text);
            assert!(!lossy);
            assert_eq!(decode_western_too(&double).unwrap(), text);
        }
        for text in [german, chinese] {
            assert_eq!(decode_western_too(text.as_bytes()).unwrap(), text);
            let units = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
            let little = [b"\xFF\xFE".to_vec(), units(u16::to_le_bytes)].concat();
            assert_eq!(decode_western_too(&little).unwrap(), text);
            assert_eq!(decode_western_too(&little[..little.len() - 1]), None, "cut within a character");
            let big = [b"\xFE\xFF".to_vec(), units(u16::to_be_bytes)].concat();
            assert_eq!(decode_western_too(&big).unwrap(), text);
        }
        assert_eq!(decode_western_too(b"a\0b"), None);
        assert_eq!(decode_western_too(b"a\x81b"), None, "no letter of Windows-1252");
    }
}
