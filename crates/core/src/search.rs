//! Full-text search that finds what `LIKE '%…%'` finds, in Chinese and in Latin script.
//!
//! SQLite's own tokenizers do not: `trigram` finds nothing for words of two characters, which is what
//! most Chinese words are, and `unicode61` takes a whole Chinese sentence for one word. So the text is
//! prepared before it is indexed, in two columns:
//!
//! * `spaced`: every Han character and every digit stands alone, runs of other letters stay whole, and
//!   where something else stood between two pieces there is a [`GAP`]. A term is searched as the phrase
//!   of its pieces: 停水 becomes `"停 水"`, and does not hit `停，水`.
//! * `endings`: every ending of every run of letters (`water`, `ater`, `ter`, `er`). A term inside a
//!   word is the beginning of one of its endings: `"ter" *`. And every Latin letter of the text once,
//!   for nearly every text has an `e`, and the beginnings of all endings are too many to be put together.
//!
//! What the index cannot decide alone (a term that begins in the middle of a Latin word and goes on in
//! Chinese; punctuation) it narrows down as far as it can, and the caller verifies each candidate with
//! [`Terms::found_in`], which is the definition of a hit.

use std::collections::BTreeSet;

use linli_wire::{Code, notices::Piece};

use crate::{cache::Cache, error::Result};

/// Longest query that is looked at, in characters.
const MAX_QUERY: usize = 100;
/// Most terms of a query.
const MAX_TERMS: usize = 8;
/// Characters shown before the first hit, and in all.
const BEFORE: usize = 16;
const EXCERPT: usize = 110;

/// Stands in the index where a space or a sign stands in the text: a letter that no language in use has.
const GAP: &str = "ǁ";

/// A query, taken apart: all of its terms must be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms(Vec<String>);

