/** What the demo can show, chosen by the address. Only for looking at screens. */
import { DEMO_PLAN, type DemoState } from './demo';
import type { IpcError, SitRecord, SitView, Theme } from './types';

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

const TROUBLE: IpcError[] = [
	{
		code: 'storage',
		message:
			'The disk is full: the last half minute is not saved yet. The sit goes on; free some space and it will be kept.',
	},
	{
		code: 'keep-awake',
		message:
			'The computer could not be kept awake: there is no login manager to ask. The sit goes on, but the computer may fall asleep.',
	},
];

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
	plannedSeconds,
	satSeconds,
	stage,
	endedAt: startedAt,
	note,
	label,
	source: 'timer',
}));

export function scene(query: URLSearchParams): DemoState {
	const progress = Number(query.get('progress') ?? '0.5');
	const planned = Number(query.get('planned') ?? '1200');
	const state: DemoState = {
		alive: !query.has('still'),
		records: RECORDS,
		trouble: TROUBLE.slice(0, Number(query.get('trouble') ?? '0')),
		presets: [
			{
				id: '01990000-0000-7000-8000-000000000501',
				name: 'Evening metta',
				plan: { ...DEMO_PLAN, length: { kind: 'timed', seconds: 1800 } },
			},
		],
		settings: {
			theme: (query.get('theme') ?? 'system') as Theme,
			timeDisplay: (query.get('time') ?? 'minutes') as 'minutes',
			fadeAfterSeconds: Number(query.get('fade') ?? '4'),
			dim: query.has('dim'),
		},
	};
	if (query.has('still')) state.now = () => 0;
	switch (query.get('state')) {
		case 'prepare':
			state.sit = sit({ phase: 'preparing', preparationLeftMs: 7400 });
			break;
		case 'sit':
		case 'end':
		case 'quit':
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
				startedAt: AT,
				note: '',
				label: '',
			};
			break;
		}
		case 'unsettled':
			state.unsettled = [
				{
					id: '01990000-0000-7000-8000-000000000009',
					plannedSeconds: 1500,
					startedAt: '2026-11-23T21:10:00+01:00',
					keptSeconds: 752,
					wholeSeconds: 1500,
					gapSeconds: 840,
					gapBeganAt: '2026-11-23T21:22:32+01:00',
					reason: 'suspended',
				},
			];
			break;
		case 'mute':
			state.bellError = {
				code: 'sound',
				message: 'No sound device was found, so bells will not be heard.',
			};
			break;
	}
	return state;
}
