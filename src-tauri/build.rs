//! Declares the Tauri commands: a window can call only commands that are listed here.

const COMMANDS: &[&str] = &[
    "get_state",
    "start_sit",
    "pause_sit",
    "resume_sit",
    "end_sit",
    "discard_sit",
    "resolve_sit",
    "dismiss_finished",
    "log_page",
    "get_insight",
    "save_picture",
    "list_owners",
    "add_sit",
    "edit_sit",
    "delete_sits",
    "restore_sits",
    "set_label",
    "list_labels",
    "create_label",
    "change_label",
    "merge_label",
    "delete_label",
    "restore_label",
    "account_project",
    "account_sign_in",
    "account_sign_up",
    "account_send_code",
    "account_sign_out",
    "account_erase",
    "account_adopt",
    "account_adopt_from",
    "account_after_erasure",
    "sync_now",
    "list_dead_letters",
    "retry_dead_letters",
    "export_dead_letters",
    "get_settings",
    "save_settings",
    "list_presets",
    "save_preset",
    "delete_preset",
    "check_bell",
    "preview_bell",
    "list_sounds",
    "choose_sound_file",
    "set_fullscreen",
    "quit_app",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        // A build script reports an error by failing.
        panic!("the desktop shell cannot be built: {error:#}");
    }
}
