//! Commands for settings, presets and sounds.

use super::on_a_thread;
use tauri::State;
use uuid::Uuid;
use zafu_core::plan::SoundName;
use zafu_core::settings::{Preset, Settings, VolumePercent};
use zafu_engine::EngineHandle;
use zafu_engine::adapters::bells;
use zafu_engine::protocol::{IpcError, SoundView};

/// Returns the settings.
#[tauri::command]
pub async fn get_settings(engine: State<'_, EngineHandle>) -> Result<Settings, IpcError> {
    engine.settings().await
}

/// Saves the settings.
#[tauri::command]
pub async fn save_settings(
    engine: State<'_, EngineHandle>,
    settings: Settings,
) -> Result<(), IpcError> {
    engine.save_settings(settings).await
}

/// Returns the presets.
#[tauri::command]
pub async fn list_presets(engine: State<'_, EngineHandle>) -> Result<Vec<Preset>, IpcError> {
    engine.presets().await
}

/// Saves a preset.
#[tauri::command]
pub async fn save_preset(engine: State<'_, EngineHandle>, preset: Preset) -> Result<(), IpcError> {
    engine.save_preset(preset).await
}

/// Deletes a preset.
#[tauri::command]
pub async fn delete_preset(engine: State<'_, EngineHandle>, id: Uuid) -> Result<(), IpcError> {
    engine.delete_preset(id).await
}

/// Returns Zafu's own sounds.
#[tauri::command]
pub async fn list_sounds(engine: State<'_, EngineHandle>) -> Result<Vec<SoundView>, IpcError> {
    engine.sounds().await
}

/// Plays a bell once.
#[tauri::command]
pub async fn preview_bell(
    engine: State<'_, EngineHandle>,
    sound: SoundName,
    volume_percent: VolumePercent,
) -> Result<(), IpcError> {
    engine.preview_bell(sound, volume_percent).await
}

/// Opens a dialog for a sound file and returns its path, or `None` if the user cancels. Fails if the file cannot be
/// played.
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
