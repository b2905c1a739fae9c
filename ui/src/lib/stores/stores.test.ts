import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DEMO_PLAN, DEMO_SETTINGS, createDemo, type Demo, type DemoState } from '../api/demo';
import { DISK_FULL } from '../api/scenes';
import { errorKey, errorText } from '../error-text';
import { t } from '../messages.svelte';
import type { FinishedView, SitView, EngineState } from '../api/types';
import { announcementOfChange, announcementOfMilestone } from './announcer.svelte';
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
	owner: null,
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
	const demo = createDemo();
	const log = demo.keptLog();
	const start = { engineState, settings: DEMO_SETTINGS, quitAsked: false, noteAsked, log };
	return new App({ ...demo, start }, () => ms);
}

beforeEach(() => {
	ms = 1000;
	localStorage.clear();
});

describe('a sit', () => {
	it('is started from the draft, prepared, paused, resumed and ended', async () => {
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

	it('in preparation is ended without a confirmation', async () => {
		const { app } = await begin();
		await app.start();
		app.askToEnd();
		expect(app.dialog).toBeNull();
	});

	it('is started once by two simultaneous requests', async () => {
		const { app, demo } = await begin();
		await Promise.all([app.start(), app.start()]);
		expect(demo.calls.filter((call) => call === 'startSit')).toHaveLength(1);
	});

	it('that cannot start shows the error', async () => {
		const { app, demo } = await begin();
		demo.startSit = () => Promise.reject(DISK_FULL);
		await app.start();
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
		expect(app.timer.sit).toBeNull();
	});

	it('saves its note when its screen is closed by starting another', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		await app.leave({ note: 'quiet', label: 'zazen' }, true);
		expect(demo.calls).toEqual(['editSit', 'dismissFinished', 'startSit']);
	});

	it('saves only its changed note, also while its end is not on disk', async () => {
		const { app, demo } = await begin({ finished: { ...FINISHED, saved: false } });
		const edit = vi.spyOn(demo, 'editSit');
		await app.leave({ note: 'quiet' });
		expect(edit.mock.calls).toEqual([[{ id: 'x', owner: null }, { note: 'quiet' }]]);
		expect(app.timer.engineState.finished).toBeNull();
	});

	it('saves nothing if its note and label were not changed', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		await app.leave({});
		expect(demo.calls).toEqual(['dismissFinished']);
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

	it('shows dismissed trouble again after it ended and returned', async () => {
		const { app } = await begin();
		const trouble = [DISK_FULL];
		const healthy = app.timer.engineState;
		app.receive({ ...healthy, trouble });
		app.dismiss(errorKey(trouble[0]!));
		app.receive({ ...healthy, trouble });
		expect(app.dismissed.has(errorKey(trouble[0]!))).toBe(true);
		app.receive(healthy);
		app.receive({ ...healthy, trouble });
		expect(app.dismissed.has(errorKey(trouble[0]!))).toBe(false);
	});

	it('keeps its screen open when the note cannot be saved', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		demo.editSit = () => Promise.reject(DISK_FULL);
		await app.leave({ note: 'quiet' });
		expect(app.timer.engineState.finished).not.toBeNull();
		expect(app.notices.current?.text).toBe(errorText(DISK_FULL));
	});

	it('started by another client closes the dialog and opens the timer', async () => {
		const { app, demo } = await begin();
		app.dialog = 'bells';
		app.go('settings');
		await demo.startSit({});
		expect(app.dialog).toBeNull();
		expect(app.screen).toBe('timer');
	});

	it('needs a confirmation before the app quits', async () => {
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

describe('a requested note', () => {
	it('opens the timer screen with the requested sit', async () => {
		const { app, demo } = await begin({ finished: FINISHED });
		app.go('log');
		demo.askForNote('x');
		expect([app.screen, app.noteOn]).toEqual(['timer', 'x']);
	});

	it.each([
		['the sit in overtime', { sit: OVERTIME, finished: FINISHED }, 'y'],
		['the sit that has just ended', { finished: FINISHED }, 'x'],
		['no sit if none has ended', { sit: { ...OVERTIME, phase: 'sitting' as const } }, null],
	])('before the window opened is for %s', (_, state, id) => {
		expect(opened(state, true).noteOn).toBe(id);
	});

	it('is absent if the window was opened without a request', () => {
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

	it('keeps the length when another kind is selected', async () => {
		const { app } = await begin();
		app.draft.change({ length: { kind: 'timed', seconds: 900 } });
		app.draft.kind('open', new Date(2026, 10, 24, 6, 58));
		app.draft.kind('until', new Date(2026, 10, 24, 6, 58));
		expect(app.draft.plan?.length).toEqual({ kind: 'until', clock: '07:15' });
		app.draft.kind('timed', new Date());
		expect(app.draft.plan?.length).toEqual({ kind: 'timed', seconds: 900 });
	});

	it('is still the usual sit after the settings are loaded again', async () => {
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

describe('preferences', () => {
	it('are applied at once and saved', async () => {
		const { app, demo } = await begin();
		await app.preferences.change({ theme: 'dark' });
		expect(document.documentElement.dataset.theme).toBe('dark');
		expect(localStorage.getItem('zafu-theme')).toBe('dark');
		expect((await demo.getSettings()).theme).toBe('dark');
	});

	it('change the language of every text', async () => {
		const { app, demo } = await begin();
		expect(t('settings-title')).toBe('Settings');
		await app.preferences.change({ language: 'de' });
		expect(t('settings-title')).toBe('Einstellungen');
		expect(document.documentElement.lang).toBe('de');
		expect((await demo.getSettings()).language).toBe('de');
		await app.preferences.change({ language: 'system' });
		expect(t('settings-title')).toBe('Settings');
	});

	it('are reverted when they cannot be saved', async () => {
		const { app, demo } = await begin();
		demo.saveSettings = () => Promise.reject(DISK_FULL);
		await app.preferences.change({ theme: 'dark' });
		expect(app.preferences.settings?.theme).toBe('system');
		expect(document.documentElement.dataset.theme).toBeUndefined();
	});

	it('keep one preset per name', async () => {
		const { app, demo } = await begin();
		const first = await app.preferences.savePreset('Dawn', DEMO_PLAN);
		const second = await app.preferences.savePreset('Dawn', { ...DEMO_PLAN, overtime: 'never' });
		expect(second?.id).toBe(first?.id);
		expect(await demo.listPresets()).toHaveLength(1);
	});
});

describe('announcements', () => {
	it('name phases and milestones once each', async () => {
		const { app } = await begin();
		const idle = app.timer.engineState;
		await app.start();
		const preparing = app.timer.engineState;
		expect(announcementOfChange(idle, preparing)).toContain('10 s');
		expect(announcementOfChange(preparing, preparing)).toBeNull();
		ms += 11_000;
		await app.refresh();
		expect(announcementOfChange(preparing, app.timer.engineState)).toContain('20 min');
		expect(announcementOfMilestone({ kind: 'left', minutes: 1 })).toContain('1 minute left');
	});
});
