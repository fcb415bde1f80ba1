//! The sentences of the face, by their key in src-ui/locales.

use std::sync::LazyLock;

use linli_wire::Language;
use serde_json::Value;

static WORDS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    [include_str!("../../../src-ui/locales/en.json"), include_str!("../../../src-ui/locales/zh.json")]
        .map(|text| serde_json::from_str(text).expect("src-ui/locales holds JSON"))
});

/// The sentence `key`, such as `join.title`, in `language`.
///
/// # Panics
/// When there is no such key.
#[track_caller]
pub fn say(language: &Language, key: &str) -> String {
    fill(language, key, &[])
}

/// The sentence `key` with its places filled.
///
/// # Panics
/// When there is no such key.
#[track_caller]
pub fn fill(language: &Language, key: &str, with: &[(&str, &str)]) -> String {
    let [en, zh] = &*WORDS;
    let words = if *language == Language::zh() { zh } else { en };
    let found = words.pointer(&format!("/{}", key.replace('.', "/"))).and_then(Value::as_str);
    let mut text = found.unwrap_or_else(|| panic!("src-ui/locales has no {key}")).to_owned();
    for (name, value) in with {
        text = text.replace(&format!("{{{{ {name} }}}}"), value);
    }
    text
}

/// What stands before the first place of a sentence, to look for when the place is not known.
///
/// # Panics
/// When there is no such key.
#[track_caller]
pub fn beginning(language: &Language, key: &str) -> String {
    let text = say(language, key);
    text.split("{{").next().unwrap_or_default().trim_end().to_owned()
}
