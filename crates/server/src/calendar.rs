//! Days by the calendar of a community.
//!
//! A day is a date first and turned into moments last, so that one on which the clocks change begins and ends
//! at its own midnights.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use linli_wire::{Code, Timestamp, community::Community};

use crate::Error;

/// The calendar of a community.
pub(crate) struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// The calendar of a community.
    ///
    /// # Errors
    /// Its time zone is not known here.
    pub(crate) fn of(community: &Community) -> Result<Self, Error> {
        let zone = TimeZone::get(&community.time_zone)
            .map_err(|_| Error::invalid("time_zone", "is not a time zone"))?;
        Ok(Self::in_zone(zone))
    }

    /// The calendar of a time zone.
    pub(crate) const fn in_zone(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// The day of a moment.
    pub(crate) fn today(&self, at: Timestamp) -> Result<Date, Error> {
        let moment = jiff::Timestamp::from_millisecond(at.0).map_err(beyond)?;
        Ok(moment.to_zoned(self.zone.clone()).date())
    }

    /// The moment at which a day begins.
    pub(crate) fn begins(&self, day: Date) -> Result<Timestamp, Error> {
        let moment = day.to_zoned(self.zone.clone()).map_err(beyond)?;
        Ok(Timestamp(moment.timestamp().as_millisecond()))
    }

    /// The moment at which an hour of a day begins.
    pub(crate) fn hour_of(&self, day: Date, hour: i8) -> Result<Timestamp, Error> {
        let moment = day.at(hour, 0, 0, 0).to_zoned(self.zone.clone()).map_err(beyond)?;
        Ok(Timestamp(moment.timestamp().as_millisecond()))
    }

    /// The midnight behind the last of `days` days.
    pub(crate) fn ends(&self, day: Date, days: u16) -> Result<Timestamp, Error> {
        self.begins(day.checked_add(i64::from(days).days()).map_err(beyond)?)
    }
}

/// A moment that no calendar reaches.
pub(crate) fn beyond(_: jiff::Error) -> Error {
    Error::refused(Code::Internal, "the calendar ends before this")
}
