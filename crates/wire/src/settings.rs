//! Settings of this device, and preferences that follow the person.

use serde::{Deserialize, Serialize};

use crate::Language;

/// How the app looks and speaks on this device.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Settings {
    /// Language of the face.
    pub language: Language,
    /// Standard or Simple (长辈版).
    pub mode: Mode,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// More contrast than the 7:1 of the normal themes.
    pub high_contrast: bool,
    /// Text size in percent of the mode's own, 100 to 310.
    pub text_percent: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::en(),
            mode: Mode::Standard,
            theme: Theme::System,
            high_contrast: false,
            text_percent: 100,
        }
    }
}

/// Smallest and largest text size, in percent.
pub const TEXT_PERCENT: std::ops::RangeInclusive<u16> = 100..=310;

/// Which of the two faces.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// For everyone.
    #[default]
    Standard,
    /// 长辈版: large, one level, no gestures.
    Simple,
}

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What follows a person across devices: an entity of the person's scope.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Preferences {
    /// Categories without system notifications. Emergencies come through all the same.
    pub muted_categories: Vec<String>,
    /// Whether reminders of bills come without system notifications.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub muted_reminders: bool,
    /// When only emergencies are told, by the clock of the community.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
}

/// Hours of a day, which may pass midnight.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuietHours {
    /// Minutes after midnight at which they begin.
    pub from: u16,
    /// Minutes after midnight at which they end.
    pub until: u16,
}

impl QuietHours {
    /// Whether a minute of the day is within them. None are where they begin as they end.
    pub const fn hold(self, minute: u16) -> bool {
        if self.from <= self.until {
            self.from <= minute && minute < self.until
        } else {
            minute >= self.from || minute < self.until
        }
    }
}
