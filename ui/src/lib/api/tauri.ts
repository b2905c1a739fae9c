/** Implements the API with Tauri commands and events; no other file imports Tauri. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Api, Listener, Start } from './api';
import type { ChosenFiles, EngineState, LogRequest, UndoEntry } from './types';

declare global {
	interface Window {
		/** Set by the shell, before any script of ours. */
		readonly __ZAFU_START__?: Start;
	}
}

/** Sends a request to the log; the shell keeps `undo` if it succeeds. */
function log<T>(request: LogRequest, undo?: UndoEntry): Promise<T> {
	return invoke('request_log', { request, undo });
}

async function showInvitation(listener: Listener): Promise<void> {
	const link = await invoke<string | null>('get_join_link');
	if (link !== null) listener.invitationOpened(link);
}

export const tauri: Api = {
	start: window.__ZAFU_START__,
	getState: () => invoke('get_state'),
	startSit: (request) => invoke('start_sit', { request }),
	pauseSit: () => invoke('pause_sit'),
	resumeSit: () => invoke('resume_sit'),
	endSit: (overtime) => invoke('end_sit', { overtime }),
	discardSit: () => invoke('discard_sit'),
	resolveSit: (id, answer) => invoke('resolve_sit', { id, answer }),
	dismissFinished: () => invoke('dismiss_finished'),
	log: (query) => log({ do: 'sits', query }),
	today: () => log({ do: 'today' }),
	listOwners: () => log({ do: 'owners' }),
	editSit: (session, change, undo) => log({ do: 'editSit', session, change }, undo),
	addSit: (entry, undo) => log({ do: 'addSit', entry }, undo),
	deleteSits: (sessions, undo) => log({ do: 'deleteSits', sessions }, undo),
	restoreSits: (sessions) => log({ do: 'restoreSits', sessions }),
	setLabel: (sessions, label, undo) => log({ do: 'setLabel', sessions, label }, undo),
	countSelection: (selection) => log({ do: 'countSelection', selection }),
	deleteSelection: (selection, undo) => log({ do: 'deleteSelection', selection }, undo),
	labelSelection: (selection, label, undo) => log({ do: 'labelSelection', selection, label }, undo),
	revertSelection: (change) => log({ do: 'revertSelection', change }),
	listLabels: () => log({ do: 'labels' }),
	createLabel: (look, undo) => log({ do: 'createLabel', look }, undo),
	changeLabel: (key, look, undo) => log({ do: 'changeLabel', key, look }, undo),
	mergeLabel: (from, into, undo) => log({ do: 'mergeLabel', from, into }, undo),
	deleteLabel: (key, undo) => log({ do: 'deleteLabel', key }, undo),
	restoreLabel: (key) => log({ do: 'restoreLabel', key }),
	readInsight: (period) => log({ do: 'insight', period }),
	dropUndo: (id) => invoke('drop_undo', { id }),
	keepLogFilter: (filter) => invoke('keep_log_filter', { filter }),
	savePicture: (name, picture) => invoke('save_picture', { name, picture: [...picture] }),
	chooseImportFiles: () => invoke('choose_import_files'),
	readImport: (id, options) => invoke('read_import', { id, ...options }),
	commitImport: (number) => invoke('commit_import', { number }),
	followImport: () => invoke('follow_import'),
	discardImport: () => invoke('discard_import'),
	importProgress: () => invoke('import_progress'),
	cancelImport: () => invoke('cancel_import'),
	listImports: () => invoke('list_imports'),
	exportLog: (filter, format) => invoke('export_log', { filter, format }),
	listBackups: () => invoke('list_backups'),
	makeBackup: () => invoke('make_backup'),
	previewRestore: (number) => invoke('preview_restore', { number }),
	restoreBackup: (number, shown) => invoke('restore_backup', { number, shown }),
	previewImportUndo: (id) => invoke('preview_import_undo', { id }),
	undoImport: (id) => invoke('undo_import', { id }),
	getSettings: () => invoke('get_settings'),
	saveSettings: (settings) => invoke('save_settings', { settings }),
	listPresets: () => invoke('list_presets'),
	savePreset: (preset) => invoke('save_preset', { preset }),
	deletePreset: (id) => invoke('delete_preset', { id }),
	checkBell: () => invoke('check_bell'),
	previewBell: (sound, volumePercent) => invoke('preview_bell', { sound, volumePercent }),
	listSounds: () => invoke('list_sounds'),
	chooseSoundFile: () => invoke('choose_sound_file'),
	setFullscreen: (on) => invoke('set_fullscreen', { on }),
	quitApp: () => invoke('quit_app'),
	accountProject: () => invoke('account_project'),
	accountSignIn: (request) => invoke('account_sign_in', { request }),
	accountSignUp: (request) => invoke('account_sign_up', { request }),
	accountSendCode: (url, key, email) =>
		invoke('account_send_code', { request: { url, key, email } }),
	accountSignOut: () => invoke('account_sign_out'),
	accountErase: () => invoke('account_erase'),
	setKeepsTexts: (keeps) => invoke('set_keeps_texts', { keeps }),
	accountAdopt: (adopt) => invoke('account_adopt', { adopt }),
	accountAdoptFrom: (owner, adopt) => invoke('account_adopt_from', { owner, adopt }),
	accountAfterErasure: (upload) => invoke('account_after_erasure', { upload }),
	syncNow: () => invoke('sync_now'),
	listDeadLetters: () => invoke('list_dead_letters'),
	retryDeadLetters: () => invoke('retry_dead_letters'),
	exportDeadLetters: () => invoke('export_dead_letters'),
	partner: () => invoke('get_partner'),
	invitePartner: () => invoke('invite_partner'),
	withdrawInvitation: () => invoke('withdraw_invitation'),
	invitationHost: (text) => invoke('invitation_host', { text }),
	previewInvitation: (text) => invoke('preview_invitation', { text }),
	acceptInvitation: (text, keepTexts) => invoke('accept_invitation', { text, keepTexts }),
	setProfile: (profile) => invoke('set_profile', { profile }),
	setTarget: (target) => invoke('set_target', { target }),
	setPrivacy: (level) => invoke('set_privacy', { level }),
	bow: () => invoke('bow'),
	leavePartner: () => invoke('leave_partner'),
	week: () => invoke('get_week'),
	invitationShown: (link) => invoke('join_link_shown', { link }),
	listen: async (listener) => {
		const stops = await Promise.all([
			listen<EngineState>('state', (event) => listener.engineState(event.payload)),
			listen('quit-asked', () => listener.quitAsked()),
			listen('log', () => listener.logChanged()),
			listen('partner', () => listener.partnerChanged()),
			listen('join', () => void showInvitation(listener)),
			listen<boolean>('files-over', (event) => listener.filesOver(event.payload)),
			listen<ChosenFiles>('files-dropped', (event) => listener.filesDropped(event.payload)),
			listen<{ id: string }>('open-note', (event) => listener.openNote(event.payload.id)),
		]);
		// A link that was opened before the window listened.
		await showInvitation(listener);
		return () => stops.forEach((stop) => stop());
	},
};
