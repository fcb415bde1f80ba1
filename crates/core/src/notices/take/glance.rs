//! A notice as the columns of the list need it.
//!
//! Ten thousand notices come in at a first synchronisation, and of each the list needs a handful of values.
//! A [`Glance`] reads what [`Notice`](linli_wire::notices::Notice) reads and refuses what that refuses, so that
//! whatever is taken in can be shown later; but it keeps no text.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use linli_wire::{
    Language, Timestamp,
    attachments::Attachment,
    community::Role,
    id::{NoticeId, PersonId},
    notices::{Audience, NoticeState},
};
use serde::{Deserialize, Deserializer, de::Visitor};

#[derive(Deserialize)]
pub(super) struct Glance<'a> {
    #[serde(rename = "id")]
    _id: NoticeId,
    #[serde(rename = "version")]
    _version: u64,
    #[serde(rename = "author")]
    _author: Author,
    pub(super) state: NoticeState,
    #[serde(borrow)]
    pub(super) content: Content<'a>,
}

#[derive(Deserialize)]
struct Author {
    #[serde(rename = "id")]
    _id: PersonId,
    #[serde(rename = "name")]
    _name: SomeText,
    #[serde(rename = "role")]
    _role: Role,
}

#[derive(Deserialize)]
pub(super) struct Content<'a> {
    #[serde(rename = "texts")]
    _texts: BTreeMap<Language, Text>,
    #[serde(borrow)]
    pub(super) category: Cow<'a, str>,
    #[serde(rename = "audience")]
    _audience: Audience,
    #[serde(default)]
    pub(super) emergency: bool,
    #[serde(default)]
    pub(super) pinned: bool,
    #[serde(default)]
    pub(super) expires_at: Option<Timestamp>,
    #[serde(default, rename = "attachments")]
    _attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "title")]
    _title: SomeText,
    #[serde(rename = "body")]
    _body: SomeText,
}

/// A text that is seen to be one and not kept.
struct SomeText;

impl<'de> Deserialize<'de> for SomeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl Visitor<'_> for Seen {
            type Value = SomeText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, _: &str) -> Result<SomeText, E> {
                Ok(SomeText)
            }
        }
        deserializer.deserialize_str(Seen)
    }
}

#[cfg(test)]
mod tests;
