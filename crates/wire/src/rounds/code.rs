//! What stands on the label of a point.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::join::CODE_ALPHABET;

/// Letters of a code; 30^8 is 39 bits, so that nobody guesses one of a point they have not seen.
const LENGTH: usize = 8;
/// What stands before the code in a QR. It is no address: a stranger who scans it learns that this is a label.
const MARK: &str = "LINLI-POINT";

/// The code of a point, in its one spelling. It says nothing by itself and opens nothing: only a device of the
/// office, which has the plans already, finds a point by it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct PointCode(String);

impl PointCode {
    /// Reads a code as it was typed, or as it stands in a QR. Spaces, dashes and lower case are forgiven;
    /// letters outside the alphabet are not guessed at.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let typed = match text.get(..MARK.len()) {
            Some(mark) if mark.eq_ignore_ascii_case(MARK) => text.get(MARK.len()..)?,
            _ => text,
        };
        let mut code = String::with_capacity(LENGTH);
        for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '·')) {
            let c = c.to_ascii_uppercase();
            let known = u8::try_from(c).is_ok_and(|byte| CODE_ALPHABET.contains(&byte));
            if !known || code.len() == LENGTH {
                return None;
            }
            code.push(c);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// A code from random bytes; those beyond the last full turn of the alphabet are skipped, so that every
    /// letter is equally likely. None if bytes ran out: 32 practically never do.
    pub fn from_random(random: &[u8]) -> Option<Self> {
        let letters = random.iter().filter(|byte| **byte < 240);
        let code: String = letters
            .filter_map(|byte| CODE_ALPHABET.get(usize::from(*byte % 30)))
            .take(LENGTH)
            .map(|byte| char::from(*byte))
            .collect();
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// The code without dashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What its QR says.
    pub fn qr_text(&self) -> String {
        format!("{MARK} {}", self.0)
    }

    /// Reads what a QR says; a code without the mark is another label.
    pub fn read_qr(text: &str) -> Option<Self> {
        text.trim().starts_with(MARK).then(|| Self::read(text)).flatten()
    }
}

impl fmt::Display for PointCode {
    /// In groups of four, for typing: `K7QP-3MXR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for PointCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PointCode(…)")
    }
}

impl TryFrom<String> for PointCode {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or("not the code of a point")
    }
}

impl From<PointCode> for String {
    fn from(code: PointCode) -> Self {
        code.0
    }
}