/// Indexes with `some` (which takes how many at most, and returns how many were left before) what came in a moment ago;
/// whether the index knows all now. On a full disk it does not, and the caller looks at what is left one by one: what is
/// on the device is found, room or no room.
///
/// # Errors
/// Trouble of the cache.
pub(crate) fn knows_all(cache: &Cache, some: fn(&Cache, u32) -> Result<u32>) -> Result<bool> {
    const AT_ONCE: u32 = 500;
    loop {
        match some(cache, AT_ONCE) {
            Ok(left) if left <= AT_ONCE => return Ok(true),
            Ok(_) => {}
            Err(error) if error.code() == Code::StorageFull => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// The two columns of the index for a text.
pub fn prepare(text: &str) -> (String, String) {
    let mut spaced = String::with_capacity(text.len() * 2);
    let mut endings = String::with_capacity(text.len() * 2);
    let mut letters = BTreeSet::new();
    let folded = fold(text);
    let mut end = 0;
    for (at, piece) in pieces(&folded) {
        if at > end {
            spaced.push_str(GAP);
            spaced.push(' ');
        }
        end = at + piece.len();
        spaced.push_str(piece);
        spaced.push(' ');
        if !stands_alone(piece) {
            letters.extend(piece.chars().filter(|letter| is_latin(*letter)));
            let mut rest = piece.chars();
            while !rest.as_str().is_empty() {
                let ending = rest.as_str();
                if ending.chars().nth(1).is_some() {
                    endings.push_str(ending);
                    endings.push(' ');
                }
                rest.next();
            }
        }
    }
    for letter in letters {
        endings.push(letter);
        endings.push(' ');
    }
    (spaced, endings)
}

impl Terms {
    /// Reads a query; none if there is nothing to search for.
    pub fn read(query: &str) -> Option<Self> {
        let query: String = query.chars().take(MAX_QUERY).collect();
        let terms: Vec<String> = fold(&query).split_whitespace().take(MAX_TERMS).map(str::to_owned).collect();
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// The FTS5 expression that every hit matches, or none when the index has nothing to say, and
    /// whether what it matches must still be verified.
    pub fn expression(&self) -> (Option<String>, bool) {
        let mut parts = Vec::new();
        let mut verify = false;
        for term in &self.0 {
            // Signs are not indexed: what stands between them is searched, and the whole verified.
            let words: Vec<&str> =
                term.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            verify |= words != [term.as_str()];
            for word in words {
                let (part, exact) = expression(word);
                parts.extend(part);
                verify |= !exact;
            }
        }
        ((!parts.is_empty()).then(|| parts.join(" AND ")), verify)
    }

    /// Whether every term stands somewhere in the text.
    pub fn found_in(&self, text: &str) -> bool {
        let text = fold(text);
        self.0.iter().all(|term| text.contains(term.as_str()))
    }

    /// The whole of a short text, hits marked.
    pub fn marked(&self, text: &str) -> Vec<Piece> {
        self.pieces(text, usize::MAX)
    }

    /// The words around the first hit, hits marked; the beginning of the text if none is in it.
    pub fn excerpt(&self, text: &str) -> Vec<Piece> {
        self.pieces(text, EXCERPT)
    }

    fn pieces(&self, text: &str, at_most: usize) -> Vec<Piece> {
        let letters: Vec<char> = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
        let folded: Vec<char> = letters.iter().map(|c| fold_char(*c)).collect();
        let terms: Vec<Vec<char>> = self.0.iter().map(|term| term.chars().collect()).collect();
        let first = (0..folded.len()).find(|at| hit_at(&folded, *at, &terms).is_some()).unwrap_or(0);
        let start = if at_most < letters.len() { first.saturating_sub(BEFORE) } else { 0 };
        let end = start.saturating_add(at_most).min(letters.len());
        let mut pieces: Vec<Piece> = Vec::new();
        let mut push = |hit: bool, part: &[char]| match pieces.last_mut() {
            Some(last) if last.hit == hit => last.text.extend(part),
            _ => pieces.push(Piece { text: part.iter().collect(), hit }),
        };
        if start > 0 {
            push(false, &['…']);
        }
        let mut at = start;
        while at < end {
            let length = hit_at(&folded, at, &terms);
            let step = length.unwrap_or(1);
            push(length.is_some(), letters.get(at..(at + step).min(letters.len())).unwrap_or_default());
            at += step;
        }
        if end < letters.len() {
            push(false, &['…']);
        }
        pieces
    }
}

/// The beginning of a text, for lists.
pub fn beginning(text: &str) -> Vec<Piece> {
    let mut short: String = text.chars().take(EXCERPT).map(|c| if c == '\n' { ' ' } else { c }).collect();
    if text.chars().nth(EXCERPT).is_some() {
        short.push('…');
    }
    vec![Piece { text: short, hit: false }]
}

fn hit_at(text: &[char], at: usize, terms: &[Vec<char>]) -> Option<usize> {
    terms.iter().filter(|term| text.get(at..at + term.len()) == Some(term.as_slice())).map(Vec::len).max()
}

/// A run of letters and digits: its expression, and whether what it matches is exactly what contains it.
fn expression(word: &str) -> (Option<String>, bool) {
    let parts: Vec<&str> = pieces(word).into_iter().map(|(_, piece)| piece).collect();
    match parts.as_slice() {
        [] => (None, false),
        [word] if !stands_alone(word) => match word.chars().nth(1) {
            Some(_) => (Some(format!("endings : \"{word}\" *")), true),
            None if word.chars().all(is_latin) => (Some(format!("endings : \"{word}\"")), true),
            None => (None, false),
        },
        many => {
            // A run of letters at the beginning may be the end of a longer one.
            let skip = usize::from(many.first().is_some_and(|first| !stands_alone(first)));
            let phrase = many.get(skip..).unwrap_or_default();
            if phrase.is_empty() {
                return (None, false);
            }
            let open_end = phrase.last().is_some_and(|last| !stands_alone(last));
            (
                Some(format!("spaced : \"{}\"{}", phrase.join(" "), if open_end { " *" } else { "" })),
                skip == 0,
            )
        }
    }
}

/// Cuts a folded text, each piece with its place: Han characters and digits alone, other letters in runs,
/// signs left out.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut run: Option<usize> = None;
    let mut cut = |from: usize, to: usize| pieces.extend(text.get(from..to).map(|piece| (from, piece)));
    for (at, letter) in text.char_indices() {
        let alone = is_alone(letter);
        if (alone || !letter.is_alphanumeric())
            && let Some(start) = run.take()
        {
            cut(start, at);
        }
        if alone {
            cut(at, at + letter.len_utf8());
        } else if letter.is_alphanumeric() && run.is_none() {
            run = Some(at);
        }
    }
    if let Some(start) = run {
        cut(start, text.len());
    }
    pieces
}

fn stands_alone(piece: &str) -> bool {
    piece.chars().next().is_some_and(is_alone)
}

/// Characters that are words, or parts of numbers, by themselves.
fn is_alone(letter: char) -> bool {
    letter.is_numeric()
        || matches!(letter,
            '\u{2E80}'..='\u{2FDF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Folded letters that the index knows one by one: of those that it takes for part of a word, the ones that people here type.
fn is_latin(letter: char) -> bool {
    letter.is_alphabetic() && matches!(letter, 'a'..='z' | 'ß'..='ɏ')
}

/// One spelling for search: lower case, full-width forms as ASCII, one character for one character.
fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(letter: char) -> char {
    let narrow = match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    let mut lower = narrow.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => narrow,
    }
}

#[cfg(test)]
mod tests;
