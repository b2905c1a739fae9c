//! Why a bell is not heard as it was meant to be, in words for the person who sits.

use super::sound::BuiltIn;
use std::path::PathBuf;

/// What went wrong with a bell. Nothing else stops: the sit, its times and its record go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// There is no file of that name.
    #[error(
        "The sound {} is not there any more: the {} is heard instead. Put the file back, or choose another sound.",
        .path.display(),
        .instead.title()
    )]
    FileMissing {
        /// Where it was.
        path: PathBuf,
        /// What is heard instead.
        instead: BuiltIn,
    },
    /// The file cannot be read, or holds no sound that Zafu knows.
    #[error(
        "The sound {} cannot be read ({reason}): the {} is heard instead. \
         Choose a WAV, FLAC, Ogg Vorbis or MP3 file.",
        .path.display(),
        .instead.title()
    )]
    FileUnreadable {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What is heard instead.
        instead: BuiltIn,
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
