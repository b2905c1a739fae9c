//! What a person has chosen for all sits, and the plans they keep by name.

use crate::bounded::Bounded;
use crate::day::DayStart;
use crate::plan::PlanChoice;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How loud a bell is, in percent of what the file holds; the system's own volume comes on top.
pub type VolumePercent = Bounded<0, 100>;
/// How long a sit must be still before its controls fade, in seconds; 0: they stay.
pub type FadeSeconds = Bounded<0, 60>;

/// What a person has chosen. A setting that is missing where it is read has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Settings {
    /// The sit that is offered.
    pub plan: PlanChoice,
    /// How loud bells are.
    pub volume_percent: VolumePercent,
    /// What a sit shows of the time that is left.
    pub time_display: TimeDisplay,
    /// Light or dark.
    pub theme: Theme,
    /// The language of every text.
    pub language: LanguageChoice,
    /// When the controls of a sit fade.
    pub fade_after_seconds: FadeSeconds,
    /// Whether a sit dims to black.
    pub dim: bool,
    /// The hour at which a day starts.
    pub day_starts_at_hour: DayStart,
    /// Whether the computer is kept from sleeping during a sit.
    pub keep_system_awake: bool,
    /// Whether the screen is kept on during a sit.
    pub keep_screen_awake: bool,
    /// Whether a notification marks the end of a sit.
    pub notify: bool,
    /// What closing the window does while no sit runs.
    pub close_when_idle: CloseWhenIdle,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plan: PlanChoice::default(),
            volume_percent: VolumePercent::constant::<70>(),
            time_display: TimeDisplay::default(),
            theme: Theme::default(),
            language: LanguageChoice::default(),
            fade_after_seconds: FadeSeconds::constant::<4>(),
            dim: false,
            day_starts_at_hour: DayStart::constant::<4>(),
            keep_system_awake: true,
            keep_screen_awake: false,
            notify: true,
            close_when_idle: CloseWhenIdle::default(),
        }
    }
}

/// What a sit shows of the time that is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum TimeDisplay {
    /// Nothing.
    Hidden,
    /// Whole minutes.
    #[default]
    Minutes,
    /// Minutes and seconds.
    Seconds,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Warm paper.
    Light,
    /// Deep ink.
    Dark,
}

/// The language of every text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum LanguageChoice {
    /// The language of the system, or English if Zafu does not have it.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
}

/// What closing the window does while no sit runs. During a sit it never ends anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CloseWhenIdle {
    /// Zafu is quit.
    #[default]
    Quit,
    /// Zafu stays in the tray.
    Tray,
}

/// A plan that is kept by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Preset {
    /// Its identity, made by whoever made it.
    #[cfg_attr(feature = "ts", ts(as = "String"))]
    pub id: Uuid,
    /// What it is called; no two presets are called the same.
    pub name: String,
    /// What it is.
    pub plan: PlanChoice,
}
