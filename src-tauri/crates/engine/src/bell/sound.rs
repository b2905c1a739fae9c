//! The names of sounds: Zafu's own, and a person's own files.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// A sound that Zafu carries. They are made by `cargo xtask sounds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum BuiltIn {
    /// A bowl of 240 mm, low and long.
    LargeBowl,
    /// A bowl of 140 mm.
    SmallBowl,
    /// A hand bell.
    Bell,
    /// A little bell on a stick, high and clear.
    Inkin,
    /// A wooden fish: a short knock.
    WoodBlock,
}

impl BuiltIn {
    /// In the order in which a person is offered them.
    pub const ALL: [Self; 5] =
        [Self::LargeBowl, Self::SmallBowl, Self::Bell, Self::Inkin, Self::WoodBlock];

    /// Its name in settings, on the wire and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LargeBowl => "large-bowl",
            Self::SmallBowl => "small-bowl",
            Self::Bell => "bell",
            Self::Inkin => "inkin",
            Self::WoodBlock => "wood-block",
        }
    }

    /// Its name within a sentence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::LargeBowl => "large bowl",
            Self::SmallBowl => "small bowl",
            Self::Bell => "bell",
            Self::Inkin => "inkin",
            Self::WoodBlock => "wood block",
        }
    }

    /// The time from one stroke to the next.
    ///
    /// A teacher lets a bowl open and begin to sink before it is struck again, and taps a block at walking pace:
    /// by then our sounds have lost about 12 to 20 dB, and the new stroke stands clear of the old one.
    #[must_use]
    pub const fn between_strokes(self) -> Duration {
        Duration::from_millis(match self {
            Self::LargeBowl => 6000,
            Self::SmallBowl => 4500,
            Self::Bell => 3500,
            Self::Inkin => 3000,
            Self::WoodBlock => 1000,
        })
    }

    /// The sound itself, as FLAC.
    pub(super) const fn flac(self) -> &'static [u8] {
        match self {
            Self::LargeBowl => include_bytes!("../../sounds/large-bowl.flac"),
            Self::SmallBowl => include_bytes!("../../sounds/small-bowl.flac"),
            Self::Bell => include_bytes!("../../sounds/bell.flac"),
            Self::Inkin => include_bytes!("../../sounds/inkin.flac"),
            Self::WoodBlock => include_bytes!("../../sounds/wood-block.flac"),
        }
    }
}

/// What is struck.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sound {
    /// One of Zafu's own.
    BuiltIn(BuiltIn),
    /// A person's own: the absolute path of a WAV, FLAC, Ogg Vorbis or MP3 file.
    File(PathBuf),
}

impl Sound {
    /// The time from one stroke to the next. A file is taken to be a bowl.
    #[must_use]
    pub const fn between_strokes(&self) -> Duration {
        match self {
            Self::BuiltIn(sound) => sound.between_strokes(),
            Self::File(_) => BuiltIn::SmallBowl.between_strokes(),
        }
    }
}

/// A name that names no sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither one of Zafu's sounds nor the full path of a file")]
pub struct UnknownSound(pub String);

impl FromStr for Sound {
    type Err = UnknownSound;

    fn from_str(name: &str) -> Result<Self, UnknownSound> {
        if let Some(sound) = BuiltIn::ALL.into_iter().find(|sound| sound.name() == name) {
            return Ok(Self::BuiltIn(sound));
        }
        let path = PathBuf::from(name);
        if path.is_absolute() { Ok(Self::File(path)) } else { Err(UnknownSound(name.to_owned())) }
    }
}

impl fmt::Display for Sound {
    /// The name from which it can be read again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(sound) => f.write_str(sound.name()),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        let file = std::env::temp_dir().join("my bowl.wav");
        let all = BuiltIn::ALL.into_iter().map(Sound::BuiltIn).chain([Sound::File(file)]);
        for sound in all {
            assert_eq!(sound.to_string().parse(), Ok(sound));
        }
    }

    #[test]
    fn what_is_neither_a_sound_nor_a_full_path_is_refused() {
        for name in ["", "gong", "Large-Bowl", "bells/mine.wav"] {
            assert_eq!(name.parse::<Sound>(), Err(UnknownSound(name.to_owned())));
        }
    }
}
