import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DEMO_PLAN, DEMO_SETTINGS, createDemo, type Demo, type DemoState } from '../api/demo';
import { errorKey } from '../error-text';
import { t } from '../messages.svelte';
import type { FinishedView, SitView, EngineState } from '../api/types';
import { saidOfChange, saidOfMilestone } from './announcer.svelte';
import { App } from './app.svelte';
import { USUAL } from './draft.svelte';

let ms = 0;

const FINISHED: FinishedView = {
	id: 'x',
	plannedSeconds: 600,
	satSeconds: 600,
	complete: true,
	saved: true,
	startedAt: '2026-11-24T07:00:00Z',
	note: '',
	label: '',
};

const OVERTIME: SitView = {
	id: 'y',
	phase: 'overtime',
	plannedSeconds: 600,
	preparationSeconds: 0,
	preparationLeftMs: 0,
	elapsedMs: 660_000,
	overtimeMs: 60_000,
	startedAt: '2026-11-24T07:00:00Z',
	overtime: 'ask',
};

async function begin(state: DemoState = {}): Promise<{ app: App; demo: Demo; stop: () => void }> {
	const demo = createDemo({ now: () => ms, ...state });
	const app = new App(demo, () => ms);
	const stop = await app.begin();
	return { app, demo, stop };
}

/** Opens the app of a new window. */
function opened(state: Partial<EngineState>, noteAsked: boolean | undefined): App {
	const engineState: EngineState = {
		revision: 0,
		sit: null,
		unsettled: [],
		finished: null,
		trouble: [],
		sync: null,
		...state,
	};
	const start = { engineState, settings: DEMO_SETTINGS, quitAsked: false, noteAsked };
	return new App({ ...createDemo(), start }, () => ms);
}

beforeEach(() => {
	ms = 1000;
	localStorage.clear();
});

describe('a sit', () => {
	it('is started from what was drafted, prepared, sat, paused and ended', async () => {
		const { app, demo } = await begin();
		app.draft.change({ length: { kind: 'timed', seconds: 600 }, preparationSeconds: 5 });
		await app.start();
		expect(app.timer.sit).toMatchObject({ phase: 'preparing', plannedSeconds: 600 });
		ms += 6000;
		demo.tick();
		expect(app.timer.sit?.phase).toBe('sitting');
		ms += 10_000;
		expect(app.timer.moment()?.elapsedMs).toBe(11_000);
		await app.pauseOrResume();
		ms += 60_000;
		expect(app.timer.moment()?.elapsedMs).toBe(11_000);
		await app.pauseOrResume();
		app.askToEnd();
		expect(app.dialog).toBe('end');
		await app.end(null);
		expect(app.dialog).toBeNull();
		expect(app.timer.engineState.finished).toMatchObject({ satSeconds: 11, complete: false });
	});

	it('that only prepares is ended without a question', async () => {
		const { app } = await begin();
		await app.start();
		app.askToEnd();
		expect(app.dialog).toBeNull();
	});

	it('starts once, however often one asks', async () => {
		const { app, demo } = await begin();
		await Promise.all([app.start(), app.start()]);
		expect(demo.calls.filter((call) => call === 'startSit')).toHaveLength(1);
	});

	it('that cannot start says why', async () => {
		const { app, demo } = await begin();
		demo.startSit = () =>
			Promise.reject({
				code: 'storage',
				message: { id: 'plain', args: { text: 'The disk is full.' } },
			});
		await app.start();
		expect(app.notices.current?.text).toBe('The disk is full.');
		expect(app.timer.sit).toBeNull();
	});

	it('keeps what was written when its page is left, and can be followed by another', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		await app.leave('quiet', 'zazen', true);
		expect(demo.calls).toEqual(['editSit', 'dismissFinished', 'startSit']);
	});

	it('is not overwritten by an older state that arrives late', async () => {
		const { app, demo } = await begin();
		app.draft.change({ preparationSeconds: 5 });
		await app.start();
		const early = app.timer.engineState;
		ms += 6000;
		demo.tick();
		app.receive(early);
		expect(app.timer.sit?.phase).toBe('sitting');
	});

	it('shows trouble again that was dismissed, passed and came back', async () => {
		const { app } = await begin();
		const trouble = [
			{ code: 'storage' as const, message: { id: 'plain', args: { text: 'The disk is full.' } } },
		];
		const healthy = app.timer.engineState;
		app.receive({ ...healthy, trouble });
		app.dismiss(errorKey(trouble[0]!));
		app.receive({ ...healthy, trouble });
		expect(app.dismissed.has(errorKey(trouble[0]!))).toBe(true);
		app.receive(healthy);
		app.receive({ ...healthy, trouble });
		expect(app.dismissed.has(errorKey(trouble[0]!))).toBe(false);
	});

	it('stays on its page when the note cannot be saved', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		demo.editSit = () =>
			Promise.reject({ code: 'storage', message: { id: 'plain', args: { text: 'No.' } } });
		await app.leave('quiet', '');
		expect(app.timer.engineState.finished).not.toBeNull();
		expect(app.notices.current?.text).toBe('No.');
	});

	it('begun from elsewhere takes away what was asked of the one before', async () => {
		const { app, demo } = await begin();
		app.dialog = 'bells';
		app.go('settings');
		await demo.startSit({});
		expect(app.dialog).toBeNull();
		expect(app.screen).toBe('timer');
	});

	it('asks before the app is quit', async () => {
		const { app, demo, stop } = await begin();
		demo.askToQuit();
		expect(app.dialog).toBe('quit');
		await app.quit();
		expect(demo.calls).toContain('quitApp');
		stop();
		demo.askToQuit();
		expect(app.dialog).toBeNull();
	});
});

