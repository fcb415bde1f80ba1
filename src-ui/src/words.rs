//! The words of the face, generated from `locales/*.json`: one function for each text.
//!
//! The functions read the language of the moment and do not follow it: the whole face is built anew
//! when the person chooses another language, which happens once, and every page stays free of
//! closures around its texts.

use std::cell::Cell;

use linli_wire::{Language, WireError};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

thread_local! {
    static CHINESE: Cell<bool> = const { Cell::new(false) };
}

/// Languages of the face, with their own names.
pub const FACE_LANGUAGES: [(&str, &str); 2] = [("zh", "简体中文"), ("en", "English")];

/// Speaks `language` from now on; English where it is not known.
pub fn speak(language: &Language) {
    CHINESE.set(language.as_str() == "zh");
}

/// Reads words in `language` while `read` runs, whatever the face speaks: for what is printed for others.
pub fn read_in<T>(language: &Language, read: impl FnOnce() -> T) -> T {
    let before = CHINESE.get();
    speak(language);
    let words = read();
    CHINESE.set(before);
    words
}

/// The tag of the language spoken now, for `lang` and for `Intl`.
pub fn tag() -> &'static str {
    pick("en", "zh")
}

/// The name of a language in itself, else its tag.
pub fn language_name(language: &Language) -> String {
    let known = FACE_LANGUAGES.iter().find(|(tag, _)| *tag == language.as_str());
    known.map_or_else(|| language.as_str().to_uppercase(), |(_, name)| (*name).to_owned())
}

/// What happened, and what to do next, for a person.
pub fn trouble(error: &WireError) -> (String, String) {
    let seconds = error.details.get("retry_after_seconds").and_then(serde_json::Value::as_u64).unwrap_or(60);
    let minutes = seconds.div_ceil(60).to_string();
    let limit = error.details.get("limit").and_then(serde_json::Value::as_u64);
    let size = crate::format::file_size(limit.unwrap_or(linli_wire::attachments::MAX_FILE_BYTES));
    let values = [("minutes", minutes.as_str()), ("size", size.as_str())];
    let of = |part: &str| {
        let text = errors_table(&format!("{}.{part}", error.code));
        fill(text.or_else(|| errors_table(&format!("internal.{part}"))).unwrap_or_default(), &values)
    };
    (of("title"), of("text"))
}

/// What ends a sentence when another follows it.
pub fn stop() -> &'static str {
    pick(". ", "。")
}

/// The line that names an error's code, for whoever helps.
pub fn code_line(error: &WireError) -> String {
    fill(error_text("code_line"), &[("code", error.code.as_str())])
}

/// A text of the errors by its key; empty when there is none.
pub fn error_text(key: &str) -> &'static str {
    errors_table(key).unwrap_or_default()
}

fn pick<'a>(en: &'a str, zh: &'a str) -> &'a str {
    if CHINESE.get() { zh } else { en }
}

/// English cardinal rule of CLDR: `one` is exactly 1. Chinese has only `other`.
const fn plural<'a>(count: u32, one: &'a str, other: &'a str) -> &'a str {
    if count == 1 { one } else { other }
}

/// Digits in groups of three, as both languages write them.
pub fn number(count: u32) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        text.push_str(values.iter().find(|(key, _)| *key == name.trim()).map_or("", |(_, value)| value));
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use linli_wire::Code;

    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_a_next_step_in_both_languages() {
        for language in [Language::en(), Language::zh()] {
            speak(&language);
            for code in Code::ALL {
                for part in ["title", "text"] {
                    let text = errors_table(&format!("{code}.{part}"));
                    assert!(text.is_some_and(|text| !text.is_empty()), "{language}: {code}.{part}");
                }
            }
        }
    }

    #[test]
    fn texts_are_filled_and_counted() {
        assert_eq!(fill("a {{ x }} b {{y}}", &[("x", "1"), ("y", "2")]), "a 1 b 2");
        assert_eq!(plural(1, "one", "other"), "one");
        assert_eq!(plural(0, "one", "other"), "other");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(100), "100");
    }
}
