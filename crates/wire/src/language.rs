//! Languages and texts that exist in several of them.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language tag such as `zh` or `en`: two to eight lower-case ASCII letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// English.
    pub fn en() -> Self {
        Self("en".to_owned())
    }

    /// Simplified Chinese.
    pub fn zh() -> Self {
        Self("zh".to_owned())
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = NotALanguage;
    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        let fits = (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
        if fits { Ok(Self(text.to_owned())) } else { Err(NotALanguage) }
    }
}

impl TryFrom<String> for Language {
    type Error = NotALanguage;
    fn try_from(text: String) -> Result<Self, NotALanguage> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text given is not a language tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotALanguage;

impl fmt::Display for NotALanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a language is two to eight lower-case letters, such as zh or en")
    }
}

impl std::error::Error for NotALanguage {}

/// One text in one or more languages.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<Language, String>);

impl Localized {
    /// A text in one language.
    pub fn one(language: Language, text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(language, text.into())]))
    }

    /// The text in `language`, else in any language it has, else empty.
    pub fn in_language(&self, language: &Language) -> &str {
        self.0.get(language).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}
