//! The parameters of the five instruments, and the sources of the figures.
//!
//! # Frequencies
//! The ratios of the bowls and of the hand bell are measured ones, as listed in "Modal Frequency Ratios", an
//! appendix of the Csound manual (Tibetan bowls of 180, 152 and 140 mm; small hand bell), whose bowls agree with
//! O. Inácio, L. Henrique, J. Antunes, "The Dynamics of Tibetan Singing Bowls", Acta Acustica united with
//! Acustica 92 (2006) 637-653: that paper also finds every mode of a real bowl to be a pair, because no bowl
//! is perfectly round, and gives the beating of these pairs as what makes its sound alive. An instrument that
//! is larger by a factor with the same shape sounds lower by that factor, with the same ratios.
//! That a hand bell's second strong partial is its twelfth is in T. D. Rossing, R. Perrin, "Vibrations of
//! Bells", Applied Acoustics 20 (1987) 41-70.
//! The block is a mokugyo, the wooden fish of Japanese temples: two peaks close together at a ratio of 1.15,
//! struck for 1 to 6 ms, in M. Sunohara, K. Furihata, D. K. Asano, T. Yanagisawa, A. Yuasa, "The acoustics of
//! Japanese wooden drums called mokugyo", JASA 117 (2005) 2247-2258. Its weak upper partials have the ratios of
//! a wood block (915, 1540, 1863, 3112 Hz) in I. McCurdy's table of modes for Csound.
//!
//! # Decay and levels
//! Losses in bronze grow a little slower than in proportion to the frequency, so each partial's time to fall
//! by 60 dB is that of the lowest one times `ratio ^ -damping`. The lowest one's time, the levels and the
//! splitting of the pairs are ours, chosen by listening and by looking at spectrograms: real bowls ring for a
//! minute, which is too long between three strokes.

/// One mode of vibration: a pair of partials that beat against each other.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// Its frequency over that of the lowest mode.
    pub ratio: f64,
    /// The level right after the stroke, in decibels.
    pub level: f64,
    /// The difference of the two partials of the pair in hertz, which is the number of beats per second; 0 for a single one.
    pub split: f64,
}

/// The sound of the stroke itself: noise through a low pass, dying away quickly.
#[derive(Clone, Copy, Debug)]
pub struct Knock {
    /// Its level at the start, in decibels.
    pub level: f64,
    /// Above this frequency it is damped, in hertz.
    pub cutoff: f64,
    /// The time in which it falls by 60 dB, in seconds.
    pub decay: f64,
}

/// One instrument and the way it is struck.
#[derive(Clone, Copy, Debug)]
pub struct Instrument {
    /// The name of its sound, and of its file.
    pub name: &'static str,
    /// The frequency of its lowest mode, in hertz.
    pub lowest: f64,
    /// Its modes, the lowest first.
    pub modes: &'static [Mode],
    /// The exponent by which the decay shortens with the frequency.
    pub damping: f64,
    /// The time in which the lowest mode falls by 60 dB, in seconds.
    pub decay: f64,
    /// The contact time of the striker in seconds: a softer one touches longer, and gives a rounder attack.
    pub contact: f64,
    /// The sound of the stroke.
    pub knock: Knock,
    /// The length of the sound, in seconds.
    pub length: f64,
    /// The highest sample, in decibels below full scale.
    pub peak: f64,
}

const fn mode(ratio: f64, level: f64, split: f64) -> Mode {
    Mode { ratio, level, split }
}

/// The instruments, in the order of the list in the UI.
pub const ALL: [Instrument; 5] = [LARGE_BOWL, SMALL_BOWL, BELL, INKIN, WOOD_BLOCK];

/// A bowl of 240 mm (the one of 180 mm, larger by a third), struck with a padded mallet.
pub const LARGE_BOWL: Instrument = Instrument {
    name: "large-bowl",
    lowest: 221.0 * 180.0 / 240.0,
    modes: &[
        mode(1.0, 0.0, 0.55),
        mode(2.77828, -4.0, 0.8),
        mode(5.18099, -12.0, 1.7),
        mode(8.16289, -21.0, 2.3),
        mode(11.66063, -30.0, 3.1),
        mode(15.63801, -39.0, 3.9),
        mode(19.99, -47.0, 4.6),
    ],
    damping: 0.85,
    decay: 25.0,
    contact: 0.005,
    knock: Knock { level: -27.0, cutoff: 600.0, decay: 0.09 },
    length: 27.0,
    peak: -3.0,
};

/// A bowl of 140 mm, struck with a mallet of leather.
pub const SMALL_BOWL: Instrument = Instrument {
    name: "small-bowl",
    lowest: 528.0,
    modes: &[
        mode(1.0, 0.0, 1.1),
        mode(2.76515, -9.0, 1.6),
        mode(5.12121, -20.0, 2.7),
        mode(7.80681, -31.0, 3.4),
        mode(10.78409, -42.0, 4.1),
    ],
    damping: 0.9,
    decay: 14.0,
    contact: 0.003,
    knock: Knock { level: -28.0, cutoff: 1200.0, decay: 0.06 },
    length: 15.5,
    peak: -3.0,
};

/// A hand bell tuned to C5 (the measured one, larger by 2.5), struck with a padded clapper.
pub const BELL: Instrument = Instrument {
    name: "bell",
    lowest: 1312.0 / 2.5,
    modes: &[
        mode(1.0, 0.0, 0.9),
        mode(1.797_332, -20.0, 1.4),
        mode(2.521_303, -24.0, 1.2),
        mode(2.992_378, -6.0, 1.7),
        mode(3.795_846, -22.0, 3.0),
        mode(4.572_180, -24.0, 2.6),
        mode(5.037_576, -26.0, 3.3),
        mode(5.992_721, -22.0, 4.0),
        mode(6.427_744, -32.0, 4.4),
        mode(7.087_500, -35.0, 3.8),
    ],
    damping: 0.8,
    decay: 10.0,
    contact: 0.0018,
    knock: Knock { level: -26.0, cutoff: 2500.0, decay: 0.04 },
    length: 11.0,
    peak: -3.0,
};

/// A hand bell on a stick, used in walking meditation: a bowl of 38 mm (the one of 152 mm, a
/// quarter of its size), struck with a thin rod.
pub const INKIN: Instrument = Instrument {
    name: "inkin",
    lowest: 314.0 * 4.0,
    modes: &[
        mode(1.0, 0.0, 1.6),
        mode(2.66242, -13.0, 2.4),
        mode(4.83757, -25.0, 3.7),
        mode(7.51592, -36.0, 4.9),
        mode(10.64012, -46.0, 6.1),
    ],
    damping: 0.95,
    decay: 7.5,
    contact: 0.0012,
    knock: Knock { level: -30.0, cutoff: 4000.0, decay: 0.02 },
    length: 8.0,
    peak: -3.0,
};

/// A wooden fish of about a hand's width, struck with a padded stick.
pub const WOOD_BLOCK: Instrument = Instrument {
    name: "wood-block",
    lowest: 392.0,
    modes: &[
        mode(1.0, 0.0, 0.0),
        mode(1.15, -5.0, 0.0),
        mode(1.683, -15.0, 0.0),
        mode(2.036, -18.0, 0.0),
        mode(3.401, -24.0, 0.0),
    ],
    damping: 1.0,
    decay: 0.34,
    contact: 0.0025,
    knock: Knock { level: -9.0, cutoff: 900.0, decay: 0.05 },
    length: 0.5,
    peak: -3.0,
};
