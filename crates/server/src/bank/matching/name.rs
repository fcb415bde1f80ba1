//! The words of a name, as banks and people write them differently.

use unicode_normalization::UnicodeNormalization as _;

/// The words of a name in one spelling: without case, accents, width and signs, and with `ä` and `ae` both as `a`. Single
/// letters of Latin names are left out, since they are initials.
///
/// They stand in the order of the alphabet, each once.
pub(super) fn words(name: &str) -> Vec<String> {
    let plain: String = name
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let mut words: Vec<String> = plain
        .split(' ')
        .filter(|word| word.len() > 1)
        .map(|word| word.replace('ß', "ss").replace("ae", "a").replace("oe", "o").replace("ue", "u"))
        .collect();
    // Sorted, so that one word is found among them at once.
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn spellings_of_one_name_are_one() {
        for name in [
            "Jörg Müller",
            "MUELLER, JOERG",
            "Muller Jorg",
            "Ｊörg　Ｍüller",
            "Mu\u{308}ller Jo\u{308}rg",
            "Dr. Jörg P. Müller",
        ] {
            let words = words(name);
            assert!(
                ["jorg", "muller"].iter().all(|word| words.iter().any(|known| known == word)),
                "{name}: {words:?}"
            );
        }
        assert_eq!(words("王秀英"), ["王秀英"]);
        assert_eq!(words("Weiß"), words("WEISS"));
        assert!(words(" -,. A b").is_empty());
    }
}
