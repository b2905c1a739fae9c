//! Sounds in memory: read from a file or from Zafu's own, cut to a length, at the rate of the device.

use super::resample::resample;
use super::sound::BuiltIn;
use rodio::{Decoder, Source};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek};
use std::path::Path;
use std::time::Duration;

/// The longest that is played of a file; then it fades.
pub const LONGEST: Duration = Duration::from_secs(60);

/// How long that fade is.
const FADE: Duration = Duration::from_secs(3);

/// What is this much quieter than the loudest sample (40 dB) is silence before the stroke.
const SILENCE: f32 = 0.01;

/// So much of the silence is kept, for the very first of the attack.
const BEFORE_STROKE: Duration = Duration::from_millis(5);

/// A file that holds nothing to be heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There is no file.
    Missing,
    /// There is one, and this is wrong with it.
    Because(String),
}

/// Sound as samples from -1 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// One after another, or left and right in turn.
    pub samples: Vec<f32>,
    /// 1 or 2.
    pub channels: usize,
    /// Frames per second.
    pub rate: u32,
}

impl Recording {
    /// One of Zafu's own.
    ///
    /// # Errors
    /// Only if the decoder was built without FLAC; a test holds that it was not.
    pub fn built_in(sound: BuiltIn) -> Result<Self, Unreadable> {
        let (flac, length) = (Cursor::new(sound.flac()), sound.flac().len() as u64);
        Self::decode(Decoder::builder().with_data(flac).with_byte_len(length).with_hint("flac"))
    }

    /// A person's own.
    ///
    /// # Errors
    /// [`Unreadable`] if it is not there, cannot be opened, or is no sound.
    pub fn file(path: &Path) -> Result<Self, Unreadable> {
        let because = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => Unreadable::Missing,
            _ => Unreadable::Because(error.to_string()),
        };
        let file = File::open(path).map_err(because)?;
        let about = file.metadata().map_err(because)?;
        if !about.is_file() {
            return Err(Unreadable::Because("it is not a file".into()));
        }
        let builder = Decoder::builder().with_data(std::io::BufReader::new(file));
        let builder = builder.with_byte_len(about.len());
        let hint = path.extension().and_then(|extension| extension.to_str());
        let mut recording = Self::decode(match hint {
            Some(hint) => builder.with_hint(hint),
            None => builder,
        })?;
        recording.skip_silence();
        Ok(recording)
    }

    fn decode<R: Read + Seek + Send + Sync + 'static>(
        from: rodio::decoder::DecoderBuilder<R>,
    ) -> Result<Self, Unreadable> {
        let source = from.build().map_err(|error| Unreadable::Because(error.to_string()))?;
        let (channels, rate) = (usize::from(source.channels().get()), source.sample_rate().get());
        let longest = frames(LONGEST, rate) * channels;
        let samples: Vec<f32> = source.take(longest).collect();
        if samples.iter().all(|sample| *sample == 0.0) {
            return Err(Unreadable::Because("there is nothing to be heard in it".into()));
        }
        let cut = samples.len() == longest;
        let mut recording = Self { samples, channels, rate };
        if channels > 2 {
            recording.mix_to_one_channel();
        }
        if cut {
            recording.fade_out(FADE);
        }
        Ok(recording)
    }

    /// The same at the device's rate.
    #[must_use]
    pub fn at_rate(&self, rate: u32) -> Self {
        let samples = resample(&self.samples, self.channels, self.rate, rate);
        Self { samples, channels: self.channels, rate }
    }

    /// How many frames there are.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// Left and right of a frame.
    #[must_use]
    pub fn frame(&self, index: usize) -> [f32; 2] {
        if self.channels == 1 {
            [self.samples[index]; 2]
        } else {
            [self.samples[index * 2], self.samples[index * 2 + 1]]
        }
    }

    fn mix_to_one_channel(&mut self) {
        let share = 1.0 / self.channels as f32;
        let mixed = self.samples.chunks_exact(self.channels);
        self.samples = mixed.map(|frame| frame.iter().sum::<f32>() * share).collect();
        self.channels = 1;
    }

    /// Recordings, and the padding of MP3, begin before the stroke: it would be heard late.
    fn skip_silence(&mut self) {
        let peak = self.samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let stroke = self.samples.iter().position(|sample| sample.abs() > peak * SILENCE);
        let frame = stroke.unwrap_or(0) / self.channels;
        let skipped = frame.saturating_sub(frames(BEFORE_STROKE, self.rate));
        self.samples.drain(..skipped * self.channels);
    }

    fn fade_out(&mut self, over: Duration) {
        let fade = frames(over, self.rate).min(self.frames());
        for (left, frame) in self.samples.rchunks_exact_mut(self.channels).take(fade).enumerate() {
            let gain = left as f32 / fade as f32;
            frame.iter_mut().for_each(|sample| *sample *= gain * gain);
        }
    }
}

