//! What the person has chosen, and the plans they keep by name.

use super::on_a_thread;
use tauri::State;
use uuid::Uuid;
use zafu_core::plan::SoundName;
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_engine::Engine;
use zafu_engine::adapters::bells;
use zafu_engine::protocol::{IpcError, SoundView};

/// What the person has chosen.
#[tauri::command]
pub async fn get_settings(engine: State<'_, Engine>) -> Result<Settings, IpcError> {
    engine.run(|runner| Ok(runner.settings())).await
}

/// Keeps what the person has chosen.
#[tauri::command]
pub async fn save_settings(engine: State<'_, Engine>, settings: Settings) -> Result<(), IpcError> {
    engine.run(move |runner| runner.save_settings(settings)).await
}

/// Plans kept by name.
#[tauri::command]
pub async fn list_presets(engine: State<'_, Engine>) -> Result<Vec<Preset>, IpcError> {
    engine.run(|runner| runner.presets()).await
}

/// Keeps a plan by name.
#[tauri::command]
pub async fn save_preset(engine: State<'_, Engine>, preset: Preset) -> Result<(), IpcError> {
    engine.run(move |runner| runner.save_preset(&preset)).await
}

/// Forgets a plan kept by name.
#[tauri::command]
pub async fn delete_preset(engine: State<'_, Engine>, id: Uuid) -> Result<(), IpcError> {
    engine.run(move |runner| runner.delete_preset(id)).await
}

/// The sounds that can be struck.
#[tauri::command]
pub async fn list_sounds(engine: State<'_, Engine>) -> Result<Vec<SoundView>, IpcError> {
    engine.run(|runner| Ok(runner.sounds())).await
}

/// Lets a bell be heard, once.
#[tauri::command]
pub async fn preview_bell(
    engine: State<'_, Engine>,
    sound: SoundName,
    volume_percent: VolumePercent,
) -> Result<(), IpcError> {
    engine
        .run(move |runner| {
            runner.preview_bell(sound, volume_percent);
            Ok(())
        })
        .await
}

/// Lets the person choose a sound file of their own; none if they choose none. A file that cannot be played is refused.
#[tauri::command]
pub async fn choose_sound_file(window: tauri::WebviewWindow) -> Result<Option<String>, IpcError> {
    let dialog = rfd::AsyncFileDialog::new()
        .set_parent(&window)
        .add_filter("WAV, FLAC, Ogg, MP3", &["wav", "flac", "ogg", "oga", "mp3"]);
    let Some(file) = dialog.pick_file().await else { return Ok(None) };
    let path = file.path().to_owned();
    let checked = path.clone();
    on_a_thread(move || bells::check_file(&checked)).await??;
    Ok(Some(path.to_string_lossy().into_owned()))
}
