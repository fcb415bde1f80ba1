//! Every language says everything: the keys of all locale files are the same. Plural forms differ by language (Chinese
//! has one, English two), so only their common stem is compared, and `other`, which every language has.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Findings, Tree};

const FOLDER: &str = "src-ui/locales/";
const PLURALS: [&str; 5] = ["_zero", "_one", "_two", "_few", "_many"];

pub(super) fn check(tree: &Tree, found: &mut Findings) {
    let mut languages: Vec<(&str, BTreeSet<String>)> = Vec::new();
    for (path, text) in tree.iter().filter(|(path, _)| path.starts_with(FOLDER) && path.ends_with(".json")) {
        match serde_json::from_str(text) {
            Ok(value) => {
                let mut keys = BTreeSet::new();
                collect("", &value, &mut keys);
                languages.push((path, keys));
            }
            Err(error) => found.error(format!("{path}: this is not JSON: {error}")),
        }
    }
    let all: BTreeSet<String> = languages.iter().flat_map(|(_, keys)| keys.clone()).collect();
    for (path, keys) in &languages {
        for missing in all.difference(keys) {
            found.error(format!("{path}: `{missing}` is said in another language and missing here"));
        }
    }
}

fn collect(below: &str, value: &Value, keys: &mut BTreeSet<String>) {
    let Value::Object(fields) = value else {
        keys.insert(below.to_owned());
        return;
    };
    for (name, value) in fields {
        let is_plural = PLURALS
            .iter()
            .filter_map(|end| name.strip_suffix(end))
            .any(|stem| fields.contains_key(&format!("{stem}_other")));
        if !is_plural {
            let separator = if below.is_empty() { "" } else { "." };
            collect(&format!("{below}{separator}{name}"), value, keys);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(en: &str, zh: &str) -> Vec<String> {
        let mut found = Findings::default();
        check(&Tree::of(&[("src-ui/locales/en.json", en), ("src-ui/locales/zh.json", zh)]), &mut found);
        found.errors
    }

    #[test]
    fn what_one_language_does_not_say_is_seen() {
        assert_eq!(errors(r#"{"a": "x", "b": {"c": "y"}}"#, r#"{"a": "x", "b": {}}"#).len(), 1);
        assert_eq!(errors(r#"{"a": "x"}"#, r#"{"b": "x"}"#).len(), 2);
        assert_eq!(errors(r#"{"a": "x"}"#, "{").len(), 1);
    }

    #[test]
    fn languages_may_differ_in_their_plural_forms() {
        let en = r#"{"n_one": "{{ count }} day", "n_other": "{{ count }} days"}"#;
        assert_eq!(errors(en, r#"{"n_other": "{{ count }} 天"}"#), Vec::<String>::new());
        assert_eq!(errors(en, "{}").len(), 1);
        assert_eq!(errors(r#"{"ground_one": "x"}"#, "{}").len(), 1, "a lone ending is no plural");
    }
}
