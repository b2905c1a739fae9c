//! `cargo xtask sounds`: generates the bells of Zafu, and with `--check` compares the files with what it would generate.
//!
//! The encoder is built for this command only: without the feature `sounds`, it runs itself again with it.

#[cfg(feature = "sounds")]
mod flac;
#[cfg(feature = "sounds")]
mod instruments;
#[cfg(feature = "sounds")]
mod measure;
#[cfg(feature = "sounds")]
mod synthesis;
#[cfg(all(test, feature = "sounds"))]
mod tests;

/// Writes the sounds, or with `--check` compares them with the files.
///
/// # Errors
/// If a file cannot be written, or differs.
#[cfg(feature = "sounds")]
pub fn run(args: &[String]) -> Result<(), String> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("use: cargo xtask sounds [--check]".into()),
    };
    println!("{:<12} {:>7} {:>8} {:>10} {:>10}", "sound", "seconds", "bytes", "peak dBFS", "LUFS");
    for instrument in &instruments::ALL {
        let sound = synthesis::strike(instrument);
        let bytes = flac::encode(&sound)?;
        println!(
            "{:<12} {:>7.1} {:>8} {:>10.1} {:>10.1}",
            instrument.name,
            instrument.length,
            bytes.len(),
            measure::peak(&sound),
            measure::loudness(&sound)
        );
        let path = file(instrument.name);
        if !check {
            std::fs::write(&path, bytes)
                .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
        } else if std::fs::read(&path).ok() != Some(bytes) {
            return Err(format!("{} is out of date: run cargo xtask sounds", path.display()));
        }
    }
    Ok(())
}

/// Runs this command again in a build that has the encoder.
///
/// # Errors
/// If cargo cannot be run, or the command failed.
#[cfg(not(feature = "sounds"))]
pub fn run(args: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args(["run", "--quiet", "--package", "xtask", "--features", "sounds", "--", "sounds"])
        .args(args)
        .status()
        .map_err(|error| format!("cargo could not be run: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("no sounds were generated, or they differ: see above".into())
    }
}

/// Returns the path from which the engine embeds a sound.
#[cfg(feature = "sounds")]
fn file(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../src-tauri/crates/engine/sounds")
        .join(format!("{name}.flac"))
}
