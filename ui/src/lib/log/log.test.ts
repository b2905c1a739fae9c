import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemo, type Demo } from '../api/demo';
import { SIGNED_IN } from '../api/demo-account';
import { DISK_FULL } from '../api/scenes';
import type { DemoLabel } from '../api/demo-log';
import type { SitRecord } from '../api/types';
import { errorText } from '../error-text';
import { App } from '../stores/app.svelte';
import { NO_FILTER, TYPING_PAUSE } from './filter.svelte';
import { unchangedLook, unusedLook } from './label-look';
import { entryOf, logOf, type Log } from './log.svelte';
import { Selection, type AllSits } from './selection.svelte';
import { keyOf } from './session';
import { undoName } from './undo.svelte';

const record = (id: string, startedAt: string, change: Partial<SitRecord> = {}): SitRecord => ({
	id,
	startedAt,
	day: '',
	plannedSeconds: 600,
	satSeconds: 600,
	stage: 'completed',
	endedAt: startedAt,
	note: '',
	label: '',
	source: 'timer',
	owner: null,
	otherDevice: false,
	corrected: false,
	ownLabel: '',
	...change,
});

/** Returns `count` sits on days that follow each other, newest first: s0, s1, ... */
function many(count: number): SitRecord[] {
	return Array.from({ length: count }, (_, at) => {
		const day = new Date(Date.UTC(2026, 10, 20) - at * 86_400_000).toISOString().slice(0, 10);
		return record(`s${at}`, `${day}T07:00:00+01:00`);
	});
}

const LABELS: DemoLabel[] = [
	{ key: 'zazen', name: 'Zazen', colour: 'blue', shape: 'circle' },
	{ key: 'metta', name: 'Metta', colour: 'pink', shape: 'star' },
];

interface Opened {
	app: App;
	demo: Demo;
	log: Log;
}

async function open(records: SitRecord[], labels: DemoLabel[] = LABELS): Promise<Opened> {
	const demo = createDemo({ records, labels });
	const app = new App(demo);
	await app.begin();
	const log = logOf(app);
	await log.open();
	return { app, demo, log };
}

const ids = (log: Log) => log.pages.sits.map((sit) => sit.id);
const range = (from: number, to: number) =>
	Array.from({ length: to - from }, (_, at) => `s${from + at}`);

afterEach(() => vi.useRealTimers());