describe('a note that was asked for', () => {
	it('is one on the sit that was named, on the page of the timer', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		app.go('log');
		demo.askForNote('x');
		expect([app.screen, app.noteOn]).toEqual(['timer', 'x']);
	});

	it.each([
		['the one in overtime', { sit: OVERTIME, finished: FINISHED }, 'y'],
		['the one that has just ended', { finished: FINISHED }, 'x'],
		['none, if none has ended', { sit: { ...OVERTIME, phase: 'sitting' as const } }, null],
	])('before the window was there is one on %s', (_, state, id) => {
		expect(opened(state, true).noteOn).toBe(id);
	});

	it('is asked for by nobody who only opens the window', () => {
		expect(opened({ finished: FINISHED }, undefined).noteOn).toBeNull();
	});
});

describe('the draft', () => {
	it('starts a preset by its id, and a changed one by its plan', async () => {
		const preset = { id: 'p', name: 'Evening', plan: { ...DEMO_PLAN, preparationSeconds: 60 } };
		const { app } = await begin({ presets: [preset] });
		app.draft.choose(preset);
		expect(app.draft.request()).toEqual({ presetId: 'p' });
		app.draft.change({ preparationSeconds: 30 });
		expect(app.draft.request()).toEqual({ plan: { ...preset.plan, preparationSeconds: 30 } });
	});

	it('remembers the length while other kinds are tried', async () => {
		const { app } = await begin();
		app.draft.change({ length: { kind: 'timed', seconds: 900 } });
		app.draft.kind('open', new Date(2026, 10, 24, 6, 58));
		app.draft.kind('until', new Date(2026, 10, 24, 6, 58));
		expect(app.draft.plan?.length).toEqual({ kind: 'until', clock: '07:15' });
		app.draft.kind('timed', new Date());
		expect(app.draft.plan?.length).toEqual({ kind: 'timed', seconds: 900 });
	});

	it('is still the usual sit when settings come a second time', async () => {
		const { app } = await begin();
		expect(app.draft.origin).toBe(USUAL);
		await app.preferences.load();
		expect(app.draft.origin).toBe(USUAL);
		app.draft.change({ preparationSeconds: 30 });
		expect(app.draft.origin).toBeNull();
		app.offerUsual();
		expect([app.draft.origin, app.draft.plan]).toEqual([USUAL, app.preferences.settings?.plan]);
	});

	it('follows the usual sit until it is changed', async () => {
		const { app } = await begin();
		await app.usual({ ...DEMO_PLAN, preparationSeconds: 20 });
		expect(app.draft.plan?.preparationSeconds).toBe(20);
		app.draft.change({ overtime: 'never' });
		await app.usual({ ...DEMO_PLAN, preparationSeconds: 45 });
		expect(app.draft.plan?.preparationSeconds).toBe(20);
	});
});

