/**
 * What the demo can show, selected by the URL's query.
 *
 *   state     prepare, sit, open, paused, overtime, finished, early, unsettled; setup if none
 *   progress  of the sit, 0 to 1
 *   planned   its length, in seconds
 *   asked     quit, note, drag, join: a request of the shell, files that are dragged over the window, an opened invitation
 *   bells     every, spread, at, random: when interval bells ring
 *   trouble   number of troubles; `mute`: no sound
 *   bell      a fault of a bell, by its kind; `refuse`: a chosen sound file is refused
 *   records   none, long, elsewhere, years: past sits; long notes and labels; sits of another device; three years of them
 *   insight   none, few, many, labels: the log whose figures are shown; without it, the log offers none
 *   import    years, nothing, order, error, endless: the files that are chosen; `imports`: two imports were made
 *   sync      state of the account, see ACCOUNTS; without it, no account was ever signed in
 *   owners    more: also sits of a deleted account and of one that is signed out
 *   partner   none, invited, invited-elsewhere, expired, week, first-week, full, resting, former; `privacy`: counts, times; `age`: hours since
 *             the project was read, or never; `pending`: changes that wait; `rejected`: one was rejected; `nameless`: the
 *             user has no name; `offline`: the project is not reached
 *   invitation ok, unnamed, sign-in, other-project, or the message with which it is refused
 *   week      off, mine, ours: whose week the lotus shows
 *   project   none: the sign-in form suggests no project
 *   theme, lang, time, fade, dim: as in the settings; today, no-streak: settings of the overview
 *   still     stops the clock
 */
import { localDay } from './demo-log';
import type { PartnerState } from './demo-partner';
import { DEMO_LOGS } from './demo-insight';
import { DEMO_IMPORTS, DEMO_PAST_IMPORTS } from './demo-transfer';
import { DEMO_PLAN, DEMO_SETTINGS, type DemoState } from './demo';
import { YEARS_LABELS, yearsOfSits } from './demo-years';
import type {
	IntervalTimes,
	IpcError,
	Message,
	OwnerView,
	PendingChange,
	PlanChoice,
	Privacy,
	SitRecord,
	SitView,
	SyncView,
	Settings,
	Theme,
	WeekChoice,
} from './types';

const AT = '2026-11-24T07:02:00+01:00';

function sit(change: Partial<SitView>): SitView {
	return {
		id: '01990000-0000-7000-8000-000000000001',
		phase: 'sitting',
		plannedSeconds: 1200,
		preparationSeconds: 10,
		preparationLeftMs: 0,
		elapsedMs: 0,
		overtimeMs: 0,
		startedAt: AT,
		overtime: 'ask',
		...change,
	};
}

export const DISK_FULL: IpcError = {
	code: 'storage',
	message: { id: 'storage-disk-full', args: { folder: '/home/me/.local/share/zafu' } },
};

const TROUBLE: IpcError[] = [
	{
		code: 'not-saved',
		message: {
			id: 'engine-not-saved',
			args: { change: { id: 'engine-change-other', args: {} }, error: DISK_FULL.message },
		},
	},
	{
		code: 'keep-awake',
		message: { id: 'engine-keep-awake', args: { reason: 'the login manager was not found' } },
	},
];

const RATE: Message = { id: 'error-file-rate', args: { hertz: '4294967295' } };
const BOWL: Message = { id: 'bells-sound-large-bowl', args: {} };
const FILE = 'Temple bell of the long winter retreat, second take.flac';

/** Every error of a bell, with arguments of the greatest length. */
export const BELL_TROUBLES: IpcError[] = (
	[
		['error-bell-no-device', {}],
		['error-bell-no-device-reason', { reason: 'Host is down' }],
		[
			'error-bell-device-refused',
			{
				device: 'Family 17h (Models 00h-0fh) HD Audio Controller Analog Stereo',
				reason: 'Device or resource busy',
			},
		],
		[
			'error-bell-device-lost',
			{ device: 'WH-1000XM4 of the reading room', reason: 'it stopped taking sound' },
		],
		['error-bell-stuck', {}],
		['error-bell-file', { file: FILE, fault: RATE, instead: BOWL }],
		['error-bell-file-refused', { file: FILE, fault: RATE }],
		['error-bell-unknown-sound', { name: 'great-gong-of-the-eastern-temple', instead: BOWL }],
		['error-bell-failed', { reason: 'its thread panicked' }],
	] satisfies [string, Message['args']][]
).map(([id, args]) => ({ code: 'sound', message: { id, args: { ...args } } }));

