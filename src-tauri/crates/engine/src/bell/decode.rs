//! Decodes sound files, which are untrusted: a returned recording is audible, limited in length and within full scale.
//!
//! The decoded samples are checked, not only the header, because headers can be wrong.

use super::deadline::Abandoned;
use super::error::FileFault;
use super::recording::{LONGEST, Recording, frames};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::path::Path;
use symphonia::core::audio::{AudioBufferRef, SampleBuffer, SignalSpec};
use symphonia::core::codecs::{CODEC_TYPE_NULL, Decoder, DecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;

/// Sample rates that are played, in frames per second. Only damaged files have others.
const RATES: RangeInclusive<u32> = 4_000..=384_000;

/// Channel counts that are played: mono to 7.1 surround.
const CHANNELS: RangeInclusive<usize> = 1..=8;

/// Reads a user's sound file. Opens only regular files: opening a pipe would wait for its writer.
///
/// # Errors
/// [`FileFault`] if the file cannot be played.
pub fn file(path: &Path, abandoned: &Abandoned) -> Result<Recording, FileFault> {
    let is_file = |about: io::Result<std::fs::Metadata>| match about {
        Ok(about) if about.is_file() => Ok(about.len()),
        Ok(_) => Err(FileFault::NotAFile),
        Err(error) => Err(unreadable(&error)),
    };
    is_file(std::fs::metadata(path))?;
    let file = open(path).map_err(|error| unreadable(&error))?;
    // Checked again: another file may have taken its place in between.
    let length = is_file(file.metadata())?;
    let source = AwaitedFile { file, length, abandoned: abandoned.clone() };
    let extension = path.extension().and_then(|extension| extension.to_str());
    decode(source, extension)?.prepared()
}

/// Decodes a built-in sound.
///
/// # Errors
/// [`FileFault`] if the decoder was built without FLAC; a test ensures that it was built with it.
pub fn built_in(flac: &'static [u8]) -> Result<Recording, FileFault> {
    decode(io::Cursor::new(flac), Some("flac"))?.prepared()
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // O_NONBLOCK: even if a pipe has taken the place of the file, opening it does not wait.
    std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn unreadable(error: &io::Error) -> FileFault {
    match error.kind() {
        ErrorKind::NotFound => FileFault::Missing,
        _ => FileFault::Unreadable { reason: error.to_string() },
    }
}

/// A file whose reads fail once the caller has stopped waiting, so that a long file is not read for nothing.
struct AwaitedFile {
    file: File,
    length: u64,
    abandoned: Abandoned,
}

impl Read for AwaitedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.abandoned.is_set() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.file.read(buffer)
    }
}

impl Seek for AwaitedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl MediaSource for AwaitedFile {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

fn decode(
    source: impl MediaSource + 'static,
    extension: Option<&str>,
) -> Result<Recording, FileFault> {
    let mut hint = Hint::new();
    if let Some(extension) = extension {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let options = FormatOptions { enable_gapless: true, ..FormatOptions::default() };
    let probed = symphonia::default::get_probe()
        .format(&hint, stream, &options, &MetadataOptions::default())
        .map_err(|error| fault(&error))?;
    let mut format = probed.format;
    let track = format.tracks().iter().find(|track| track.codec_params.codec != CODEC_TYPE_NULL);
    let track = track.ok_or(FileFault::UnknownFormat)?;
    // Checked before a decoder relies on them.
    check_rate(track.codec_params.sample_rate)?;
    check_channels(track.codec_params.channels.map(|channels| channels.count()))?;
    let id = track.id;
    let mut decoder = symphonia::default::get_codecs()
        .make(&track.codec_params, &DecoderOptions::default())
        .map_err(|error| fault(&error))?;
    read_all(format.as_mut(), decoder.as_mut(), id)
}

/// Decodes up to [`LONGEST`] of a track. Skips damaged packets.
fn read_all(
    format: &mut dyn FormatReader,
    decoder: &mut dyn Decoder,
    track: u32,
) -> Result<Recording, FileFault> {
    let mut made: Option<(SignalSpec, Recording)> = None;
    let mut broken = None;
    loop {
        let packet = match format.next_packet() {
            Ok(packet) if packet.track_id() == track => packet,
            Ok(_) => continue,
            Err(Error::IoError(error)) if error.kind() != ErrorKind::UnexpectedEof => {
                return Err(unreadable(&error));
            }
            Err(Error::IoError(_)) => break,
            Err(error) => {
                broken = Some(fault(&error));
                break;
            }
        };
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) if decoded.frames() == 0 => continue,
            Ok(decoded) => decoded,
            Err(Error::DecodeError(reason)) => {
                broken = Some(FileFault::Damaged { reason: reason.into() });
                continue;
            }
            Err(error) => return Err(fault(&error)),
        };
        let spec = *decoded.spec();
        let (first, recording) = match &mut made {
            Some(made) => made,
            None => {
                check_rate(Some(spec.rate))?;
                check_channels(Some(spec.channels.count()))?;
                let channels = if spec.channels.count() == 2 { 2 } else { 1 };
                let empty = Recording { samples: vec![], channels, rate: spec.rate };
                made.insert((spec, empty))
            }
        };
        if *first != spec {
            let reason = "its sample rate or its channels change in the midst of it".into();
            return Err(FileFault::Damaged { reason });
        }
        append(recording, decoded, spec)?;
        if recording.frames() >= frames(LONGEST, spec.rate) {
            recording.cut(frames(LONGEST, spec.rate));
            break;
        }
    }
    match made {
        Some((_, recording)) => Ok(recording),
        None => Err(broken.unwrap_or(FileFault::Silent)),
    }
}

/// Appends decoded samples: mono and stereo unchanged, more channels mixed down to mono.
fn append(
    recording: &mut Recording,
    decoded: AudioBufferRef<'_>,
    spec: SignalSpec,
) -> Result<(), FileFault> {
    let count = spec.channels.count();
    let mut buffer = SampleBuffer::<f32>::new(decoded.capacity() as u64, spec);
    buffer.copy_interleaved_ref(decoded);
    if buffer.samples().iter().any(|sample| !sample.is_finite()) {
        return Err(FileFault::NotFinite);
    }
    if count <= 2 {
        recording.samples.extend_from_slice(buffer.samples());
    } else {
        let share = 1.0 / count as f32;
        let mixed = buffer.samples().chunks_exact(count);
        recording.samples.extend(mixed.map(|frame| frame.iter().map(|x| x * share).sum::<f32>()));
    }
    Ok(())
}

fn check_rate(rate: Option<u32>) -> Result<(), FileFault> {
    match rate {
        Some(hertz) if !RATES.contains(&hertz) => Err(FileFault::Rate { hertz }),
        _ => Ok(()),
    }
}

fn check_channels(count: Option<usize>) -> Result<(), FileFault> {
    match count {
        Some(count) if !CHANNELS.contains(&count) => {
            Err(FileFault::Channels { count: u32::try_from(count).unwrap_or(u32::MAX) })
        }
        _ => Ok(()),
    }
}

fn fault(error: &Error) -> FileFault {
    match error {
        Error::Unsupported(_) => FileFault::UnknownFormat,
        // The probe reached the end of the file without finding a known format.
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            FileFault::UnknownFormat
        }
        Error::IoError(error) => unreadable(error),
        Error::DecodeError(reason) | Error::LimitError(reason) => {
            FileFault::Damaged { reason: (*reason).into() }
        }
        Error::SeekError(_) | Error::ResetRequired => {
            FileFault::Damaged { reason: error.to_string() }
        }
    }
}

#[cfg(test)]
mod tests;
