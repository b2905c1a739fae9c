/**
 * An engine in memory for tests of the window and for the demo. It counts time with the given clock, and changes phase
 * only when `tick` is called or its own timer fires.
 */
import type { MessageId } from '../messages.svelte';
import type { Api, Listener } from './api';
import { yearOf } from '../charts/calendar';
import { DEMO_TODAY, insightOf, type DemoSit } from './demo-insight';
import { demoAccount, type AccountState } from './demo-account';
import { demoLog, type DemoLabel } from './demo-log';
import { DEMO_BACKUPS, DEMO_RESTORE, demoTransfer, type DemoImport } from './demo-transfer';
import { DEMO_INVITATION, demoPartner, type PartnerState } from './demo-partner';
import type {
	ChosenFiles,
	FinishedView,
	ImportUndoView,
	ImportView,
	IpcError,
	LogSession,
	PlanChoice,
	RestorePreview,
	Preset,
	Settings,
	SitRecord,
	SitView,
	EngineState,
	UnsettledView,
} from './types';

export const DEMO_PLAN: PlanChoice = {
	length: { kind: 'timed', seconds: 1200 },
	preparationSeconds: 10,
	startBell: { sound: 'large-bowl', strikes: 1 },
	intervals: null,
	endBell: { sound: 'large-bowl', strikes: 3 },
	overtime: 'ask',
};

export const DEMO_SETTINGS: Settings = {
	plan: DEMO_PLAN,
	volumePercent: 70,
	timeDisplay: 'minutes',
	theme: 'system',
	language: 'system',
	fadeAfterSeconds: 4,
	dim: false,
	dayStartsAtHour: 4,
	showStreak: true,
	showToday: false,
	keepSystemAwake: true,
	keepScreenAwake: false,
	notify: true,
	closeWhenIdle: 'quit',
	week: 'ours',
	partnerNotifications: true,
};

export interface DemoState {
	sit?: SitView;
	unsettled?: UnsettledView[];
	finished?: FinishedView;
	trouble?: IpcError[];
	records?: SitRecord[];
	labels?: DemoLabel[];
	settings?: Partial<Settings>;
	presets?: Preset[];
	/** The log whose figures are shown; without it, figures are not offered. */
	insight?: DemoSit[];
	/** The files that the user chooses to import; none if the user chooses none. */
	files?: DemoImport;
	/** What undoing an import would change, where it is not as the import was. */
	undo?: Partial<ImportUndoView>;
	/** Imports that were made. */
	imports?: ImportView[];
	/** What restoring a backup would change. */
	restore?: Partial<RestorePreview>;
	bellError?: IpcError;
	/** Error with which a chosen sound file is refused. */
	fileError?: IpcError;
	account?: AccountState;
	partner?: PartnerState;
	/** Event that is sent as soon as the window listens. */
	asked?: 'quit' | 'note' | 'drag' | 'join';
	/** A monotonic clock in milliseconds. */
	now?: () => number;
	/** Whether phases change by themselves in real time. */
	alive?: boolean;
}

export interface Demo extends Api {
	/** Changes the phase if it is due. */
	tick(): void;
	/** Simulates a request to quit. */
	askToQuit(): void;
	/** Simulates the notification's button that writes a note. */
	askForNote(id: string): void;
	/** Simulates a sync that brings this sit. */
	arrive(sit: SitRecord): void;
	/** Simulates the link of an invitation that is opened in another program. */
	openInvitation(link: string): void;
	/** Simulates files that are dragged over the window, or no longer are. */
	drag(isOver: boolean): void;
	/** Simulates files that are dropped on the window. */
	drop(files: ChosenFiles): void;
	/** Returns what the shell keeps of the log for the next window. */
	keptLog(): LogSession;
	calls: string[];
}

/** Returns ids in the format of Zafu's, in order. */
function nextId(counter: number): string {
	return `01990000-0000-7000-8000-${String(counter).padStart(12, '0')}`;
}

