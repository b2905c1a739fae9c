/**
 * The window's interface to the engine. `tauri.ts` implements it with Tauri commands, `demo.ts` with an engine in memory
 * for tests and for the demo in a browser. Every promise rejects with an `IpcError`.
 */
import type {
	Answer,
	BackupView,
	BellCheck,
	ChangedSelection,
	ChosenFiles,
	DateOrder,
	DayTotal,
	ExportedFile,
	ExportFormat,
	ImportProgress,
	ImportReading,
	ImportUndoView,
	ImportView,
	InsightPeriod,
	InsightView,
	IpcError,
	LabelLook,
	LabelView,
	LogFilter,
	LogPage,
	LogQuery,
	LogSelection,
	LogSession,
	OvertimeAnswer,
	OwnerView,
	Preset,
	ProjectView,
	RestorePreview,
	DeadLetterView,
	Settings,
	SignedInView,
	SignInRequest,
	SelectionView,
	SessionRef,
	SitChange,
	SitEntry,
	EngineState,
	SoundView,
	StartRequest,
	InvitationPreview,
	InvitationView,
	PartnerView,
	Privacy,
	ProfileView,
	WeekProgress,
	UndoEntry,
} from './types';

export interface Listener {
	engineState: (engineState: EngineState) => void;
	quitAsked: () => void;
	/** The user chose to write a note on this sit in its notification. */
	openNote: (id: string) => void;
	/** The log was changed by an import, or other than by the window. */
	logChanged: () => void;
	/** The partner, the profile or the week has changed. */
	partnerChanged: () => void;
	/** The link of an invitation was opened outside of the window. */
	invitationOpened: (link: string) => void;
	/** Files are dragged over the window, or no longer are. */
	filesOver: (isOver: boolean) => void;
	/** Files were dropped on the window. */
	filesDropped: (files: ChosenFiles) => void;
}

/** How files are read for an import. */
export interface ImportOptions {
	/** The time zone of times without one; null: that of the system. */
	zone: string | null;
	/** Which comes first in dates of files that do not tell it. */
	dateOrder: DateOrder | null;
	/** Whether sits of more than 24 hours are imported too. */
	longSits: boolean;
	/** Whether sits that were deleted come back. */
	deletedSits: boolean;
}

/** Data that the shell provides before any script runs, so that the first paint is complete. */
export interface Start {
	engineState: EngineState;
	settings: Settings;
	quitAsked: boolean;
	/** Whether the window was opened to write a note on the finished sit. */
	noteAsked?: boolean;
	/** Set if Zafu has started again with a backup. */
	restored?: Restored | null;
	/** Whether an import runs that an earlier window has begun, or has ended and no window has shown it. */
	importing?: boolean;
	/** The filter and the changes that can be undone. */
	log: LogSession;
}

/** How an import has ended that an earlier window has begun. */
export interface FollowedImport {
	/** Null if there was nothing to import. */
	imported: ImportView | null;
}

/** A backup that was restored. */
export interface Restored {
	/** The path of the database that was replaced; null if there was none. */
	aside: string | null;
}

/** What concerns the week, the profile and the partner. A change resolves with the view after it. */
export interface PartnerApi {
	/** Returns what this device knows; reads nothing from the project. */
	partner(): Promise<PartnerView>;
	/** Creates an invitation, or returns the one that is open. */
	invitePartner(): Promise<InvitationView>;
	withdrawInvitation(): Promise<PartnerView>;
	/** Returns the server that the invitation in a text names, such as `lotus.supabase.co`. Asks nobody. */
	invitationHost(text: string): Promise<string | null>;
	/** Returns what the invitation in a text says. Accepts nothing. */
	previewInvitation(text: string): Promise<InvitationPreview>;
	/** Accepts an invitation. `keepTexts`: whether notes and labels stay on this device. */
	acceptInvitation(text: string, keepTexts: boolean): Promise<PartnerView>;
	setProfile(profile: ProfileView): Promise<PartnerView>;
	/** Sets the sits of a week from the next one on; 0: resting. */
	setTarget(target: number): Promise<PartnerView>;
	setPrivacy(privacy: Privacy): Promise<PartnerView>;
	bow(): Promise<PartnerView>;
	leavePartner(): Promise<PartnerView>;
	/** Returns the progress of the week that the lotus shows. */
	week(): Promise<WeekProgress>;
}

