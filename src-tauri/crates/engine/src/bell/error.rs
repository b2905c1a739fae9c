//! Errors of bells: reasons why a bell is not heard as planned.

use super::sound::BuiltIn;
use std::path::{Path, PathBuf};
use zafu_core::message;
use zafu_core::message::Message;

/// An error of a bell. It affects nothing else: the sit, its times and its record continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BellError {
    /// There is no sound device.
    NoDevice {
        /// The error of the system, if it reports one.
        reason: Option<String>,
    },
    /// The device does not accept the sound.
    DeviceRefused {
        /// The name of the device.
        device: String,
        /// The error of the system.
        reason: String,
    },
    /// The device was disconnected or stopped while a bell rang, and no other replaced it.
    DeviceLost {
        /// The name of the device.
        device: String,
        /// The error of the system.
        reason: String,
    },
    /// The sound system does not respond.
    SoundStuck,
    /// A user's sound file cannot be played; a built-in sound is played instead.
    File {
        /// The full path of the file.
        file: PathBuf,
        /// What is wrong with the file.
        fault: FileFault,
        /// The sound that is played instead.
        instead: BuiltIn,
    },
    /// A file that the user chose as a sound cannot be used.
    FileRefused {
        /// The full path of the file.
        file: PathBuf,
        /// What is wrong with the file.
        fault: FileFault,
    },
    /// The name is neither a built-in sound nor an absolute path.
    UnknownSound {
        /// The requested name.
        name: String,
        /// The sound that is played instead.
        instead: BuiltIn,
    },
    /// A bug in Zafu.
    Failed {
        /// What happened.
        reason: String,
    },
}

impl BellError {
    /// Returns the message for the user. It names a file without its folder, which would be long and tell little.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NoDevice { reason: None } => message!("error-bell-no-device"),
            Self::NoDevice { reason: Some(reason) } => {
                message!("error-bell-no-device-reason", reason = reason.as_str())
            }
            Self::DeviceRefused { device, reason } => message!(
                "error-bell-device-refused",
                device = device.as_str(),
                reason = reason.as_str()
            ),
            Self::DeviceLost { device, reason } => message!(
                "error-bell-device-lost",
                device = device.as_str(),
                reason = reason.as_str()
            ),
            Self::SoundStuck => message!("error-bell-stuck"),
            Self::File { file, fault, instead } => message!(
                "error-bell-file",
                file = name(file),
                fault = fault.message(),
                instead = instead.message()
            ),
            Self::FileRefused { file, fault } => {
                message!("error-bell-file-refused", file = name(file), fault = fault.message())
            }
            Self::UnknownSound { name, instead } => message!(
                "error-bell-unknown-sound",
                name = name.as_str(),
                instead = instead.message()
            ),
            Self::Failed { reason } => message!("error-bell-failed", reason = reason.as_str()),
        }
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// Why a sound file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// The file does not exist.
    Missing,
    /// The path is a folder, a pipe or a device.
    NotAFile,
    /// The path is not valid Unicode, so settings cannot store it.
    BadName,
    /// The operating system reports an error when the file is read.
    Unreadable {
        /// The error of the operating system.
        reason: String,
    },
    /// Reading takes longer than a bell can wait.
    Slow,
    /// The format is not supported.
    UnknownFormat,
    /// The format is supported, but the data is damaged.
    Damaged {
        /// The error of the decoder.
        reason: String,
    },
    /// The sample rate is out of range.
    Rate {
        /// The sample rate of the file, in Hz.
        hertz: u32,
    },
    /// The channel count is out of range.
    Channels {
        /// The channel count of the file.
        count: u32,
    },
    /// Some samples are infinite or not a number.
    NotFinite,
    /// The whole file is too quiet, too high or too short to be heard.
    Silent,
}

impl FileFault {
    /// Returns the message for the user, which completes the sentence "The sound file cannot be played: ".
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Missing => message!("error-file-missing"),
            Self::NotAFile => message!("error-file-not-a-file"),
            Self::BadName => message!("error-file-bad-name"),
            Self::Unreadable { reason } => {
                message!("error-file-unreadable", reason = reason.as_str())
            }
            Self::Slow => message!("error-file-slow"),
            Self::UnknownFormat => message!("error-file-unknown-format"),
            // What the decoder reports is for the log.
            Self::Damaged { .. } => message!("error-file-damaged"),
            // As text: a rate is not grouped by thousands.
            Self::Rate { hertz } => message!("error-file-rate", hertz = hertz.to_string()),
            Self::Channels { count } => message!("error-file-channels", count = *count),
            Self::NotFinite => message!("error-file-not-finite"),
            Self::Silent => message!("error-file-silent"),
        }
    }
}

zafu_core::message_error!(BellError, FileFault);
