//! Reasons why a bell is not heard as it was meant to be.
//!
//! The window has words of its own for each of them, so they reach it as data; the English text here is for the
//! terminal and the log.

use super::sound::BuiltIn;
use serde::{Deserialize, Serialize};

/// What went wrong with a bell. Nothing else stops: the sit, its times and its record go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum BellError {
    /// There is nothing to play sounds on.
    #[error(
        "There is no sound device, so bells are silent ({reason}). The sit goes on and is kept. \
         Connect speakers or headphones, or turn on the computer's sound."
    )]
    NoDevice {
        /// What the system says.
        reason: String,
    },
    /// There is a device, but it does not take the sound.
    #[error(
        "\"{device}\" cannot be used now, so a bell was silent ({reason}). The sit goes on and is kept. \
         See whether another program holds the device."
    )]
    DeviceRefused {
        /// Its name.
        device: String,
        /// What the system says.
        reason: String,
    },
    /// It went away, or stopped, while a bell rang, and no other took its place.
    #[error(
        "\"{device}\" went away while a bell rang ({reason}). The sit goes on and is kept, and the next bell \
         is tried on the device that is there then. Connect it again, or choose another one."
    )]
    DeviceLost {
        /// Its name.
        device: String,
        /// What the system says.
        reason: String,
    },
    /// The sound system does not answer at all.
    #[error(
        "The computer's sound does not respond, so a bell was silent. The sit goes on and is kept, and the next \
         bell is tried again. Restart the computer's sound, or the computer."
    )]
    SoundStuck,
    /// A person's own sound cannot be played, and another one is heard instead.
    #[error(
        "The sound file {file} cannot be played: {fault}. The {} is heard instead. \
         Choose another file, or one of Zafu's sounds.",
        .instead.title()
    )]
    File {
        /// Its full path.
        file: String,
        /// What is wrong with it.
        fault: FileFault,
        /// What is heard instead.
        instead: BuiltIn,
    },
    /// A file that was offered as a sound is refused.
    #[error(
        "The sound file {file} cannot be used: {fault}. Nothing has changed. Choose another file, a WAV, FLAC, \
         Ogg Vorbis or MP3 file of up to a minute."
    )]
    FileRefused {
        /// Its full path.
        file: String,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// The name is neither one of Zafu's sounds nor the path of a file.
    #[error(
        "There is no sound \"{name}\": the {} is heard instead. \
         Choose one of Zafu's sounds, or the full path of a file.",
        .instead.title()
    )]
    UnknownSound {
        /// What was asked for.
        name: String,
        /// What is heard instead.
        instead: BuiltIn,
    },
    /// A mistake of ours.
    #[error(
        "A bell failed by a mistake in Zafu ({reason}). The sit goes on and is kept. Please report this."
    )]
    Failed {
        /// What happened.
        reason: String,
    },
}

/// Why a sound file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FileFault {
    /// There is no file of that name.
    #[error("it is not there")]
    Missing,
    /// It is a folder, a pipe or a device.
    #[error("it is not a file")]
    NotAFile,
    /// Its name cannot be written in settings.
    #[error("its name is not valid Unicode; rename it")]
    BadName,
    /// The system does not let it be read.
    #[error("it cannot be read ({reason})")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// It could not be read in the time that a bell can wait.
    #[error("it takes too long to read")]
    Slow,
    /// It is none of the formats that are known.
    #[error("it is not a sound that Zafu can read")]
    UnknownFormat,
    /// It is of a known format, and broken.
    #[error("it is damaged ({reason})")]
    Damaged {
        /// What the decoder says.
        reason: String,
    },
    /// Its sample rate is out of range.
    #[error("its sample rate is {hertz} Hz, and Zafu plays 4000 to 384000 Hz")]
    Rate {
        /// Frames per second, as the file says.
        hertz: u32,
    },
    /// It has no channels, or too many.
    #[error("it has {count} channels, and Zafu plays 1 to 8")]
    Channels {
        /// How many, as the file says.
        count: u32,
    },
    /// Some of its samples are infinite or not a number.
    #[error("some of its samples are not numbers")]
    NotFinite,
    /// All of it is too quiet, too high or too short to be heard.
    #[error("there is nothing to be heard in it")]
    Silent,
}