describe('the pages', () => {
	it('begin at the newest sit and continue to the oldest', async () => {
		const { log } = await open(many(120));
		expect([ids(log), log.pages.newer, log.pages.older]).toEqual([range(0, 50), false, true]);
		expect(log.pages.total).toBe(120);
		await log.pages.loadOlder();
		await log.pages.loadOlder();
		expect([ids(log), log.pages.older]).toEqual([range(0, 120), false]);
		expect(log.pages.list.map((page) => log.pages.indexOf(page))).toEqual([0, 50, 100]);
		await log.pages.loadOlder();
		expect(ids(log)).toHaveLength(120);
	});

	it('begin at a day and continue in both directions', async () => {
		const { log } = await open(many(200));
		expect(await log.jumpTo('2026-08-12')).toBe(true);
		expect([ids(log), log.pages.newer, log.pages.older]).toEqual([range(100, 150), true, true]);
		expect(log.focusOn).toBe(keyOf({ id: 's100', owner: null }));
		await log.pages.loadNewer();
		await log.pages.loadOlder();
		expect(ids(log)).toEqual(range(50, 200));
		expect(log.pages.list.map((page) => log.pages.indexOf(page))).toEqual([50, 100, 150]);
		await log.pages.loadNewer();
		expect([ids(log), log.pages.newer]).toEqual([range(0, 200), false]);
	});

	it('belong to one filter, also after another one could not be applied', async () => {
		const { demo, log } = await open([
			...many(60),
			record('words', '2026-01-01T07:00:00+01:00', { note: 'rain' }),
		]);
		const answer = demo.log;
		demo.log = () => Promise.reject(DISK_FULL);
		log.show({ words: 'rain' });
		await vi.waitFor(() => expect(log.pages.isBusy).toBe(false));
		demo.log = answer;
		await log.pages.loadOlder();
		expect(ids(log)).toEqual([...range(0, 60), 'words']);
	});

	it('stay as they are if there is no sit at or before a day', async () => {
		const { app, log } = await open(many(60));
		expect(await log.jumpTo('2020-01-01')).toBe(false);
		expect(ids(log)).toEqual(range(0, 50));
		expect(app.notices.current?.text).toContain('January 1, 2020');
	});

	it('are loaded once if both ends of the list are seen at the same time', async () => {
		const { log } = await open(many(200));
		await log.jumpTo('2026-08-12');
		await Promise.all([log.pages.loadNewer(), log.pages.loadOlder(), log.pages.loadNewer()]);
		expect(ids(log)).toEqual(range(50, 150));
	});

	it('drop the response to a query that another one has overtaken', async () => {
		const { demo, log } = await open(many(120));
		const answer = demo.log;
		let release = () => {};
		demo.log = async (query) => {
			if (query.position !== 'newest') await new Promise<void>((resolve) => (release = resolve));
			return answer(query);
		};
		const older = log.pages.loadOlder();
		const newest = log.jumpToNewest();
		release();
		await Promise.all([older, newest]);
		expect([ids(log), log.pages.isBusy]).toEqual([range(0, 50), false]);
	});

	it('are read again without those far from what the user sees', async () => {
		const { demo, log } = await open(many(250));
		for (let page = 0; page < 4; page += 1) await log.pages.loadOlder();
		const [first, second, third, fourth, fifth] = log.pages.list;
		for (const page of [first!, second!, fifth!]) log.pages.setFar(page.key, true);
		demo.arrive(record('new', '2026-11-24T07:00:00+01:00'));
		await log.refresh();
		expect([ids(log), log.pages.newer, log.pages.older]).toEqual([range(100, 200), true, true]);
		expect(log.pages.list.map((page) => page.key)).toEqual([third!.key, fourth!.key]);
		expect(log.pages.indexOf(log.pages.list[0]!)).toBe(101);
	});

	it('have the totals of their days, also those that continue on another page', async () => {
		const day = Array.from({ length: 60 }, (_, at) =>
			record(
				`d${at}`,
				`2026-11-20T${String(23 - Math.floor(at / 3)).padStart(2, '0')}:00:00+01:00`,
			),
		);
		const { log } = await open(day);
		expect(ids(log)).toHaveLength(50);
		expect(log.pages.days.get('2026-11-20')).toMatchObject({ sits: 60, seconds: 36_000 });
	});

	it('include the sits of other devices when a sync brings them', async () => {
		const { demo, log } = await open([record('a', '2026-11-24T07:00:00Z')]);
		demo.arrive(record('b', '2026-11-24T08:00:00Z', { otherDevice: true }));
		await log.refresh();
		expect(ids(log)).toEqual(['b', 'a']);
	});

	it('are grouped again after the hour at which days start is changed', async () => {
		const { app, log } = await open([record('a', '2026-11-24T02:30:00+01:00')]);
		expect(log.pages.sits[0]?.day).toBe('2026-11-23');
		await app.preferences.change({ dayStartsAtHour: 2 });
		await log.open();
		expect(log.pages.sits[0]?.day).toBe('2026-11-24');
	});

	it('show why they could not be loaded, and keep what is loaded', async () => {
		const { app, demo, log } = await open(many(60));
		demo.log = () => Promise.reject(DISK_FULL);
		await log.pages.loadOlder();
		expect([ids(log), log.pages.older]).toEqual([range(0, 50), true]);
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
	});

	it('are those near what the user saw when the user returns to the log', async () => {
		const { log } = await open(many(150));
		await log.pages.loadOlder();
		log.pages.setFar(log.pages.list[0]!.key, true);
		log.place = { key: keyOf({ id: 's60', owner: null }), top: 0 };
		await log.open(true);
		expect([ids(log), log.pages.newer]).toEqual([range(50, 100), true]);
		await log.open(false);
		expect([ids(log), log.place]).toEqual([range(0, 50), null]);
	});
});

