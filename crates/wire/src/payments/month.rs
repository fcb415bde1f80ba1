//! A month of the calendar.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A month such as `2026-12`, from the year 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Months since the beginning of the year 0.
    number: i32,
}

impl Month {
    /// The month of a year; none outside of the years 1 to 9999 or the months 1 to 12.
    pub fn new(year: i32, month: i32) -> Option<Self> {
        ((1..=9999).contains(&year) && (1..=12).contains(&month))
            .then_some(Self { number: year * 12 + month - 1 })
    }

    /// The month of a day such as `2026-12-31`; none where it does not begin with one.
    pub fn of_day(day: &str) -> Option<Self> {
        day.get(..7)?.parse().ok()
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.number / 12
    }

    /// The month, from 1.
    pub const fn month(self) -> i32 {
        self.number % 12 + 1
    }

    /// So many months later, or earlier; none beyond the calendar.
    pub fn plus(self, months: i32) -> Option<Self> {
        let number = self.number.checked_add(months)?;
        Self::new(number.div_euclid(12), number.rem_euclid(12) + 1)
    }

    /// Months from `earlier` to this one; negative when that is later.
    pub const fn months_since(self, earlier: Self) -> i32 {
        self.number - earlier.number
    }

    /// Its first day, such as `2026-12-01`.
    pub fn first_day(self) -> String {
        format!("{self}-01")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAMonth;

impl fmt::Display for NotAMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a month such as 2026-12")
    }
}

impl std::error::Error for NotAMonth {}

impl FromStr for Month {
    type Err = NotAMonth;
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NotAMonth);
        }
        let number = |text: &str| text.parse().map_err(|_| NotAMonth);
        Self::new(number(year)?, number(month)?).ok_or(NotAMonth)
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Month {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9]{4}-[0-9]{2}$"))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Month {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_in_one_way_only() {
        for month in ["2026-11", "2026-01", "0001-12", "9999-12"] {
            assert_eq!(month.parse::<Month>().unwrap().to_string(), month);
        }
        for rubbish in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "26-11",
            "2026-1",
            "-026-11",
            "2026-11-22",
            "2026-+1",
            "0000-01",
        ] {
            assert_eq!(rubbish.parse::<Month>(), Err(NotAMonth), "{rubbish}");
        }
    }

    #[test]
    fn months_are_counted_over_years() {
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.plus(2).unwrap().to_string(), "2027-01");
        assert_eq!(month.plus(-11).unwrap().to_string(), "2025-12");
        assert_eq!(month.plus(14).unwrap().months_since(month), 14);
        assert_eq!((month.plus(i32::MAX), month.plus(-40_000)), (None, None));
        assert_eq!(Month::of_day("2026-11-30"), Some(month));
        assert_eq!(Month::of_day("2026"), None);
    }
}
