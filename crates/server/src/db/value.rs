//! What goes into a statement and what comes out, the same on both engines.

use std::borrow::Cow;

use linli_wire::{Language, Timestamp, community::Role, id, sync::Scope};

use super::DbError;

/// A parameter or a column. Booleans are 0 and 1, times are UTC milliseconds, ids are text.
#[derive(Clone, PartialEq, Debug)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// `BIGINT`, in SQLite `INTEGER`.
    Int(i64),
    /// `TEXT`.
    Text(Cow<'a, str>),
    /// `BYTEA`, in SQLite `BLOB`.
    Bytes(Cow<'a, [u8]>),
}

/// The parameters of a statement: `params![id, now]` for `$1`, `$2`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}

/// A row of an answer.
#[derive(PartialEq, Debug)]
pub struct Row(pub(super) Vec<Value<'static>>);

impl Row {
    /// All columns, as they are.
    pub(crate) fn values(&self) -> &[Value<'static>] {
        &self.0
    }

    /// The column at `at`, counted from 0.
    ///
    /// # Errors
    /// [`DbError::Row`] when something else stands there.
    pub fn get<T: FromValue>(&self, at: usize) -> Result<T, DbError> {
        self.0
            .get(at)
            .and_then(T::from_value)
            .ok_or(DbError::Row { column: at, expected: std::any::type_name::<T>() })
    }

    /// The JSON text at `at`, read.
    ///
    /// # Errors
    /// [`DbError::Row`] when it does not fit the type.
    pub fn json<T: serde::de::DeserializeOwned>(&self, at: usize) -> Result<T, DbError> {
        let wrong = DbError::Row { column: at, expected: std::any::type_name::<T>() };
        match self.0.get(at) {
            Some(Value::Text(text)) => serde_json::from_str(text).map_err(|_| wrong),
            _ => Err(wrong),
        }
    }
}

/// What can be read from a column.
pub trait FromValue: Sized {
    /// None when the column holds something else.
    fn from_value(value: &Value<'_>) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        if let Value::Int(number) = value { Some(*number) } else { None }
    }
}

impl FromValue for bool {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl FromValue for String {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.to_string()) } else { None }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { Some(bytes.to_vec()) } else { None }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { bytes.as_ref().try_into().ok() } else { None }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        i64::from_value(value).map(Self)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.0)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                // Counters and sizes never come near the end of i64; a wrong one must not wrap.
                Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl FromValue for $number {
            fn from_value(value: &Value<'_>) -> Option<Self> {
                i64::from_value(value).and_then(|number| Self::try_from(number).ok())
            }
        }
    )*};
}
whole_numbers!(u16, u32, u64, usize);

macro_rules! texts {
    ($($kind:ty),* $(,)?) => {$(
        impl From<$kind> for Value<'_> {
            fn from(value: $kind) -> Self {
                Self::Text(Cow::Owned(value.to_string()))
            }
        }
        impl From<&$kind> for Value<'_> {
            fn from(value: &$kind) -> Self {
                Self::Text(Cow::Owned(value.to_string()))
            }
        }
        impl FromValue for $kind {
            fn from_value(value: &Value<'_>) -> Option<Self> {
                if let Value::Text(text) = value { text.parse().ok() } else { None }
            }
        }
    )*};
}
texts!(
    id::CommunityId,
    id::BuildingId,
    id::UnitId,
    id::HouseholdId,
    id::PersonId,
    id::DeviceId,
    id::InvitationId,
    id::NoticeId,
    id::TemplateId,
    id::AttachmentId,
    id::OpId,
    id::RepairId,
    id::RepairEventId,
    id::RepairNoteId,
    id::RepairCategoryId,
    id::CommonAreaId,
    id::RoundPlanId,
    id::RoundId,
    id::RoundPointId,
    id::FeeId,
    id::BillRunId,
    id::BillId,
    id::CreditId,
    id::RefundId,
    id::RelativeId,
    id::PaymentId,
    id::BankMovementId,
    id::RoomId,
    id::MessageId,
    id::ModerationId,
    id::LedgerEntryId,
    id::LedgerAccountId,
    uuid::Uuid,
    Language,
    Scope,
);

impl From<Role> for Value<'_> {
    fn from(role: Role) -> Self {
        Self::Text(Cow::Borrowed(role.as_str()))
    }
}

impl FromValue for Role {
    fn from_value(value: &Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Self::from_name(text) } else { None }
    }
}
