//! The query of a request: names and values, percent-encoded.

use std::collections::BTreeMap;

use crate::Error;

/// Names and values. Of a name that stands there twice the last value counts; an empty value is none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads what stands behind the question mark.
    ///
    /// # Errors
    /// `invalid_input` when it is not percent-encoded UTF-8.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut pairs = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = percent_decoded(name).zip(percent_decoded(&value.replace('+', " ")));
            let (name, value) =
                decoded.ok_or_else(|| Error::invalid("query", "must be percent-encoded UTF-8"))?;
            if !value.is_empty() {
                pairs.insert(name, value);
            }
        }
        Ok(Self(pairs))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a name, read.
    ///
    /// # Errors
    /// `invalid_input` with the name when it cannot be read.
    pub fn read<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| Error::invalid(name, "cannot be read")),
        }
    }
}

/// A percent-encoded text; none when it is not, or is no UTF-8.
pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::Query;

    #[test]
    fn values_of_any_language_are_read_and_rubbish_is_refused() {
        let query = Query::parse("a=%E6%B0%B4+%26&b=&c&a2=x=y&a2=z&").unwrap();
        assert_eq!(query.get("a"), Some("水 &"));
        assert_eq!((query.get("b"), query.get("c"), query.get("a2")), (None, None, Some("z")));
        assert_eq!(
            query.read("a2", |text| text.parse::<u8>().ok()).unwrap_err().code().as_str(),
            "invalid_input"
        );
        for rubbish in ["a=%", "a=%F", "a=%GG", "a=%FF", "%C3=1", "a=%é"] {
            assert!(Query::parse(rubbish).is_err(), "{rubbish}");
        }
    }
}