describe('the filter', () => {
	const RECORDS = [
		record('a', '2026-11-24T07:00:00Z', { note: 'Rain on the window', label: 'zazen' }),
		record('b', '2026-11-23T07:00:00Z', { satSeconds: 1800, label: 'metta', source: 'manual' }),
		record('c', '2026-11-22T07:00:00Z', { stage: 'endedEarly', note: 'Café, 朝の雨' }),
		record('d', '2026-11-21T23:30:00Z', { stage: 'unfinished', satSeconds: 0, endedAt: null }),
		record('e', '2026-11-20T06:59:00Z', { source: 'import', satSeconds: 3600 }),
	];

	it.each([
		[{ labels: ['zazen', 'metta'] }, 'ab'],
		[{ labels: [''] }, 'cde'],
		[{ words: 'rai win' }, 'a'],
		[{ words: 'met' }, 'b'],
		[{ words: 'cafe' }, 'c'],
		[{ words: '雨' }, 'c'],
		[{ shortest: 1800 }, 'be'],
		[{ longest: 600 }, 'acd'],
		[{ outcomes: ['endedEarly' as const, 'started' as const] }, 'cd'],
		[{ sources: ['manual' as const, 'import' as const] }, 'be'],
		[{ firstDay: '2026-11-21', lastDay: '2026-11-23' }, 'bcd'],
		[{ time: { from: 390, until: 420 } }, 'e'],
		[{ time: { from: 1380, until: 420 } }, 'de'],
		[{ shortest: 600, sources: ['timer' as const], lastDay: '2026-11-23' }, 'c'],
	])('lists the sits that meet all conditions: %j', async (conditions, found) => {
		const { log } = await open(RECORDS);
		log.filter.change(conditions);
		await vi.waitFor(() => expect(ids(log).join('')).toBe(found));
		expect(log.filter.isEmpty).toBe(false);
	});

	it('counts its conditions, and has none after it is cleared', async () => {
		const { log } = await open(RECORDS);
		log.filter.change({ labels: ['zazen', 'metta'], shortest: 60, longest: 7200, owner: 'all' });
		expect(log.filter.count).toBe(4);
		log.filter.change({ shortest: undefined, longest: undefined });
		expect(log.filter.count).toBe(3);
		log.filter.clear();
		expect([log.filter.current, log.filter.isEmpty]).toEqual([NO_FILTER, true]);
		await vi.waitFor(() => expect(ids(log)).toHaveLength(5));
	});

	it('searches for words once the user stops typing', async () => {
		const { demo, log } = await open(RECORDS);
		vi.useFakeTimers();
		const query = vi.spyOn(demo, 'log');
		for (const words of ['r', 'ra', 'rain ']) {
			log.filter.type(words);
			await vi.advanceTimersByTimeAsync(TYPING_PAUSE - 1);
		}
		expect([query.mock.calls.length, log.filter.typed]).toEqual([0, 'rain ']);
		await vi.advanceTimersByTimeAsync(1);
		expect(query.mock.calls.map(([{ filter }]) => filter.words)).toEqual(['rain']);
	});

	it('is kept while the window is open', async () => {
		const { app, log } = await open(RECORDS);
		log.filter.change({ labels: ['zazen'] });
		app.go('timer');
		await logOf(app).open();
		expect(ids(log)).toEqual(['a']);
	});

	it('returns to this account once the sits of the chosen one were moved', async () => {
		const { log } = await open(RECORDS);
		log.filter.change({ owner: { of: 'gone' } });
		await log.refresh();
		expect(log.filter.current.owner).toBe('shown');
	});
});

describe('the selection', () => {
	let log: Log;
	const chosen = () => log.pages.sits.filter((sit) => log.selection.has(sit)).map(({ id }) => id);

	beforeEach(async () => {
		const records = many(5);
		records[3] = { ...records[3]!, stage: 'runningElsewhere' };
		({ log } = await open(records));
	});

	it('extends from the first selected sit, without those that are still running', () => {
		const sits = log.pages.sits;
		log.selection.extend(sits, sits[1]!, sits[2]!);
		expect(chosen()).toEqual(['s1', 's2']);
		log.selection.extend(sits, sits[2]!, sits[4]!);
		expect(chosen()).toEqual(['s1', 's2', 's4']);
		log.selection.extend(sits, sits[4]!, sits[0]!);
		expect(chosen()).toEqual(['s0', 's1']);
	});

	it('adds and removes single sits', () => {
		const sits = log.pages.sits;
		log.selection.toggle(sits[0]!);
		log.selection.toggle(sits[3]!);
		log.selection.toggle(sits[4]!);
		expect(chosen()).toEqual(['s0', 's4']);
		log.selection.toggle(sits[0]!);
		log.selection.toggle(sits[4]!);
		expect(log.selection.isActive).toBe(false);
	});

	it('has only sits that are listed', async () => {
		await log.selectAll();
		expect(chosen()).toEqual(['s0', 's1', 's2', 's4']);
		await log.delete([log.pages.sits[4]!]);
		expect(log.selection.size).toBe(0);
		await log.selectAll();
		log.filter.change({ words: 'nothing' });
		expect(log.selection.size).toBe(0);
	});
});

