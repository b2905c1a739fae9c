/** What Zafu and its window say to each other. Lengths are seconds, moments of a running sit milliseconds. */

export type Phase = 'preparing' | 'sitting' | 'paused' | 'overtime';
export type OvertimeChoice = 'ask' | 'always' | 'never';
export type OvertimeAnswer = 'drop' | 'add';
export type Answer = 'whole' | 'gap' | 'discard';
export type GapReason = 'suspended' | 'stopped' | 'restarted';
export type Stage = 'started' | 'endedEarly' | 'completed';
export type TimeDisplay = 'hidden' | 'minutes' | 'seconds';
export type Theme = 'system' | 'light' | 'dark';
export type CloseWhenIdle = 'quit' | 'tray';

export interface IpcError {
	code: string;
	message: string;
}

export interface SitView {
	id: string;
	phase: Phase;
	/** None for an open-ended sit. */
	plannedSeconds: number | null;
	preparationSeconds: number;
	preparationLeftMs: number;
	/** Sat so far, without pauses, overtime included. */
	elapsedMs: number;
	overtimeMs: number;
	startedAt: string;
	overtime: OvertimeChoice;
}

export interface UnsettledView {
	id: string;
	plannedSeconds: number | null;
	startedAt: string;
	keptSeconds: number;
	wholeSeconds: number;
	gapSeconds: number;
	gapBeganAt: string;
	reason: GapReason;
}

export interface FinishedView {
	id: string;
	plannedSeconds: number | null;
	satSeconds: number;
	complete: boolean;
	startedAt: string;
	note: string;
	label: string;
}

export interface Snapshot {
	sit: SitView | null;
	unsettled: UnsettledView[];
	finished: FinishedView | null;
	trouble: IpcError[];
}

export interface SitRecord {
	id: string;
	startedAt: string;
	plannedSeconds: number | null;
	satSeconds: number;
	stage: Stage;
	endedAt: string | null;
	note: string;
	label: string;
	source: 'timer' | 'manual' | 'import';
}

export type LengthChoice =
	{ kind: 'timed'; seconds: number } | { kind: 'open' } | { kind: 'until'; clock: string };

export interface Strike {
	sound: string;
	strikes: number;
}

export type IntervalTimes =
	| { kind: 'every'; seconds: number }
	| { kind: 'at'; seconds: number[] }
	| { kind: 'spread'; count: number }
	| { kind: 'random'; minGapSeconds: number; maxGapSeconds: number };

export interface Intervals {
	when: IntervalTimes;
	strike: Strike;
}

export interface PlanChoice {
	length: LengthChoice;
	preparationSeconds: number;
	startBell: Strike | null;
	intervals: Intervals | null;
	endBell: Strike | null;
	overtime: OvertimeChoice;
}

export interface Settings {
	plan: PlanChoice;
	volumePercent: number;
	timeDisplay: TimeDisplay;
	theme: Theme;
	/** 0: controls stay. */
	fadeAfterSeconds: number;
	dim: boolean;
	dayStartsAtHour: number;
	keepSystemAwake: boolean;
	keepScreenAwake: boolean;
	notify: boolean;
	closeWhenIdle: CloseWhenIdle;
}

export interface Preset {
	id: string;
	name: string;
	plan: PlanChoice;
}

export interface StartRequest {
	presetId?: string;
	plan?: PlanChoice;
}

export interface BellCheck {
	device: string | null;
	error: IpcError | null;
}

export interface SoundView {
	name: string;
}