describe('choices', () => {
	it('show at once and are saved', async () => {
		const { app, demo } = await begin();
		await app.preferences.change({ theme: 'dark' });
		expect(document.documentElement.dataset.theme).toBe('dark');
		expect(localStorage.getItem('zafu-theme')).toBe('dark');
		expect((await demo.getSettings()).theme).toBe('dark');
	});

	it('of a language shows every text in it', async () => {
		const { app, demo } = await begin();
		expect(t('settings-title')).toBe('Settings');
		await app.preferences.change({ language: 'de' });
		expect(t('settings-title')).toBe('Einstellungen');
		expect(document.documentElement.lang).toBe('de');
		expect((await demo.getSettings()).language).toBe('de');
		await app.preferences.change({ language: 'system' });
		expect(t('settings-title')).toBe('Settings');
	});

	it('are taken back when they cannot be saved', async () => {
		const { app, demo } = await begin();
		demo.saveSettings = () =>
			Promise.reject({ code: 'storage', message: { id: 'plain', args: { text: 'No.' } } });
		await app.preferences.change({ theme: 'dark' });
		expect(app.preferences.settings?.theme).toBe('system');
		expect(document.documentElement.dataset.theme).toBeUndefined();
	});

	it('keep a preset under one name once', async () => {
		const { app, demo } = await begin();
		const first = await app.preferences.savePreset('Dawn', DEMO_PLAN);
		const second = await app.preferences.savePreset('Dawn', { ...DEMO_PLAN, overtime: 'never' });
		expect(second?.id).toBe(first?.id);
		expect(await demo.listPresets()).toHaveLength(1);
	});
});

describe('past sits', () => {
	const record = (id: string, startedAt: string) => ({
		id,
		startedAt,
		day: startedAt.slice(0, 10),
		plannedSeconds: 600,
		satSeconds: 600,
		stage: 'completed' as const,
		endedAt: startedAt,
		note: '',
		label: '',
		source: 'timer' as const,
		owner: null,
	});

	it('are grouped anew once the day begins at another hour', async () => {
		const { app } = await begin({ records: [record('a', '2026-11-24T02:30:00+01:00')] });
		const days = () => app.log.sits.map((sit) => sit.day);
		app.go('log');
		await vi.waitFor(() => expect(days()).toEqual(['2026-11-23']));
		app.go('settings');
		await app.preferences.change({ dayStartsAtHour: 2 });
		app.go('log');
		await vi.waitFor(() => expect(days()).toEqual(['2026-11-24']));
	});

	it('come in pages', async () => {
		const records = Array.from({ length: 60 }, (_, i) =>
			record(`r${i}`, `2026-11-${String(30 - (i % 30)).padStart(2, '0')}T07:00:00Z`),
		);
		const { app } = await begin({ records });
		await app.log.load();
		expect([app.log.sits.length, app.log.more]).toEqual([50, true]);
		await app.log.loadMore();
		expect([app.log.sits.length, app.log.more]).toEqual([60, false]);
	});

	it('take in what other devices send while they are looked at', async () => {
		const { app, demo } = await begin({ records: [record('a', '2026-11-24T07:00:00Z')] });
		app.go('log');
		await app.log.load();
		demo.arrive(record('b', '2026-11-24T08:00:00Z'));
		const read = () => expect(app.log.sits.map(({ id }) => id)).toEqual(['b', 'a']);
		await vi.waitFor(read, { timeout: 20_000 });
	});

	it('are deleted with a way back', async () => {
		const { app } = await begin({ records: [record('a', '2026-11-24T07:00:00Z')] });
		await app.log.load();
		await app.log.delete('a');
		expect(app.log.sits).toEqual([]);
		expect(app.notices.current?.kind).toBe('undo');
		await app.log.restore('a');
		expect(app.log.sits.map(({ id }) => id)).toEqual(['a']);
	});
});

describe('what is said', () => {
	it('names phases and milestones, once each', async () => {
		const { app } = await begin();
		const idle = app.timer.engineState;
		await app.start();
		const preparing = app.timer.engineState;
		expect(saidOfChange(idle, preparing)).toContain('10 s');
		expect(saidOfChange(preparing, preparing)).toBeNull();
		ms += 11_000;
		await app.refresh();
		expect(saidOfChange(preparing, app.timer.engineState)).toContain('20 min');
		expect(saidOfMilestone({ kind: 'left', minutes: 1 })).toContain('1 minute left');
	});
});