describe('the selection of all sits', () => {
	const all = (log: Log) => log.selection.chosen as AllSits;
	const labelled = (change: Partial<SitRecord> = {}) =>
		many(120).map((sit, at) => ({ ...sit, label: at % 2 === 0 ? 'zazen' : '', ...change }));

	it('has those that are not loaded, except some, with their number and time', async () => {
		const { log } = await open(labelled());
		log.filter.change({ labels: ['zazen'] });
		await vi.waitFor(() => expect(log.pages.total).toBe(60));
		await log.selectAll();
		const numbers = () => [log.selection.size, log.selection.seconds, log.selection.deletable];
		expect(numbers()).toEqual([60, 36_000, 60]);
		log.selection.toggle(log.pages.sits[0]!);
		expect(numbers()).toEqual([59, 35_400, 59]);
		expect(log.selection.has(log.pages.sits[0]!)).toBe(false);
		await log.pages.loadOlder();
		expect(log.pages.sits.slice(1).every((sit) => log.selection.has(sit))).toBe(true);
		log.selection.toggle(log.pages.sits[0]!);
		expect(numbers()).toEqual([60, 36_000, 60]);
	});

	it('is deleted once the user has confirmed it, and undone as a whole', async () => {
		const { app, demo, log } = await open(labelled());
		await log.selectAll();
		log.selection.toggle(log.pages.sits[1]!);
		await log.delete(log.selection.chosen);
		expect([demo.calls, log.dialog?.kind]).toEqual([[], 'delete']);
		expect(await log.deleteAll(all(log))).toBe(true);
		expect([ids(log), log.selection.size]).toEqual([['s1'], 0]);
		expect(app.notices.current?.text).toBe('119 sits were deleted.');
		expect(undoName(log.undo.last!.change)).toBe('Undo: delete 119 sits');
		await log.undo.run();
		expect([log.pages.total, log.undo.last]).toEqual([120, undefined]);
		expect(demo.calls).toEqual(['deleteSelection']);
	});

	it('gets a label, and back those that the sits had', async () => {
		const { log } = await open(labelled());
		await log.selectAll();
		expect(await log.setLabel(log.selection.chosen, log.labels.chosen('Rain'))).toBe(true);
		const sits = () => log.labels.list.map(({ name, sits }) => [name, sits]);
		expect(sits()).toEqual([
			['Metta', 0],
			['Rain', 120],
			['Zazen', 0],
		]);
		await log.undo.run();
		expect(sits()).toEqual([
			['Metta', 0],
			['Zazen', 60],
		]);
	});

	it('follows what something else changes', async () => {
		const { demo, log } = await open(many(120));
		await log.selectAll();
		demo.arrive(record('new', '2026-11-24T07:00:00+01:00'));
		await log.changedElsewhere();
		expect([log.selection.size, log.selection.has(log.pages.sits[0]!)]).toEqual([121, true]);
	});

	it('that fails changes nothing and is not undone', async () => {
		const { app, demo, log } = await open(many(120));
		await log.selectAll();
		demo.deleteSelection = () => Promise.reject(DISK_FULL);
		expect(await log.deleteAll(all(log))).toBe(false);
		expect([log.undo.last, log.selection.size]).toEqual([undefined, 120]);
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
	});

	it('is empty if the filter changes meanwhile', async () => {
		const { log } = await open(labelled());
		log.filter.change({ labels: ['zazen'] });
		await log.selectAll();
		await vi.waitFor(() => expect(log.pages.total).toBe(60));
		expect(log.selection.size).toBe(0);
		const selecting = log.selectAll();
		log.filter.change({ labels: [] });
		await selecting;
		await vi.waitFor(() => expect(log.pages.total).toBe(120));
		expect(log.selection.size).toBe(0);
	});

	it('becomes the selection of a few once a range is selected', async () => {
		const { log } = await open(many(120));
		await log.selectAll();
		const sits = log.pages.sits;
		log.selection.extend(sits, sits[1]!, sits[3]!);
		expect(log.selection.chosen).toMatchObject([{ id: 's1' }, { id: 's2' }, { id: 's3' }]);
	});
});