/** `no-device` names `error-bell-no-device`. */
function bellTrouble(name: string): IpcError {
	return BELL_TROUBLES.find(({ message }) => message.id === `error-bell-${name}`)!;
}

const RECORDS: SitRecord[] = (
	[
		['2026-11-23T07:01:00+01:00', 1200, 1200, 'completed', 'Quiet. Rain on the window.', 'Zazen'],
		['2026-11-22T21:40:00+01:00', 1800, 1113, 'endedEarly', '', ''],
		['2026-11-22T06:58:00+01:00', 1200, 1342, 'completed', '', 'Zazen'],
		['2026-11-21T07:05:00+01:00', null, 2520, 'completed', 'Long exhalations, then none.', ''],
		['2026-11-19T07:00:00+01:00', 1200, 1200, 'completed', '', 'Metta'],
		['2026-11-18T07:03:00+01:00', 1200, 1200, 'completed', '', ''],
	] as const
).map(([startedAt, plannedSeconds, satSeconds, stage, note, label], index) => ({
	id: `01990000-0000-7000-8000-0000000001${10 + index}`,
	startedAt,
	day: startedAt.slice(0, 10),
	plannedSeconds,
	satSeconds,
	stage,
	endedAt: startedAt,
	note,
	label,
	source: 'timer',
	owner: null,
	otherDevice: false,
	corrected: false,
	ownLabel: '',
}));

/** Notes and labels that are longer than their fields. */
const LONG_NOTE =
	'Restless at first, then rain. Counted breaths to ten, lost the count at four, began again, lost it at ' +
	'seven. In the second half the counting fell away by itself and there was only the rain, the clock in ' +
	'the next room, and knees.\n\nTo remember: begin earlier, and do not eat before.';
const LONG_LABEL = 'Shikantaza with the Wednesday group, late round by the lake';

const LONG_RECORDS = RECORDS.map((record, index) =>
	index === 0
		? { ...record, note: LONG_NOTE, label: LONG_LABEL }
		: index === 2
			? { ...record, note: 'W'.repeat(160) }
			: record,
);

const ELSEWHERE: SitRecord[] = (
	[
		['2026-11-24T07:02:00+01:00', 1500, 'runningElsewhere'],
		['2026-11-23T21:15:00+01:00', null, 'unfinished'],
	] as const
).map(([startedAt, plannedSeconds, stage], index) => ({
	...RECORDS[0]!,
	id: `01990000-0000-7000-8000-0000000002${10 + index}`,
	startedAt,
	day: startedAt.slice(0, 10),
	plannedSeconds,
	satSeconds: 0,
	stage,
	endedAt: null,
	note: '',
	label: '',
	otherDevice: true,
}));

/** Other owners of sits on this computer. */
const OTHERS: OwnerView[] = [
	{
		id: '01990000-0000-4000-8000-000000000002',
		email: 'mira@example.org',
		project: 'https://quiet-pond.supabase.co',
		state: 'replaced',
		shown: false,
		sits: 14,
		deleted: 1,
		unsent: 2,
		localOnly: 0,
	},
	{
		id: '01990000-0000-4000-8000-000000000003',
		email: 'jonathan.featherstonehaugh@meditation.example.org',
		project: 'https://far-hills.supabase.co',
		state: 'signed-out',
		shown: false,
		sits: 1,
		deleted: 0,
		unsent: 0,
		localOnly: 0,
	},
];

/** Sits of all of them. */
const SHARED: SitRecord[] = RECORDS.map((record, index) => ({
	...record,
	owner: index % 3 === 0 ? null : OTHERS[(index % 3) - 1]!.id,
}));

export const UNREACHED: IpcError = {
	code: 'network',
	message: { id: 'server-synced-later', args: { error: { id: 'server-unreachable', args: {} } } },
};

const NO_PROFILE: IpcError = { code: 'server', message: { id: 'server-no-profile', args: {} } };