export interface Api extends PartnerApi {
	/** Undefined if the window must load everything itself. */
	readonly start?: Start;
	getState(): Promise<EngineState>;
	startSit(request: StartRequest): Promise<EngineState>;
	pauseSit(): Promise<EngineState>;
	resumeSit(): Promise<EngineState>;
	endSit(overtime: OvertimeAnswer | null): Promise<EngineState>;
	discardSit(): Promise<EngineState>;
	resolveSit(id: string, answer: Answer): Promise<EngineState>;
	dismissFinished(): Promise<EngineState>;
	/** Returns a page of the log, newest sit first. */
	log(query: LogQuery): Promise<LogPage>;
	/** Returns the local day and the total of its sits. */
	today(): Promise<DayTotal>;
	/** Returns every owner of sits on this device, the current account first. */
	listOwners(): Promise<OwnerView[]>;
	// The requests that change the log: the shell keeps `undo` for the next window if the change is made.
	/** Changes only those fields of a sit that are given. */
	editSit(session: SessionRef, change: SitChange, undo?: UndoEntry): Promise<void>;
	/** Adds a sit that was not timed. */
	addSit(entry: SitEntry, undo?: UndoEntry): Promise<SessionRef>;
	deleteSits(sessions: SessionRef[], undo?: UndoEntry): Promise<void>;
	/** Undoes the deletion of sits. */
	restoreSits(sessions: SessionRef[]): Promise<void>;
	/** Sets the label of sits; an empty key removes it. */
	setLabel(sessions: SessionRef[], key: string, undo?: UndoEntry): Promise<void>;
	/** Returns what the user can change of a selection. */
	countSelection(selection: LogSelection): Promise<SelectionView>;
	deleteSelection(selection: LogSelection, undo?: UndoEntry): Promise<ChangedSelection>;
	/** Sets the label of all sits of a selection; an empty key removes it. */
	labelSelection(selection: LogSelection, key: string, undo?: UndoEntry): Promise<ChangedSelection>;
	/** Reverts a change of a selection. */
	revertSelection(change: number): Promise<void>;
	/** Returns the labels that the user can choose, by name. */
	listLabels(): Promise<LabelView[]>;
	createLabel(look: LabelLook, undo?: UndoEntry): Promise<LabelView>;
	changeLabel(key: string, look: LabelLook, undo?: UndoEntry): Promise<void>;
	/** Shows the sits of the label `from` under the label `into`. */
	mergeLabel(from: string, into: string, undo?: UndoEntry): Promise<void>;
	/** Removes a label; its sits are shown without one. */
	deleteLabel(key: string, undo?: UndoEntry): Promise<void>;
	/** Undoes a merge or a deletion of a label. */
	restoreLabel(key: string): Promise<void>;
	/** Forgets a change that was undone, or that never can be. */
	dropUndo(id: number): Promise<void>;
	/** Keeps the filter of the log for the next window. */
	keepLogFilter(filter: LogFilter): Promise<void>;
	/** Returns the figures of the log for a period. */
	readInsight(period: InsightPeriod): Promise<InsightView>;
	/** Stores a picture in a file that the user chooses. Returns its path; null if the user chose none. */
	savePicture(name: string, picture: Uint8Array): Promise<string | null>;
	/** Has the user choose files to import; null if the user chose none. */
	chooseImportFiles(): Promise<ChosenFiles | null>;
	/** Returns what importing chosen files would change. Imports nothing. */
	readImport(id: number, options: ImportOptions): Promise<ImportReading>;
	/** Imports what was read as `number`; null if there was nothing to import. */
	commitImport(number: number): Promise<ImportView | null>;
	/** Waits for the import that an earlier window has begun; null if there is none that a window has not shown. */
	followImport(): Promise<FollowedImport | null>;
	/** Discards what was read. */
	discardImport(): Promise<void>;
	/** Returns how far the reading or import is that runs. */
	importProgress(): Promise<ImportProgress>;
	/** Cancels the reading or import that runs. */
	cancelImport(): Promise<void>;
	/** Returns the imports that were made, newest first. */
	listImports(): Promise<ImportView[]>;
	/** Writes the sits that a filter selects to a file that the user chooses; null if the user chose none. */
	exportLog(filter: LogFilter, format: ExportFormat): Promise<ExportedFile | null>;
	/** Returns the backups, newest first. */
	listBackups(): Promise<BackupView[]>;
	makeBackup(): Promise<BackupView>;
	/** Returns what restoring a backup would change. */
	previewRestore(number: number): Promise<RestorePreview>;
	/** Restores a backup: Zafu quits and starts again. Rejects if a sit is running. */
	restoreBackup(number: number, shown: RestorePreview): Promise<void>;
	/** Returns what undoing an import would change. */
	previewImportUndo(id: number): Promise<ImportUndoView>;
	/** Deletes the sits that an import brought. */
	undoImport(id: number): Promise<ImportView>;
	getSettings(): Promise<Settings>;
	saveSettings(settings: Settings): Promise<void>;
	listPresets(): Promise<Preset[]>;
	savePreset(preset: Preset): Promise<void>;
	deletePreset(id: string): Promise<void>;
	checkBell(): Promise<BellCheck>;
	previewBell(sound: string, volumePercent: number): Promise<void>;
	listSounds(): Promise<SoundView[]>;
	chooseSoundFile(): Promise<string | null>;
	setFullscreen(on: boolean): Promise<void>;
	quitApp(): Promise<void>;
	/** Returns the project that the sign-in form suggests. */
	accountProject(): Promise<ProjectView>;
	accountSignIn(request: SignInRequest): Promise<SignedInView>;
	accountSignUp(request: SignInRequest): Promise<SignedInView>;
	/** Sends a sign-in code by email. */
	accountSendCode(url: string, key: string, email: string): Promise<void>;
	accountSignOut(): Promise<void>;
	/** Erases the account's data from its project. */
	accountErase(): Promise<void>;
	/** Chooses whether notes and labels stay on the devices of the account. */
	setKeepsTexts(keeps: boolean): Promise<void>;
	/** Adds the sits recorded while no account was signed in to the account, or leaves them. */
	accountAdopt(adopt: boolean): Promise<void>;
	/** Moves the sits of a deleted account to the current one, or leaves them. Returns how many were moved. */
	accountAdoptFrom(owner: string, adopt: boolean): Promise<number>;
	/** Uploads the sits that were erased from another device again, or keeps them on this device only. */
	accountAfterErasure(upload: boolean): Promise<void>;
	syncNow(): Promise<void>;
	listDeadLetters(): Promise<DeadLetterView[]>;
	retryDeadLetters(): Promise<void>;
	/** Returns the path of the file; null if the user chose none. */
	exportDeadLetters(): Promise<string | null>;
	/** Says that the page of the partner has shown an opened invitation. Until then the next window shows it. */
	invitationShown(link: string): Promise<void>;
	/** Calls the listeners until the returned function is called. */
	listen(listener: Listener): Promise<() => void>;
}

/** Converts anything thrown into an error that can be shown. */
export function asIpcError(thrown: unknown): IpcError {
	if (isIpcError(thrown)) return thrown;
	const reason = thrown instanceof Error ? thrown.message : String(thrown);
	return { code: 'engine', message: { id: 'engine-fault', args: { reason } } };
}

function isIpcError(thrown: unknown): thrown is IpcError {
	if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return false;
	return 'message' in thrown && typeof thrown.message === 'object';
}