describe('a change', () => {
	const entry = {
		startedAt: '2026-11-18T06:30:00+01:00',
		satSeconds: 900,
		note: 'Bell',
		label: '',
	};

	it('is undone, the last one first', async () => {
		const { app, log } = await open(many(3));
		const [first, second, third] = log.pages.sits;
		await log.delete([first!]);
		await log.delete([second!, third!]);
		expect(ids(log)).toEqual([]);
		expect(app.notices.current).toMatchObject({ kind: 'undo', text: '2 sits were deleted.' });
		expect(undoName(log.undo.last!.change)).toBe('Undo: delete 2 sits');
		await log.undo.run();
		expect([ids(log), app.notices.current]).toEqual([['s1', 's2'], null]);
		await log.undo.run();
		expect([ids(log), log.undo.last]).toEqual([range(0, 3), undefined]);
		await log.undo.run();
		expect(ids(log)).toEqual(range(0, 3));
	});

	it('can be undone in the next window, whose filter is the same', async () => {
		const { demo, log } = await open(many(3));
		await log.add(entry, log.labels.chosen('Rain'));
		await log.edit(log.pages.sits[0]!, { ...entry, note: 'Snow' }, { key: '' });
		const label = (await log.labels.create({ name: 'Sun', colour: 'red', shape: 'star' }))!;
		await log.labels.change(label, { ...label, name: 'Sea' });
		await log.labels.merge(label, log.labels.of('zazen'));
		await log.setLabel([log.pages.sits[1]!], { key: 'metta' });
		await log.delete(log.pages.sits.slice(0, 2));
		await log.labels.delete(log.labels.of('metta'));
		await log.undo.run();
		log.show({ labels: ['metta'] });

		const start = {
			engineState: await demo.getState(),
			settings: await demo.getSettings(),
			quitAsked: false,
			log: demo.keptLog(),
		};
		const next = new App({ ...demo, start });
		const later = logOf(next);
		await later.open();
		expect(later.filter.current).toEqual({ ...NO_FILTER, labels: ['metta'] });
		const names = later.undo.entries.map(({ change }) => undoName(change));
		expect(names).toEqual(log.undo.entries.map(({ change }) => undoName(change)));
		expect(names).toHaveLength(7);
		later.filter.clear();
		for (const _ of names) await later.undo.run();
		expect([ids(later), later.undo.last]).toEqual([range(0, 3), undefined]);
		expect(later.labels.list.map(({ name }) => name)).toEqual(['Metta', 'Zazen']);
		await later.delete([later.pages.sits[0]!]);
		expect(demo.keptLog().undo).toMatchObject([{ change: { kind: 'deleteSits' } }]);
	});

	it('is undone although the one before it is still being undone', async () => {
		const { log } = await open(many(3));
		await log.delete([log.pages.sits[0]!]);
		await log.delete([log.pages.sits[0]!]);
		await Promise.all([log.undo.run(), log.undo.run()]);
		expect([ids(log), log.undo.last]).toEqual([range(0, 3), undefined]);
	});

	it('of a label is undone in the sits that are listed, too', async () => {
		const { log } = await open([record('one', '2026-11-20T07:00:00+01:00', { label: 'Zazen' })]);
		await log.labels.delete(log.labels.of('Zazen'));
		await log.refresh();
		expect(log.pages.sits[0]?.label).toBe('');
		await log.undo.run();
		expect(log.pages.sits[0]?.label).toBe('Zazen');
	});

	it('is undone by the notice that tells about it, also after a later one', async () => {
		const { app, log } = await open(many(2));
		await log.delete([log.pages.sits[1]!]);
		const { action } = app.notices.current!;
		await log.delete([log.pages.sits[0]!]);
		action!.run();
		await vi.waitFor(() => expect(ids(log)).toEqual(['s1']));
		expect(log.undo.entries).toHaveLength(1);
	});

	it('can be undone again if undoing it has failed', async () => {
		const { app, demo, log } = await open(many(2));
		await log.delete([log.pages.sits[0]!]);
		const restore = demo.restoreSits;
		demo.restoreSits = () => Promise.reject(DISK_FULL);
		await log.undo.run();
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
		demo.restoreSits = restore;
		await log.undo.run();
		expect(ids(log)).toEqual(['s0', 's1']);
	});

	it('that can never be undone does not block those before it', async () => {
		const { app, demo, log } = await open(many(2));
		await log.delete([log.pages.sits[0]!]);
		await log.edit(
			log.pages.sits[0]!,
			{ ...entryOf(log.pages.sits[0]!), note: 'Rain' },
			{ key: '' },
		);
		const gone = { ...DISK_FULL, code: 'not-found' as const };
		demo.editSit = () => Promise.reject(gone);
		await log.undo.run();
		expect(app.notices.current?.text).toBe(errorText(gone));
		await log.undo.run();
		expect([ids(log), log.undo.last]).toEqual([['s0', 's1'], undefined]);
	});

	it('cannot be undone once another account is in use', async () => {
		const { app, log } = await open(many(2));
		await log.delete([log.pages.sits[0]!]);
		const state = app.timer.engineState;
		app.receive({ ...state, revision: state.revision + 1, sync: SIGNED_IN });
		expect([log.undo.last, app.notices.current]).toEqual([undefined, null]);
		await log.delete([log.pages.sits[0]!]);
		app.receive({ ...state, revision: state.revision + 2, sync: { ...SIGNED_IN, pending: 1 } });
		expect(log.undo.entries).toHaveLength(1);
		app.receive({
			...state,
			revision: state.revision + 3,
			sync: { ...SIGNED_IN, signedIn: false },
		});
		expect(log.undo.entries).toHaveLength(0);
	});

	it('deletes those of the chosen sits that are over', async () => {
		const over = record('over', '2026-11-20T07:00:00+01:00');
		const waits = record('waits', '2026-11-19T07:00:00+01:00', { stage: 'started', endedAt: null });
		const { app, log } = await open([over, waits]);
		await log.delete(log.pages.sits);
		expect(ids(log)).toEqual(['waits']);
		expect(app.notices.current?.text).toBe('The sit was deleted.');
		await log.delete(log.pages.sits);
		expect(ids(log)).toEqual(['waits']);
	});

	it('that fails changes nothing and is not undone', async () => {
		const { app, demo, log } = await open(many(2));
		demo.deleteSits = () => Promise.reject(DISK_FULL);
		const sits = log.pages.sits;
		log.selection.extend(sits, sits[0]!, sits[1]!);
		await log.delete(log.selection.chosen);
		expect([ids(log), log.undo.last, log.selection.size]).toEqual([['s0', 's1'], undefined, 2]);
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
	});

	it('adds a sit where its start puts it, with a new label', async () => {
		const { demo, log } = await open(many(5));
		expect(await log.add(entry, { name: 'Kinhin' })).toBe(true);
		const added = log.pages.sits[3];
		expect(added).toMatchObject({ ...entry, label: 'Kinhin', source: 'manual' });
		expect(log.focusOn).toBe(keyOf(added!));
		expect(log.labels.of('Kinhin')).toMatchObject({ name: 'Kinhin', sits: 1 });
		await log.undo.run();
		expect(ids(log)).toEqual(range(0, 5));
		expect(demo.calls).toEqual([
			'createLabel Kinhin',
			'addSit',
			'deleteSits',
			'deleteLabel Kinhin',
		]);
	});

	it('shows a sit that was added far from the loaded ones', async () => {
		const { log } = await open(many(200));
		await log.add({ ...entry, startedAt: '2026-06-01T21:30:00+02:00' }, { key: '' });
		expect(log.pages.sits[0]).toMatchObject({ day: '2026-06-01', source: 'manual' });
		expect(log.pages.newer).toBe(true);
	});

	it('says so if the filter does not show the sit', async () => {
		const { app, log } = await open(many(3));
		log.filter.change({ sources: ['timer'] });
		await log.add(entry, { key: '' });
		expect(app.notices.current?.text).toContain('The filter does not show it.');
		expect([ids(log), log.focusOn]).toEqual([range(0, 3), null]);
	});

	it('edits a sit, and undoing it restores all of it', async () => {
		const { log } = await open([record('a', '2026-11-18T07:00:00+05:30', { label: 'zazen' })]);
		const [before] = log.pages.sits;
		await log.edit(before!, entry, { key: 'metta' });
		expect(log.pages.sits[0]).toMatchObject({ ...entry, label: 'metta', corrected: true });
		await log.undo.run();
		const { startedAt, satSeconds, note, label } = before!;
		expect(log.pages.sits[0]).toMatchObject({ startedAt, satSeconds, note, label });
	});

	it('edits and undoes only the fields that the user changed', async () => {
		const { demo, log } = await open([record('a', '2026-11-18T07:00:00Z', { label: 'zazen' })]);
		const [before] = log.pages.sits;
		const ref = { id: 'a', owner: null };
		const edit = vi.spyOn(demo, 'editSit');
		// A sync changes the length after the dialog was opened, and the label before the undoing.
		await demo.editSit(ref, { satSeconds: 1500 });
		await log.edit(before!, { ...entryOf(before!), note: 'Rain' }, { key: 'zazen' });
		await demo.editSit(ref, { label: 'metta' });
		await log.undo.run();
		expect(edit.mock.calls.map(([, change]) => change)).toEqual([
			{ satSeconds: 1500 },
			{ note: 'Rain' },
			{ label: 'metta' },
			{ note: '' },
		]);
		expect(log.pages.sits[0]).toMatchObject({ satSeconds: 1500, note: '', label: 'metta' });
	});

	it('that changes no field is neither saved nor undone', async () => {
		const { demo, log } = await open(many(1));
		const [sit] = log.pages.sits;
		expect(await log.edit(sit!, entryOf(sit!), { key: '' })).toBe(true);
		expect([demo.calls, log.undo.last]).toEqual([[], undefined]);
	});

	it('sets the label of several sits, and undoing it restores each of them', async () => {
		const records = many(3).map((sit, at) => ({ ...sit, label: ['zazen', '', 'zazen'][at]! }));
		const { log } = await open(records);
		const labels = () => log.pages.sits.map((sit) => sit.label);
		await log.setLabel(log.pages.sits, { key: 'metta' });
		expect(labels()).toEqual(['metta', 'metta', 'metta']);
		await log.undo.run();
		expect(labels()).toEqual(['zazen', '', 'zazen']);
	});
});

