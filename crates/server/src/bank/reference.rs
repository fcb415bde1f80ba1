//! The reference that a bill or a household is paid under: a creditor reference by ISO 11649.
//!
//! `RF`, two check digits, and up to 21 letters and digits. The check digits follow ISO 7064 mod 97-10, as those of an
//! IBAN: letters count as 10 to 35, the first four characters are put behind the others, and the number that results
//! leaves 1 when it is divided by 97. Every wrong character and every two that changed places are seen; of rubbish, one
//! in 97 passes.
//!
//! Ours are digits alone, so that they can be typed on any keypad, and of one length, so that no reference is the
//! beginning of another one.

use std::fmt;

/// Longest reference, in characters.
pub const MAX: usize = 25;
/// Shortest: `RF`, check digits and one character.
const MIN: usize = 5;
/// Most blanks and hyphens between two characters of a reference: a bank's line of 35 may be filled up with blanks.
const MAX_GAP: usize = 40;

/// A creditor reference whose check digits are right: capital letters and digits in one piece.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Reference(String);

impl Reference {
    /// The reference of a bill, by its number in the community: twelve characters up to ten million bills.
    pub fn of_bill(number: u64) -> Self {
        Self::of_digits(format!("1{number:07}"))
    }

    /// The reference of a household, by its number in the community, for what it pays without a bill.
    pub fn of_household(number: u64) -> Self {
        Self::of_digits(format!("2{number:07}"))
    }

    /// Reads a reference as it was typed: blanks, hyphens, full stops, slashes and lower case are forgiven.
    pub fn read(typed: &str) -> Option<Self> {
        let piece: String = typed.chars().map(plain).filter(|c| !is_gap(*c)).collect();
        let fits = (MIN..=MAX).contains(&piece.len()) && piece.chars().all(is_ours);
        let right = fits && piece.starts_with("RF") && readings(&piece).any(|end| end == piece.len());
        right.then_some(Self(piece))
    }

    /// The reference in one piece.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// At most 21 digits, with what comes before them.
    fn of_digits(body: String) -> Self {
        // The check digits make 98 of what is left with 00 in their place.
        let check = 98 - behind(remainder(body.chars()), 0);
        Self(format!("RF{check:02}{body}"))
    }
}

impl fmt::Display for Reference {
    /// Groups of four: `RF18 5390 0754 7034`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, c) in self.0.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

/// The references in a text that people typed and banks cut, in their order: for each place at which one may begin, what
/// it may be, longest first.
///
/// A word that stands behind a reference, or a number, may belong to it or not; only who knows which references exist
/// can tell. In lower case, in groups, with hyphens, across line breaks and glued to words they are found as well.
pub fn find(text: &str) -> Vec<Vec<Reference>> {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let mut found = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == 'R') {
        let piece = piece(chars.get(at..).unwrap_or_default());
        if piece.starts_with("RF") {
            let mut here: Vec<Reference> = readings(&piece)
                .filter_map(|end| piece.get(..end))
                .map(|text| Reference(text.to_owned()))
                .collect();
            here.reverse();
            if !here.is_empty() {
                found.push(here);
            }
        }
    }
    found
}

/// The letters and digits from here on, at most as many as a reference has.
fn piece(chars: &[char]) -> String {
    let mut piece = String::with_capacity(MAX);
    let mut gap = 0;
    for c in chars {
        if is_ours(*c) {
            piece.push(*c);
            gap = 0;
        } else if is_gap(*c) && gap < MAX_GAP {
            gap += 1;
        } else {
            break;
        }
        if piece.len() == MAX {
            break;
        }
    }
    piece
}

/// Where a reference that begins with this piece may end: every length at which its check digits are right.
fn readings(piece: &str) -> impl Iterator<Item = usize> {
    let mut chars = piece.chars().skip(2);
    let mut digit = || chars.next().and_then(|c| c.to_digit(10));
    let check = digit().zip(digit()).map(|(tens, ones)| tens * 10 + ones);
    // 00, 01 and 99 would pass as 97, 98 and 02; ISO 7064 never makes them.
    let check = check.filter(|check| (2..=98).contains(check));
    let mut left = 0;
    piece.chars().enumerate().skip(MIN - 1).filter_map(move |(at, c)| {
        left = append(left, c);
        check.filter(|check| behind(left, *check) == 1).map(|_| at + 1)
    })
}

fn remainder(chars: impl Iterator<Item = char>) -> u32 {
    chars.fold(0, append)
}

/// What is left of a number when one more character is written behind it.
fn append(left: u32, c: char) -> u32 {
    let value = c.to_digit(36).unwrap_or(0);
    (left * if value < 10 { 10 } else { 100 } + value) % 97
}

/// What is left when `RF` (27 and 15) and check digits are written behind.
fn behind(left: u32, check: u32) -> u32 {
    (left * 1_000_000 + 271_500 + check) % 97
}

/// A character as it stands in a reference: capital, and of half width where an input method made it wide.
fn plain(c: char) -> char {
    let narrow = match c {
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    };
    narrow.to_ascii_uppercase()
}

fn is_ours(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase()
}

fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '.' | '/' | '\u{AD}' | '\u{200B}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests;
