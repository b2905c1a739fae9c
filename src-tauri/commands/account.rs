//! The account and its sync. None of these holds up the engine: the server may take its time.

use tauri::{State, WebviewWindow};
use zafu_core::ids::UserId;
use zafu_engine::EngineHandle;
use zafu_engine::protocol::{
    CodeRequest, ErrorCode, IpcError, ProjectView, RefusedView, SignInRequest, SignedInView,
    SyncReply, SyncRequest,
};

/// The project to begin with.
#[tauri::command]
pub async fn account_project(engine: State<'_, EngineHandle>) -> Result<ProjectView, IpcError> {
    match engine.sync(SyncRequest::Project).await? {
        SyncReply::Project(project) => Ok(project),
        _ => Err(unexpected()),
    }
}

/// Signs in.
#[tauri::command]
pub async fn account_sign_in(
    engine: State<'_, EngineHandle>,
    request: SignInRequest,
) -> Result<SignedInView, IpcError> {
    signed_in(engine.sync(SyncRequest::SignIn(request)).await?)
}

/// Makes an account.
#[tauri::command]
pub async fn account_sign_up(
    engine: State<'_, EngineHandle>,
    request: SignInRequest,
) -> Result<SignedInView, IpcError> {
    signed_in(engine.sync(SyncRequest::SignUp(request)).await?)
}

/// Has a code sent by mail.
#[tauri::command]
pub async fn account_send_code(
    engine: State<'_, EngineHandle>,
    request: CodeRequest,
) -> Result<(), IpcError> {
    engine.sync(SyncRequest::SendCode(request)).await.map(drop)
}

/// Signs out. Nothing is removed.
#[tauri::command]
pub async fn account_sign_out(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.sync(SyncRequest::SignOut).await.map(drop)
}

/// Erases the account's sits from the server; the person has been asked.
#[tauri::command]
pub async fn account_erase(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.sync(SyncRequest::Erase).await.map(drop)
}

/// Takes the person's word on sits that are nobody's.
#[tauri::command]
pub async fn account_adopt(engine: State<'_, EngineHandle>, adopt: bool) -> Result<(), IpcError> {
    engine.sync(SyncRequest::Adopt(adopt)).await.map(drop)
}

/// Moves the sits of an account that is gone to the signed-in one, or leaves them where they are. Returns how many
/// were moved.
#[tauri::command]
pub async fn account_adopt_from(
    engine: State<'_, EngineHandle>,
    owner: UserId,
    adopt: bool,
) -> Result<u32, IpcError> {
    let request = match adopt {
        true => SyncRequest::AdoptFrom { owner, confirmed: false },
        false => SyncRequest::DeclineFrom(owner),
    };
    match engine.sync(request).await? {
        SyncReply::Adopted(sits) => Ok(sits),
        _ => Ok(0),
    }
}

/// Takes the person's word on sits that were erased elsewhere.
#[tauri::command]
pub async fn account_after_erasure(
    engine: State<'_, EngineHandle>,
    upload: bool,
) -> Result<(), IpcError> {
    engine.sync(SyncRequest::AfterErasure { upload }).await.map(drop)
}

/// Syncs, and answers at the end of it.
#[tauri::command]
pub async fn sync_now(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.sync(SyncRequest::Now).await.map(drop)
}

/// What the server will not have.
#[tauri::command]
pub async fn list_refused(engine: State<'_, EngineHandle>) -> Result<Vec<RefusedView>, IpcError> {
    match engine.sync(SyncRequest::Refused).await? {
        SyncReply::Refused(refused) => Ok(refused),
        _ => Err(unexpected()),
    }
}

/// Sends it again.
#[tauri::command]
pub async fn retry_refused(engine: State<'_, EngineHandle>) -> Result<(), IpcError> {
    engine.sync(SyncRequest::Retry).await.map(drop)
}

/// Writes it to a file that the person chooses, whose path it answers; none if they choose none.
#[tauri::command]
pub async fn export_refused(
    window: WebviewWindow,
    engine: State<'_, EngineHandle>,
) -> Result<Option<String>, IpcError> {
    let SyncReply::Exported(refused) = engine.sync(SyncRequest::ExportRefused).await? else {
        return Err(unexpected());
    };
    let dialog = rfd::AsyncFileDialog::new()
        .set_parent(&window)
        .set_file_name("zafu-refused.json")
        .add_filter("JSON", &["json"]);
    let Some(file) = dialog.save_file().await else { return Ok(None) };
    let path = file.path().display().to_string();
    let not_written = |error: &dyn std::fmt::Display| {
        let message = format!("{path} could not be written: {error}. Nothing else was changed");
        IpcError::new(ErrorCode::Storage, message)
    };
    let text = serde_json::to_vec_pretty(&refused).map_err(|error| not_written(&error))?;
    file.write(&text).await.map_err(|error| not_written(&error))?;
    Ok(Some(path))
}

fn signed_in(reply: SyncReply) -> Result<SignedInView, IpcError> {
    match reply {
        SyncReply::SignedIn(view) => Ok(view),
        _ => Err(unexpected()),
    }
}

fn unexpected() -> IpcError {
    IpcError::new(ErrorCode::Engine, "Zafu answered something else: quit it and start it again")
}