describe('a change by another program', () => {
	it('is shown where the user is, with their selection', async () => {
		const { log, demo } = await open(many(120));
		await log.pages.loadOlder();
		const chosen = log.pages.sits[60]!;
		log.selection.toggle(chosen);
		await demo.editSit({ id: 's60', owner: null }, { note: 'rain' });
		await demo.deleteSits([{ id: 's3', owner: null }]);
		const opened = log.pages.opened;
		await log.changedElsewhere();
		expect(log.pages.opened).toBe(opened);
		expect(ids(log)).toEqual(['s0', 's1', 's2', ...range(4, 101)]);
		expect(log.selection.chosen).toMatchObject([{ id: 's60', note: 'rain' }]);
	});

	it('keeps the selected sits that are far from what the user sees', async () => {
		const { log, demo } = await open(many(250));
		for (let page = 0; page < 4; page += 1) await log.pages.loadOlder();
		const at = (index: number) => log.pages.sits[index]!;
		for (const index of [0, 110, 120, 249]) log.selection.toggle(at(index));
		const [first, second, , fourth, fifth] = log.pages.list;
		for (const page of [first!, second!, fourth!, fifth!]) log.pages.setFar(page.key, true);
		await demo.deleteSits([{ id: 's120', owner: null }]);
		await log.changedElsewhere();
		expect(ids(log)).not.toContain('s0');
		const chosen = log.selection.chosen as SitRecord[];
		expect(chosen.map(({ id }) => id)).toEqual(['s0', 's110', 's249']);
		await log.delete(chosen);
		await log.jumpToNewest();
		expect(log.pages.total).toBe(246);
	});

	it('waits for a change of the user, which shows its sit', async () => {
		const { log, demo } = await open(many(120));
		const read = demo.log;
		demo.log = async (query) => {
			if (query.position === 'newest' || !('day' in query.position)) return read(query);
			demo.log = read;
			await demo.deleteSits([{ id: 's0', owner: null }]);
			void log.changedElsewhere();
			return read(query);
		};
		const entry = { satSeconds: 600, note: 'by hand', label: '' };
		const startedAt = '2026-08-01T07:30:00+02:00';
		expect(await log.add({ ...entry, startedAt }, { key: '' })).toBe(true);
		const isShown = () => log.pages.sits.some(({ note }) => note === 'by hand');
		expect(isShown()).toBe(true);
		await vi.waitFor(() => expect(log.pages.isBusy).toBe(false));
		expect(isShown()).toBe(true);
		await log.jumpToNewest();
		expect(ids(log)[0]).toBe('s1');
	});
});

