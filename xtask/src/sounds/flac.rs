//! Encodes sounds as FLAC: lossless, small for fading tones, and widely supported.

use super::synthesis::RATE;
use flacenc::component::BitRepr;
use flacenc::error::Verify;

/// Encodes one channel of 16 bits.
///
/// # Errors
/// If the encoder fails, with its message.
pub fn encode(sound: &[f64]) -> Result<Vec<u8>, String> {
    let samples: Vec<i32> =
        sound.iter().map(|sample| (sample * f64::from(i16::MAX)).round() as i32).collect();
    let mut config = flacenc::config::Encoder::default();
    config.multithread = false;
    config.subframe_coding.qlpc.lpc_order = 24;
    config.subframe_coding.qlpc.quant_precision = 15;
    let config = config.into_verified().map_err(|(_, error)| error.to_string())?;
    let source = flacenc::source::MemSource::from_samples(&samples, 1, 16, RATE as usize);
    let mut stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|error| error.to_string())?;
    // The encoder counts the last block, which may be short; the format does not (RFC 9639, 8.2), and decoders
    // take a difference for blocks of varying length.
    stream
        .stream_info_mut()
        .set_block_sizes(config.block_size, config.block_size)
        .map_err(|error| error.to_string())?;
    let mut sink = flacenc::bitsink::ByteSink::new();
    stream.write(&mut sink).map_err(|error| error.to_string())?;
    Ok(sink.into_inner())
}