/// How many frames a duration has at a rate.
#[must_use]
pub fn frames(duration: Duration, rate: u32) -> usize {
    let frames = duration.as_nanos() * u128::from(rate) / 1_000_000_000;
    usize::try_from(frames).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_sound_can_be_heard() {
        for sound in BuiltIn::ALL {
            let recording = Recording::built_in(sound).expect("its file is a FLAC");
            let peak = recording.samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!((0.70..0.72).contains(&peak), "{}: {peak}", sound.name());
            assert_eq!((recording.channels, recording.rate), (1, 48_000));
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Recording::file(&folder.path().join("x.wav")), Err(Unreadable::Missing));
    }

    #[test]
    fn a_file_that_is_no_sound_is_unreadable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.mp3");
        std::fs::write(&path, "Dear bell, ".repeat(500)).unwrap();
        assert!(matches!(Recording::file(&path), Err(Unreadable::Because(_))));
        assert!(matches!(Recording::file(folder.path()), Err(Unreadable::Because(_))));
    }

    #[test]
    fn a_long_file_is_cut_and_fades() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        std::fs::write(&path, wav(&vec![16_000; 8000 * 90], 1, 8000)).unwrap();
        let recording = Recording::file(&path).unwrap();
        assert_eq!(recording.frames(), 8000 * 60);
        assert!(recording.samples[8000 * 56] > 0.4);
        assert!(recording.samples[8000 * 59] < 0.1);
        assert_eq!(recording.samples.last(), Some(&0.0));
    }

    #[test]
    fn both_channels_of_a_file_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stereo.wav");
        std::fs::write(&path, wav(&[16_384, -16_384].repeat(100), 2, 8000)).unwrap();
        let recording = Recording::file(&path).unwrap();
        assert_eq!((recording.frames(), recording.frame(7)), (100, [0.5, -0.5]));
    }

    #[test]
    fn every_format_we_name_is_read() {
        let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bell_files");
        for name in ["block.mp3", "block.ogg"] {
            let recording = Recording::file(&Path::new(files).join(name)).unwrap();
            let peak = recording.samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!((0.6..0.8).contains(&peak), "{name}: {peak}");
        }
    }

    #[test]
    fn a_file_begins_with_its_stroke() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("late.wav");
        let samples = [vec![3; 16_000], vec![16_000; 100]].concat();
        std::fs::write(&path, wav(&samples, 1, 8000)).unwrap();
        assert_eq!(Recording::file(&path).unwrap().frames(), 140);
    }

    /// A WAV file of 16 bits.
    fn wav(samples: &[i16], channels: u16, rate: u32) -> Vec<u8> {
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let length = u32::try_from(data.len()).unwrap();
        let mut file = Vec::new();
        file.extend(b"RIFF");
        file.extend((36 + length).to_le_bytes());
        file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * u32::from(channels) * 2).to_le_bytes());
        file.extend((channels * 2).to_le_bytes());
        file.extend(b"\x10\0data");
        file.extend(length.to_le_bytes());
        file.extend(data);
        file
    }
}
