/**
 * What the window asks of Zafu. Two things implement it: `tauri.ts`, the only file that knows Tauri, and
 * `demo.ts`, an engine in memory for tests and for looking at screens in a browser. Every promise rejects
 * with an `IpcError`.
 */
import type {
	Answer,
	BellCheck,
	BellError,
	ErrorCode,
	IpcError,
	LogOwner,
	OvertimeAnswer,
	OwnerView,
	Preset,
	ProjectView,
	RefusedView,
	Settings,
	SignedInView,
	SignInRequest,
	SitRecord,
	EngineState,
	SoundView,
	StartRequest,
} from './types';

export interface Heard {
	engineState: (engineState: EngineState) => void;
	quitAsked: () => void;
	/** The person wants to write a note on this sit. */
	openNote: (id: string) => void;
	/** The log is not as it was: other devices have sent something. */
	logChanged: () => void;
}

/** What the window is given before its first line of script, so that its first picture is the right one. */
export interface Start {
	engineState: EngineState;
	settings: Settings;
	quitAsked: boolean;
	/** Whether it was opened to write a note on the sit at its end. */
	noteAsked?: boolean;
}

export interface Api {
	/** None where the window must ask for it all. */
	readonly start?: Start;
	getState(): Promise<EngineState>;
	startSit(request: StartRequest): Promise<EngineState>;
	pauseSit(): Promise<EngineState>;
	resumeSit(): Promise<EngineState>;
	endSit(overtime: OvertimeAnswer | null): Promise<EngineState>;
	discardSit(): Promise<EngineState>;
	resolveSit(id: string, answer: Answer): Promise<EngineState>;
	dismissFinished(): Promise<EngineState>;
	/** Newest first, those that come after `before` in the list. */
	listSits(limit: number, before: string | null, owner: LogOwner): Promise<SitRecord[]>;
	/** Every owner of sits on this device, the account in use first. */
	listOwners(): Promise<OwnerView[]>;
	editSit(id: string, note: string, label: string): Promise<void>;
	deleteSit(id: string): Promise<void>;
	restoreSit(id: string): Promise<void>;
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
	/** The project that is offered to sign in to. */
	accountProject(): Promise<ProjectView>;
	accountSignIn(request: SignInRequest): Promise<SignedInView>;
	accountSignUp(request: SignInRequest): Promise<SignedInView>;
	/** Has a code sent by mail, to sign in with. */
	accountSendCode(url: string, key: string, email: string): Promise<void>;
	accountSignOut(): Promise<void>;
	/** Erases what the account has in its project. */
	accountErase(): Promise<void>;
	/** Whether sits made while nobody was signed in are the account's. */
	accountAdopt(adopt: boolean): Promise<void>;
	/** Moves the sits of an account that is gone to the signed-in one, or leaves them. Returns how many were moved. */
	accountAdoptFrom(owner: string, adopt: boolean): Promise<number>;
	/** Whether sits that were erased from another device are stored in the project again. */
	accountAfterErasure(upload: boolean): Promise<void>;
	syncNow(): Promise<void>;
	listRefused(): Promise<RefusedView[]>;
	retryRefused(): Promise<void>;
	/** Where they were written; null if the person chose no place. */
	exportRefused(): Promise<string | null>;
	/** Calls back until the returned function is called. */
	listen(heard: Heard): Promise<() => void>;
}

/** Whatever was thrown, as an error that can be shown. */
export function asIpcError(thrown: unknown): IpcError {
	if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
		const bell = 'bell' in thrown ? (thrown.bell as BellError) : undefined;
		return { code: thrown.code as ErrorCode, message: String(thrown.message), bell };
	}
	return { code: 'engine', message: thrown instanceof Error ? thrown.message : String(thrown) };
}
