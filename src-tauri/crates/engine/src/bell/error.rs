//! Errors of bells: reasons why a bell is not heard as planned.
//!
//! The window has its own texts for them, so they reach it as data; the English texts here are for the terminal and the
//! log.

use super::sound::BuiltIn;
use serde::{Deserialize, Serialize};

/// What went wrong with a bell. Nothing else stops: the sit, its times and its record go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum BellError {
    /// There is no sound device.
    #[error(
        "There is no sound device, so bells are silent ({reason}). The sit goes on and is kept. \
         Connect speakers or headphones, or turn on the computer's sound."
    )]
    NoDevice {
        /// What the system says.
        reason: String,
    },
    /// The device does not take the sound.
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
    /// The device disappeared or stopped while a bell rang, and no other replaced it.
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
    /// The sound system does not respond.
    #[error(
        "The computer's sound does not respond, so a bell was silent. The sit goes on and is kept, and the next \
         bell is tried again. Restart the computer's sound, or the computer."
    )]
    SoundStuck,
    /// A user's sound file cannot be played; a built-in sound is heard instead.
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
    /// A file that the user chose as a sound cannot be used.
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
    /// The name is neither a built-in sound nor an absolute path.
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
    /// A bug in Zafu.
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
    /// The file does not exist.
    #[error("it is not there")]
    Missing,
    /// The path is a folder, a pipe or a device.
    #[error("it is not a file")]
    NotAFile,
    /// The path is not valid Unicode, so settings cannot store it.
    #[error("its name is not valid Unicode; rename it")]
    BadName,
    /// The operating system reports an error when the file is read.
    #[error("it cannot be read ({reason})")]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// Reading takes longer than a bell can wait.
    #[error("it takes too long to read")]
    Slow,
    /// The format is not supported.
    #[error("it is not a sound that Zafu can read")]
    UnknownFormat,
    /// The format is supported, but the data is damaged.
    #[error("it is damaged ({reason})")]
    Damaged {
        /// What the decoder says.
        reason: String,
    },
    /// The sample rate is out of range.
    #[error("its sample rate is {hertz} Hz, and Zafu plays 4000 to 384000 Hz")]
    Rate {
        /// Frames per second, as the file says.
        hertz: u32,
    },
    /// The channel count is out of range.
    #[error("it has {count} channels, and Zafu plays 1 to 8")]
    Channels {
        /// How many, as the file says.
        count: u32,
    },
    /// Some samples are infinite or not a number.
    #[error("some of its samples are not numbers")]
    NotFinite,
    /// The whole file is too quiet, too high or too short to be heard.
    #[error("there is nothing to be heard in it")]
    Silent,
}