const BOW_REJECTED: IpcError = {
	code: 'rejected',
	message: { id: 'partner-refusal-in-partnership', args: {} },
};

/** States of the account, by name. */
const ACCOUNTS: Record<string, Partial<SyncView>> = {
	synced: {},
	syncing: { state: 'syncing', pending: 1 },
	backlog: {
		state: 'syncing',
		pending: 87_600,
		progress: { done: 12_400, total: 100_000 },
		syncedAt: null,
	},
	waiting: { state: 'waiting', pending: 3, trouble: UNREACHED },
	'until-quit': { untilQuit: true, localOnly: 2 },
	unreadable: { unreadable: 4 },
	'labels-rejected': { rejectedLabels: 1 },
	'signed-out': { state: 'signed-out', signedIn: false, pending: 3 },
	'sign-in': { state: 'action-needed', need: 'sign-in', pending: 3 },
	'account-gone': { state: 'action-needed', need: 'account-gone', pending: 3 },
	erased: { state: 'action-needed', need: 'erased', pending: 6 },
	adopt: { state: 'action-needed', need: 'adopt', ownerless: 12 },
	'adopt-from': { state: 'action-needed', need: 'adopt-from', adoptFrom: OTHERS[0]! },
	'no-profile': {
		state: 'action-needed',
		need: 'server-misconfigured',
		pending: 3,
		trouble: NO_PROFILE,
	},
	key: { state: 'action-needed', need: 'key', pending: 3 },
	blocked: { state: 'action-needed', need: 'blocked', pending: 3 },
	'server-misconfigured': { state: 'action-needed', need: 'server-misconfigured', pending: 3 },
	'too-old': { state: 'action-needed', need: 'too-old', pending: 3 },
	refused: { state: 'action-needed', need: 'rejected', rejected: 2 },
};

const INTERVALS: Record<IntervalTimes['kind'], IntervalTimes> = {
	every: { kind: 'every', seconds: 300 },
	spread: { kind: 'spread', count: 3 },
	at: { kind: 'at', seconds: [300, 600, 750, 900, 1080] },
	random: { kind: 'random', minGapSeconds: 180, maxGapSeconds: 420 },
};

/** Returns a plan with the interval bells of the query. */
function plan(bells: string | null): PlanChoice {
	if (bells === null) return DEMO_PLAN;
	const when = INTERVALS[bells as IntervalTimes['kind']];
	return { ...DEMO_PLAN, intervals: { when, strike: { sound: 'small-bowl', strikes: 1 } } };
}

/** Returns the partner of the query. */
function partner(query: URLSearchParams): PartnerState {
	const age = query.get('age');
	return {
		kind: (query.get('partner') ?? 'none') as NonNullable<PartnerState['kind']>,
		privacy: (query.get('privacy') ?? 'times') as Privacy,
		pending: (query.get('pending')?.split(',') ?? []) as PendingChange[],
		trouble: query.has('rejected') ? BOW_REJECTED : null,
		invitation: (query.get('invitation') ?? 'ok') as NonNullable<PartnerState['invitation']>,
		isOffline: query.has('offline'),
		...(query.has('nameless') ? { profile: { name: '', image: null } } : {}),
		...(age === null ? {} : { age: age === 'never' ? null : Number(age) }),
	};
}

