//! Names of sounds: Zafu's built-in sounds and the user's own files.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use zafu_core::message;
use zafu_core::message::Message;

/// A sound that Zafu carries. They are made by `cargo xtask sounds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// All built-in sounds, in the order in which the user sees them.
    pub const ALL: [Self; 5] =
        [Self::LargeBowl, Self::SmallBowl, Self::Bell, Self::Inkin, Self::WoodBlock];

    /// Returns the name in settings, in the protocol and on the command line.
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

    /// Returns the name for the user.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::LargeBowl => message!("bells-sound-large-bowl"),
            Self::SmallBowl => message!("bells-sound-small-bowl"),
            Self::Bell => message!("bells-sound-bell"),
            Self::Inkin => message!("bells-sound-inkin"),
            Self::WoodBlock => message!("bells-sound-wood-block"),
        }
    }

    /// Returns the time from one stroke to the next.
    ///
    /// By convention a bowl is struck again once its sound decays, and a wood block at walking pace. By then the
    /// built-in sounds have lost about 12 to 20 dB, so the new stroke stands out.
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

    /// Returns the FLAC data.
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

/// The sound of a bell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sound {
    /// A built-in sound.
    BuiltIn(BuiltIn),
    /// A user's file: the absolute path of a WAV, FLAC, Ogg Vorbis or MP3 file.
    File(PathBuf),
}

impl Sound {
    /// Returns the time from one stroke to the next. A file has that of the small bowl.
    #[must_use]
    pub const fn between_strokes(&self) -> Duration {
        match self {
            Self::BuiltIn(sound) => sound.between_strokes(),
            Self::File(_) => BuiltIn::SmallBowl.between_strokes(),
        }
    }
}

/// A name that is neither a built-in sound nor an absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Writes the name that [`FromStr`] parses.
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
    fn a_sound_name_is_read_as_it_is_written() {
        let file = std::env::temp_dir().join("my bowl.wav");
        let all = BuiltIn::ALL.into_iter().map(Sound::BuiltIn).chain([Sound::File(file)]);
        for sound in all {
            assert_eq!(sound.to_string().parse(), Ok(sound));
        }
    }

    #[test]
    fn a_text_that_is_neither_a_sound_nor_an_absolute_path_is_rejected() {
        for name in ["", "gong", "Large-Bowl", "bells/mine.wav"] {
            assert_eq!(name.parse::<Sound>(), Err(UnknownSound(name.to_owned())));
        }
    }
}