describe('the labels', () => {
	const RECORDS = [
		record('a', '2026-11-24T07:00:00Z', { label: 'zazen' }),
		record('b', '2026-11-23T07:00:00Z', { label: 'metta' }),
		record('c', '2026-11-22T07:00:00Z', { label: 'of an older Zafu' }),
	];

	it('include texts that have no name and look of their own', async () => {
		const { log } = await open(RECORDS);
		const names = log.labels.list.map((label) => label.name);
		expect(names).toEqual(['Metta', 'of an older Zafu', 'Zazen']);
		expect(log.labels.of('of an older Zafu')).toMatchObject(unchangedLook('of an older Zafu'));
		expect(log.labels.of('unknown')).toMatchObject({ name: 'unknown', sits: 0 });
	});

	it('are found by their name in any case', async () => {
		const { log } = await open(RECORDS);
		expect(log.labels.chosen(' ZAZEN ')).toEqual({ key: 'zazen' });
		expect(log.labels.chosen('Kinhin')).toEqual({ name: 'Kinhin' });
		expect(log.labels.chosen('  ')).toEqual({ key: '' });
		expect(log.labels.named('Zazen', 'zazen')).toBeUndefined();
	});

	it('are as before after an undo, also if they are shown as another label', async () => {
		const merged = { key: 'old', name: 'Old', colour: 'red', shape: 'star' } as const;
		const { log, demo } = await open(
			[
				record('a', '2026-11-20T07:00:00Z', { label: 'old' }),
				record('b', '2026-11-19T07:00:00Z', { label: 'zazen' }),
				record('c', '2026-11-18T07:00:00Z', { label: 'gone' }),
			],
			[...LABELS, { ...merged, mergedInto: 'zazen' }, { ...merged, key: 'gone', deleted: true }],
		);
		const own = () => log.pages.sits.map((sit) => [sit.label, sit.ownLabel]);
		const before = own();
		expect(before).toEqual([
			['zazen', 'old'],
			['zazen', 'zazen'],
			['', 'gone'],
		]);
		await log.setLabel(log.pages.sits, { key: 'metta' });
		expect(own()).toEqual(Array(3).fill(['metta', 'metta']));
		await log.undo.run();
		expect(own()).toEqual(before);
		const sit = log.pages.sits[0]!;
		await log.edit(sit, entryOf(sit), { key: 'metta' });
		expect(own()[0]).toEqual(['metta', 'metta']);
		await log.undo.run();
		expect(own()).toEqual(before);
		expect(demo.calls.filter((call) => call.startsWith('createLabel'))).toEqual([]);
	});

	it('are gone after the undo of the change that they were created for, unless sits have them', async () => {
		const { log } = await open(many(3));
		const names = () => log.labels.list.map((label) => label.name);
		const [first, second] = log.pages.sits;
		await log.edit(first!, entryOf(first!), log.labels.chosen('Rain'));
		expect(names()).toEqual(['Metta', 'Rain', 'Zazen']);
		await log.undo.run();
		expect(names()).toEqual(['Metta', 'Zazen']);
		await log.setLabel([first!], log.labels.chosen('Sun'));
		await log.setLabel([second!], log.labels.chosen('Sun'));
		const [labelSecond, labelFirst] = [...log.undo.entries].reverse();
		await log.undo.run(labelFirst);
		expect(names()).toEqual(['Metta', 'Sun', 'Zazen']);
		await log.undo.run(labelSecond);
		// It was chosen for the second sit, not created.
		expect(names()).toEqual(['Metta', 'Sun', 'Zazen']);
		const entry = { satSeconds: 600, note: '', label: '', startedAt: '2026-11-01T07:30:00+01:00' };
		await log.add(entry, log.labels.chosen('Snow'));
		await log.undo.run();
		expect(names()).toEqual(['Metta', 'Sun', 'Zazen']);
	});

	it('are chosen by their exact names, and in another case if there is no such one', async () => {
		const look = { colour: 'red', shape: 'star' } as const;
		const { log } = await open(many(1), [
			{ key: 'Metta', name: 'Metta', ...look },
			{ key: 'metta', name: 'metta', ...look },
			{ key: 'Zazen', name: 'Zazen', ...look },
		]);
		expect(log.labels.chosen('Metta')).toEqual({ key: 'Metta' });
		expect(log.labels.chosen(' metta ')).toEqual({ key: 'metta' });
		expect(log.labels.chosen('zazen')).toEqual({ key: 'Zazen' });
		expect(log.labels.chosen('METTA')).toHaveProperty('key');
		expect(log.labels.chosen('zaze')).toEqual({ name: 'zaze' });
	});

	it('are renamed, merged and deleted without a change of sits, and back', async () => {
		const { demo, log } = await open(RECORDS);
		const { labels, undo } = log;
		const seen = async () => {
			await log.refresh();
			return log.pages.sits.map((sit) => sit.label && labels.of(sit.label).name);
		};
		const zazen = labels.of('zazen');
		await labels.change(zazen, { name: 'Shikantaza', colour: 'red', shape: 'cross' });
		expect(labels.of('zazen')).toMatchObject({ name: 'Shikantaza', colour: 'red', shape: 'cross' });
		await labels.merge(labels.of('metta'), labels.of('zazen'));
		expect(await seen()).toEqual(['Shikantaza', 'Shikantaza', 'of an older Zafu']);
		await labels.delete(labels.of('zazen'));
		expect(await seen()).toEqual(['', '', 'of an older Zafu']);
		await undo.run();
		await undo.run();
		await undo.run();
		expect(await seen()).toEqual(['Zazen', 'Metta', 'of an older Zafu']);
		expect(demo.calls.filter((call) => call.startsWith('setLabel'))).toEqual([]);
	});

	it('show why one could not be changed, and stay as they are', async () => {
		const { app, demo, log } = await open(RECORDS);
		demo.mergeLabel = () => Promise.reject(DISK_FULL);
		expect(await log.labels.merge(log.labels.of('metta'), log.labels.of('zazen'))).toBe(false);
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
		expect([log.labels.list.length, log.undo.last]).toEqual([3, undefined]);
	});

	it('have a look that the core computes as well', () => {
		// FNV-1a of the UTF-8 bytes, as `LabelDetails::unchanged` of the core.
		expect(unchangedLook('Zazen')).toEqual({ name: 'Zazen', colour: 'orange', shape: 'diamond' });
		expect(unchangedLook('坐禅')).toEqual({ name: '坐禅', colour: 'pink', shape: 'square' });
	});

	it('have a look that no other one has, if there is one', () => {
		const looks = LABELS.map(({ name, colour, shape }) => ({ name, colour, shape }));
		expect(unusedLook(looks)).toEqual({ colour: 'red', shape: 'square' });
	});
});

it('selects no sits that were counted after the user has cleared the selection', async () => {
	const selection = new Selection();
	let answer = () => {};
	const counted = new Promise<AllSits>((resolve) => {
		answer = () =>
			resolve({ sits: 3, seconds: 60, deletable: 3, selection: { filter: NO_FILTER, except: [] } });
	});
	const selecting = selection.all(NO_FILTER, () => counted);
	selection.clear();
	answer();
	await selecting;
	expect(selection.isActive).toBe(false);
});
