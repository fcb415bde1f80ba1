//! What the repair of a point says.

use super::{CheckAnswer, RoundPoint};
use crate::{Language, Localized, repairs::MAX_WORDS};

/// The words of the repair that comes of what failed at a point: which round, where, and each failed check
/// with what was typed. The server writes them; a device shows the same while they wait. What is longer than
/// a repair may say is cut off here and stands whole in the result.
pub fn repair_words(
    plan: &Localized,
    point: &RoundPoint,
    answers: &[CheckAnswer],
    language: &Language,
) -> String {
    let (plan, name) = (plan.in_language(language), point.name.in_language(language));
    let (head, colon) = if language.as_str() == "zh" {
        (format!("巡检“{plan}”：{name}"), "：")
    } else {
        (format!("{name}: found on the round “{plan}”"), ": ")
    };
    let mut words = head;
    for answer in answers.iter().filter(|answer| answer.found.is_failed()) {
        let check = point.checks.iter().find(|check| check.number == answer.number);
        words.push_str("\n– ");
        words.push_str(check.map_or("", |check| check.words.in_language(language)));
        let found = answer.found.words().trim();
        if !found.is_empty() {
            words.push_str(colon);
            words.push_str(found);
        }
    }
    match words.char_indices().nth(MAX_WORDS) {
        None => words,
        Some(_) => words.chars().take(MAX_WORDS - 1).chain(['…']).collect(),
    }
}