export function scene(query: URLSearchParams): DemoState {
	const progress = Number(query.get('progress') ?? '0.5');
	const planned = Number(query.get('planned') ?? '1200');
	const long = query.get('records') === 'long';
	const isYears = query.get('records') === 'years';
	const sync = ACCOUNTS[query.get('sync') ?? ''];
	const keepsTexts = query.has('keeps-texts');
	const records: Record<string, SitRecord[]> = {
		none: [],
		long: LONG_RECORDS,
		elsewhere: [...ELSEWHERE, ...RECORDS],
		shared: SHARED,
	};
	const url = 'https://quiet-pond.supabase.co';
	const state: DemoState = {
		alive: !query.has('still'),
		asked: (query.get('asked') ?? undefined) as DemoState['asked'],
		records: isYears ? yearsOfSits() : (records[query.get('records') ?? ''] ?? RECORDS),
		labels: isYears ? YEARS_LABELS : [],
		account: {
			project: query.get('project') === 'none' ? undefined : { url, key: 'sb_publishable_pond' },
			sync: sync && { email: 'mira@example.org', project: url, keepsTexts, ...sync },
			others: query.get('owners') === 'more' ? OTHERS : [],
			refused: [
				{
					sit: LONG_RECORDS[2]!,
					code: 'bad_note',
					reason: { id: 'sync-rejected-text', args: {} },
				},
				{
					sit: RECORDS[3]!,
					code: '23514',
					reason: { id: 'sync-rejected-other', args: { code: '23514' } },
				},
			],
		},
		partner: partner(query),
		trouble: TROUBLE.slice(0, Number(query.get('trouble') ?? '0')),
		presets: [
			{
				id: '01990000-0000-7000-8000-000000000501',
				name: long ? LONG_LABEL : 'Evening metta',
				plan: { ...DEMO_PLAN, length: { kind: 'timed', seconds: 1800 } },
			},
		],
		settings: {
			plan: plan(query.get('bells')),
			theme: (query.get('theme') ?? 'system') as Theme,
			language: (query.get('lang') ?? 'system') as Settings['language'],
			timeDisplay: (query.get('time') ?? 'minutes') as 'minutes',
			showToday: query.has('today'),
			showStreak: !query.has('no-streak'),
			fadeAfterSeconds: Number(query.get('fade') ?? DEMO_SETTINGS.fadeAfterSeconds),
			dim: query.has('dim'),
			week: (query.get('week') ?? DEMO_SETTINGS.week) as WeekChoice,
		},
	};
	if (query.has('today')) {
		const day = localDay(new Date(), DEMO_SETTINGS.dayStartsAtHour);
		const on = ({ startedAt }: SitRecord) => `${day}${startedAt.slice(10)}`;
		state.records = RECORDS.slice(0, 2).map((one) => ({ ...one, day, startedAt: on(one) }));
	}
	const insight = DEMO_LOGS[query.get('insight') ?? ''];
	if (insight) state.insight = insight();
	const files = DEMO_IMPORTS[query.get('import') ?? ''];
	if (files) state.files = files();
	if (query.has('imports')) state.imports = DEMO_PAST_IMPORTS;
	if (query.has('still')) state.now = () => 0;
	if (query.has('mute')) state.bellError = bellTrouble('no-device');
	const bell = query.get('bell');
	if (bell) state.trouble = [...(state.trouble ?? []), bellTrouble(bell)];
	if (query.has('refuse')) state.fileError = bellTrouble('file-refused');
	switch (query.get('state')) {
		case 'prepare':
			state.sit = sit({ phase: 'preparing', preparationLeftMs: 7400 });
			break;
		case 'sit':
			state.sit = sit({ plannedSeconds: planned, elapsedMs: progress * planned * 1000 });
			break;
		case 'open':
			state.sit = sit({ plannedSeconds: null, elapsedMs: progress * 3600_000 });
			break;
		case 'paused':
			state.sit = sit({ phase: 'paused', elapsedMs: progress * 1200_000 });
			break;
		case 'overtime':
			state.sit = sit({ phase: 'overtime', elapsedMs: 1342_000, overtimeMs: 142_000 });
			break;
		case 'finished':
		case 'early': {
			const early = query.get('state') === 'early';
			state.finished = {
				id: RECORDS[0]!.id,
				plannedSeconds: 1200,
				satSeconds: early ? 733 : 1200,
				complete: !early,
				saved: !query.has('unsaved'),
				startedAt: AT,
				note: long ? LONG_NOTE : '',
				label: long ? LONG_LABEL : '',
				owner: null,
			};
			break;
		}
		case 'unsettled':
		case 'unsettled-overtime': {
			const complete = query.get('state') === 'unsettled-overtime';
			state.unsettled = [
				{
					id: '01990000-0000-7000-8000-000000000009',
					plannedSeconds: 1500,
					startedAt: '2026-11-23T21:10:00+01:00',
					satBeforeGapSeconds: complete ? 1642 : 752,
					overtimeSeconds: complete ? 142 : null,
					satWithGapSeconds: complete ? 1642 : 1500,
					gapSeconds: 840,
					gapBeganAt: '2026-11-23T21:22:32+01:00',
					reason: 'suspended',
				},
			];
			break;
		}
	}
	return state;
}