export function createDemo(state: DemoState = {}): Demo {
	const now = state.now ?? (() => performance.now());
	const listeners = new Set<Listener>();
	const calls: string[] = [];
	let settings: Settings = { ...DEMO_SETTINGS, ...state.settings };
	let presets = state.presets ?? [];
	let sit = state.sit ?? null;
	let unsettled = state.unsettled ?? [];
	let finished = state.finished ?? null;
	let anchor = now();
	let ids = 1;
	const account = demoAccount(state.account ?? {}, calls, () => changed());
	const log = demoLog({
		records: state.records ?? [],
		labels: state.labels ?? [],
		calls,
		dayStartsAtHour: () => settings.dayStartsAtHour,
		others: account.others,
		nextId: () => nextId((ids += 1)),
	});

	const transfer = demoTransfer({
		files: state.files,
		made: state.imports ?? [],
		backups: DEMO_BACKUPS,
		restore: { ...DEMO_RESTORE, ...state.restore },
		undo: state.undo ?? {},
		calls,
		count: log.count,
		listeners,
	});

	if (finished && !state.records?.some(({ id }) => id === finished?.id))
		log.record(recordOf(finished));

	/** Sets the time sat. */
	function settleTime(): void {
		const passed = now() - anchor;
		anchor = now();
		if (!sit || sit.phase === 'paused') return;
		const next = { ...sit };
		let rest = passed;
		if (next.phase === 'preparing') {
			const used = Math.min(rest, next.preparationLeftMs);
			next.preparationLeftMs -= used;
			rest -= used;
			if (next.preparationLeftMs <= 0) next.phase = 'sitting';
		}
		if (next.phase !== 'preparing') next.elapsedMs += rest;
		const planned = next.plannedSeconds === null ? Infinity : next.plannedSeconds * 1000;
		if (next.phase !== 'preparing' && next.elapsedMs >= planned) {
			next.phase = 'overtime';
			next.overtimeMs = next.elapsedMs - planned;
		}
		sit = next;
		if (sit.phase === 'overtime' && sit.overtime === 'never') finish(planned / 1000);
	}

	function finish(seconds: number): void {
		if (!sit) return;
		const complete = sit.plannedSeconds === null || seconds >= sit.plannedSeconds;
		finished = {
			id: sit.id,
			plannedSeconds: sit.plannedSeconds,
			satSeconds: Math.floor(seconds),
			complete,
			saved: true,
			startedAt: sit.startedAt,
			note: '',
			label: '',
			owner: null,
		};
		log.record(recordOf(finished));
		sit = null;
	}

	let revision = 0;
	function engineState(): EngineState {
		const trouble = state.trouble ?? [];
		revision += 1;
		return structuredClone({ revision, sit, unsettled, finished, trouble, sync: account.sync() });
	}

	function changed(): EngineState {
		const seen = engineState();
		listeners.forEach((listener) => listener.engineState(seen));
		return seen;
	}

	async function act(name: string, change: () => void): Promise<EngineState> {
		calls.push(name);
		settleTime();
		change();
		return changed();
	}

	function reject(code: IpcError['code'], id: MessageId): never {
		throw { code, message: { id, args: {} } } satisfies IpcError;
	}

	/** The invitation that no page has shown yet. */
	let openedLink: string | null = state.asked === 'join' ? DEMO_INVITATION : null;

	const demo: Demo = {
		...account.api,
		...log.api,
		...transfer.api,
		...demoPartner({
			state: state.partner ?? {},
			calls,
			week: () => settings.week,
			isSignedIn: () => account.sync()?.signedIn === true,
			changed: () => listeners.forEach((listener) => listener.partnerChanged()),
		}),
		keptLog: log.session,
		calls,
		tick() {
			const before = sit?.phase;
			settleTime();
			if (sit?.phase !== before) changed();
		},
		askToQuit: () => listeners.forEach((listener) => listener.quitAsked()),
		arrive: (sit) => {
			log.record(sit);
			listeners.forEach((listener) => listener.logChanged());
		},
		openInvitation: (link) => {
			openedLink = link;
			listeners.forEach((listener) => listener.invitationOpened(link));
		},
		invitationShown: async (link) => {
			if (openedLink === link) openedLink = null;
		},
		drag: (isOver) => listeners.forEach((listener) => listener.filesOver(isOver)),
		drop: (files) => listeners.forEach((listener) => listener.filesDropped(files)),
		askForNote: (id) => listeners.forEach((listener) => listener.openNote(id)),
		getState: async () => {
			settleTime();
			return engineState();
		},
		startSit: (request) =>
			act('startSit', () => {
				if (sit) reject('rejected', 'timer-already-running');
				const plan =
					request.plan ?? presets.find((one) => one.id === request.presetId)?.plan ?? settings.plan;
				const length = plan.length;
				finished = null;
				sit = {
					id: nextId((ids += 1)),
					phase: plan.preparationSeconds > 0 ? 'preparing' : 'sitting',
					plannedSeconds:
						length.kind === 'timed' ? length.seconds : length.kind === 'open' ? null : 1800,
					preparationSeconds: plan.preparationSeconds,
					preparationLeftMs: plan.preparationSeconds * 1000,
					elapsedMs: 0,
					overtimeMs: 0,
					startedAt: new Date().toISOString(),
					overtime: plan.overtime,
				};
			}),
		pauseSit: () =>
			act('pauseSit', () => {
				if (sit) sit = { ...sit, phase: 'paused' };
			}),
		resumeSit: () =>
			act('resumeSit', () => {
				if (sit) sit = { ...sit, phase: 'sitting' };
			}),
		endSit: (overtime) =>
			act(`endSit ${overtime}`, () => {
				if (!sit) reject('rejected', 'timer-nothing-running');
				if (sit.phase === 'preparing') sit = null;
				else
					finish(
						overtime === 'drop' && sit.plannedSeconds !== null
							? Math.min(sit.plannedSeconds, sit.elapsedMs / 1000)
							: sit.elapsedMs / 1000,
					);
			}),
		discardSit: () =>
			act('discardSit', () => {
				sit = null;
			}),
		resolveSit: (id, answer) =>
			act(`resolveSit ${answer}`, () => {
				unsettled = unsettled.filter((one) => one.id !== id);
			}),
		dismissFinished: () =>
			act('dismissFinished', () => {
				finished = null;
			}),
		editSit: async (session, change, undo) => {
			await log.api.editSit(session, change, undo);
			if (finished?.id !== session.id) return;
			const { note = finished.note } = change;
			const label = change.label === undefined ? finished.label : log.nameOf(change.label);
			finished = { ...finished, note, label };
		},
		readInsight: async (period) => {
			const year = typeof period === 'object' ? period.year : period;
			return insightOf(state.insight ?? [], year === 'current' ? yearOf(DEMO_TODAY) : year);
		},
		savePicture: async (name, picture) => {
			calls.push(`savePicture ${name} ${picture.length > 0}`);
			download(name, picture);
			return name;
		},
		getSettings: async () => structuredClone(settings),
		saveSettings: async (next) => {
			calls.push('saveSettings');
			settings = structuredClone(next);
		},
		listPresets: async () => structuredClone(presets),
		savePreset: async (preset) => {
			calls.push('savePreset');
			presets = [...presets.filter((one) => one.id !== preset.id), structuredClone(preset)];
		},
		deletePreset: async (id) => {
			presets = presets.filter((one) => one.id !== id);
		},
		checkBell: async () => ({
			device: state.bellError ? null : 'Speakers',
			error: state.bellError ?? null,
		}),
		previewBell: async (sound) => {
			calls.push(`previewBell ${sound}`);
		},
		listSounds: async () =>
			['bell', 'inkin', 'large-bowl', 'small-bowl', 'wood-block'].map((name) => ({ name })),
		chooseSoundFile: async () => {
			if (state.fileError) throw state.fileError;
			return '/home/me/Music/temple-bell.flac';
		},
		setFullscreen: async (on) => {
			calls.push(`setFullscreen ${on}`);
		},
		quitApp: async () => {
			calls.push('quitApp');
		},
		listen: async (listener) => {
			listeners.add(listener);
			if (state.asked === 'quit') listener.quitAsked();
			if (state.asked === 'drag') listener.filesOver(true);
			if (openedLink !== null) listener.invitationOpened(openedLink);
			if (state.asked === 'note') listener.openNote(sit?.id ?? finished?.id ?? '');
			return () => void listeners.delete(listener);
		},
	};
	if (state.alive) setInterval(() => demo.tick(), 100);
	return demo;
}

/** Returns the record in the log of a sit that has just ended. */
function recordOf({ complete, saved: _, ...sit }: FinishedView): SitRecord {
	return {
		...sit,
		day: '',
		stage: complete ? 'completed' : 'endedEarly',
		endedAt: sit.startedAt,
		source: 'timer',
		owner: null,
		otherDevice: false,
		corrected: false,
		ownLabel: sit.label,
	};
}

/** Stores bytes in the folder for downloads of the browser. */
function download(name: string, bytes: Uint8Array): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}
