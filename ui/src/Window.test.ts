import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import Window from './Window.svelte';
import { createDemo, type Demo } from './lib/api/demo';
import { DISK_FULL, scene } from './lib/api/scenes';
import { errorText } from './lib/error-text';

async function show(query: string, seen: string): Promise<Demo> {
	const demo = createDemo(scene(new URLSearchParams(`still&${query}`)));
	render(Window, { props: { api: demo } });
	await screen.findByTestId(seen);
	return demo;
}

const press = async (id: string) => fireEvent.click(await screen.findByTestId(id));

beforeEach(() => {
	document.documentElement.lang = 'en';
	document.title = 'Zafu';
});

afterEach(() => {
	cleanup();
	vi.useRealTimers();
});

describe('every screen', () => {
	it.each([
		['', 'setup', []],
		['mute', 'bell-trouble', []],
		['bells=every', 'setup', ['bells']],
		['bells=spread', 'setup', ['bells']],
		['bells=at', 'setup', ['bells']],
		['bells=random', 'setup', ['bells']],
		['state=sit&asked=quit', 'quit-dialog', []],
		['records=none', 'setup', ['open-log']],
		['', 'setup', ['length-open']],
		['', 'setup', ['bells']],
		['', 'setup', ['length-30', 'preset-keep']],
		['state=prepare', 'sit', []],
		['state=sit', 'sit', []],
		['state=sit', 'sit', ['end']],
		['state=sit', 'sit', ['end', 'end-discard']],
		['state=paused', 'sit', []],
		['state=overtime', 'sit', []],
		['state=finished', 'finished', []],
		['state=early', 'finished', []],
		['state=finished&unsaved', 'not-saved', []],
		['state=unsettled', 'unsettled', []],
		['state=unsettled-overtime', 'unsettled', []],
		['', 'setup', ['open-settings']],
		['', 'setup', ['open-log']],
		['', 'setup', ['open-log', 'log-press-first']],
		['insight=many', 'setup', ['open-log', 'open-insight', 'year-save']],
		['insight=many', 'setup', ['open-log', 'open-insight', 'bars-labels', 'year-table']],
		['insight=few', 'setup', ['open-log', 'open-insight', 'labels-table']],
		['insight=none', 'setup', ['open-log', 'open-insight']],
		['trouble=1', 'trouble', []],
		['bell=file', 'trouble', []],
		['state=sit&bell=no-device', 'notices-open', []],
		['state=overtime&trouble=2', 'notices-open', []],
		['state=overtime&trouble=2', 'notices-open', ['notices-open']],
	])('has no accessibility violation: %s %s %j', async (query, seen, presses) => {
		await show(query, seen);
		for (const id of presses) {
			if (id === 'log-press-first')
				await fireEvent.click((await screen.findAllByTestId('sit-edit'))[0]!);
			else await press(id);
		}
		const { violations } = await axe.run(document.body, {
			// jsdom paints nothing: contrast is tested in tokens.test.ts.
			rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
		});
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	});
});

describe('the keyboard', () => {
	it('starts a sit with Enter', async () => {
		const demo = await show('', 'setup');
		await fireEvent.keyDown(document.body, { key: 'Enter' });
		await screen.findByTestId('sit');
		expect(demo.calls).toEqual(['startSit']);
	});

	it('pauses and resumes a sit with Space', async () => {
		await show('state=sit', 'sit');
		await fireEvent.keyDown(document.body, { key: ' ' });
		await screen.findByTestId('resume');
		await fireEvent.keyDown(document.body, { key: ' ' });
		await screen.findByTestId('pause');
	});

	it('ends a sit with Escape only after a confirmation', async () => {
		const demo = await show('state=sit', 'sit');
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		expect((await screen.findByTestId('end-confirm')).textContent).toContain('10:00');
		await press('end-confirm');
		await screen.findByTestId('finished');
		expect(demo.calls).toEqual(['endSit null']);
	});

	it('switches to full screen with F11', async () => {
		const demo = await show('state=sit', 'sit');
		await fireEvent.keyDown(document.body, { key: 'F11' });
		await waitFor(() => expect(demo.calls).toEqual(['setFullscreen true']));
	});
});

describe('user actions', () => {
	it('accept a typed length', async () => {
		await show('', 'setup');
		const field = screen.getByTestId<HTMLInputElement>('length-value');
		await fireEvent.change(field, { target: { value: '1h 5' } });
		await waitFor(() => expect(field.value).toBe('65'));
	});

	it('show an error for an invalid length and start no sit', async () => {
		const demo = await show('', 'setup');
		const field = screen.getByTestId<HTMLInputElement>('length-value');
		field.value = 'soon';
		await fireEvent.keyDown(field, { key: 'Enter' });
		await screen.findByRole('alert');
		expect(demo.calls).toEqual([]);
	});

	it.each([
		['finish', 'endSit drop'],
		['add-overtime', 'endSit add'],
	])('resolve overtime: %s', async (id, call) => {
		const demo = await show('state=overtime', 'sit');
		await press(id);
		await waitFor(() => expect(demo.calls).toEqual([call]));
	});

	it.each([
		['resolve-whole', 'resolveSit whole'],
		['resolve-gap', 'resolveSit gap'],
		['resolve-discard', 'resolveSit discard'],
	])('resolve an unsettled sit: %s', async (id, call) => {
		const demo = await show('state=unsettled', 'unsettled');
		await press(id);
		await waitFor(() => expect(demo.calls).toEqual([call]));
		await screen.findByTestId('setup');
	});

	it('real_life_10: resolve only the overtime of a completed sit', async () => {
		for (const [id, call] of [
			['resolve-whole', 'resolveSit whole'],
			['resolve-discard', 'resolveSit discard'],
		] as const) {
			const demo = await show('state=unsettled-overtime', 'unsettled');
			expect(screen.queryByTestId('resolve-gap')).toBeNull();
			expect(document.body.textContent).toContain('is complete and saved with 25:00');
			expect(document.body.textContent).not.toContain('discard it');
			await press(id);
			await waitFor(() => expect(demo.calls).toEqual([call]));
			cleanup();
		}
	});

	it('real_life_03: show on the finished screen that a sit is not saved yet', async () => {
		await show('state=finished&unsaved', 'not-saved');
		cleanup();
		await show('state=finished', 'finished');
		expect(screen.queryByTestId('not-saved')).toBeNull();
	});

	it('postpone an unsettled sit and return to it', async () => {
		await show('state=unsettled', 'unsettled');
		await press('resolve-later');
		await press('unsettled-waiting');
		await screen.findByTestId('unsettled');
	});

	it('discard a sit only after a second confirmation', async () => {
		await show('state=sit', 'sit');
		await press('end');
		await press('end-discard');
		await press('discard-confirm');
		await screen.findByTestId('setup');
	});

	it('delete a past sit and undo the deletion', async () => {
		await show('', 'setup');
		await press('open-log');
		const rows = await screen.findAllByTestId('sit-row');
		await fireEvent.click(screen.getAllByTestId('sit-delete')[0]!);
		await waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(rows.length - 1));
		await press('notice-action');
		await waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(rows.length));
	});
});

describe('the sits of today', () => {
	const TODAY = {
		startedAt: '2026-11-24T07:00:00.000Z',
		day: '2026-11-24',
		satSeconds: 1500,
	};

	/** Opens the window on a log with one sit of 25 minutes, at midday of its day. */
	async function open(query: string) {
		// jsdom draws its frames by setInterval, and would never draw one again after the test.
		const toFake = [
			'Date',
			'setInterval',
			'requestAnimationFrame',
			'cancelAnimationFrame',
		] as const;
		vi.useFakeTimers({ toFake: [...toFake], now: new Date(2026, 10, 24, 12) });
		const state = scene(new URLSearchParams(`still&${query}`));
		state.records = [{ ...scene(new URLSearchParams()).records![0]!, ...TODAY }];
		const demo = createDemo(state);
		const read = vi.spyOn(demo, 'log');
		render(Window, { props: { api: demo } });
		await screen.findByTestId('setup');
		return { demo, read };
	}

	it('are shown before a sit, and change with the log and the day', async () => {
		const { demo } = await open('today');
		const line = await screen.findByTestId('today');
		expect(line.textContent).toBe('Today: 1 sit, 25 min');
		demo.arrive({ ...scene(new URLSearchParams()).records![0]!, ...TODAY, id: 'from-afar' });
		await waitFor(() => expect(line.textContent).toBe('Today: 2 sits, 50 min'));
		vi.setSystemTime(new Date(2026, 10, 25, 3, 59));
		vi.advanceTimersByTime(59_000);
		await Promise.resolve();
		expect(screen.queryByTestId('today')).not.toBeNull();
		vi.advanceTimersByTime(1000);
		await waitFor(() => expect(screen.queryByTestId('today')).toBeNull());
	});

	it('are not read unless the user wants them', async () => {
		const { read } = await open('');
		await press('open-settings');
		await screen.findByTestId('settings');
		expect(read).not.toHaveBeenCalled();
		await press('show-today');
		await press('back');
		expect((await screen.findByTestId('today')).textContent).toBe('Today: 1 sit, 25 min');
	});
});

describe('the overview', () => {
	const title = () => screen.getByTestId('year').querySelector('h2')!.textContent;

	it('shows the year of today, or another period, and returns to the log', async () => {
		await show('insight=many', 'setup');
		await press('open-log');
		await press('open-insight');
		const period = await screen.findByTestId<HTMLSelectElement>('insight-period');
		expect([period.value, title()]).toEqual(['2026', '2026, day by day']);
		await fireEvent.change(period, { target: { value: '2024' } });
		await waitFor(() => expect(title()).toBe('2024, day by day'));
		await fireEvent.change(period, { target: { value: 'all' } });
		await waitFor(() => expect(screen.queryByTestId('year')).toBeNull());
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await screen.findByTestId('log');
	});

	it('is the same after the log that a chart opened, and starts anew otherwise', async () => {
		const demo = await show('insight=many', 'setup');
		const read = vi.spyOn(demo, 'readInsight');
		await press('open-log');
		await press('open-insight');
		const period = await screen.findByTestId<HTMLSelectElement>('insight-period');
		await fireEvent.change(period, { target: { value: '2024' } });
		await waitFor(() => expect(title()).toBe('2024, day by day'));
		screen.getByTestId('insight').scrollTop = 120;
		const day = screen.getByTestId('year').querySelector('[data-mark][role="button"]')!;
		await fireEvent.click(day);
		expect((await screen.findAllByTestId('log-chip')).length).toBeGreaterThan(0);
		read.mockClear();
		await press('back');
		await screen.findByTestId('insight');
		expect(title()).toBe('2024, day by day');
		await waitFor(() => expect(screen.getByTestId('insight').scrollTop).toBe(120));
		expect(read.mock.calls).toEqual([[{ year: 2024 }]]);
		await press('back');
		await press('open-insight');
		await screen.findByTestId('insight');
		await waitFor(() => expect(title()).toBe('2026, day by day'));
		expect(screen.getByTestId('insight').scrollTop).toBe(0);
	});

	it('hides the streak if the user wants it', async () => {
		await show('insight=many&no-streak', 'setup');
		await press('open-log');
		await press('open-insight');
		await screen.findByTestId('insight-overview');
		expect(screen.queryByTestId('insight-streak')).toBeNull();
	});

	it('returns to the log if its figures cannot be read', async () => {
		const demo = await show('insight=few', 'setup');
		demo.readInsight = () => Promise.reject(DISK_FULL);
		await press('open-log');
		await press('open-insight');
		expect((await screen.findByTestId('notice')).textContent).toContain(errorText(DISK_FULL));
		await screen.findByTestId('log');
	});

	it('reads its figures again when a sync has changed the log', async () => {
		const demo = await show('insight=few', 'setup');
		await press('open-log');
		await press('open-insight');
		const total = await screen.findByTestId('insight-overview');
		const before = total.textContent;
		const figures = await demo.readInsight('current');
		demo.readInsight = async () => ({ ...figures, total: { sits: 77, seconds: 3600 } });
		demo.arrive({ ...scene(new URLSearchParams()).records![0]!, id: 'from-afar' });
		await waitFor(() => expect(total.textContent).toContain('77 sits'));
		expect(before).not.toContain('77 sits');
	});

	it('saves a picture of a chart', async () => {
		const demo = await show('insight=few', 'setup');
		demo.savePicture = async (name, picture) => {
			demo.calls.push(`${name} ${picture.length > 0}`);
			return name;
		};
		for (const id of ['open-log', 'open-insight', 'year-save', 'year-svg']) await press(id);
		await waitFor(() => expect(demo.calls).toEqual(['year.svg true']));
	});

	it('shows why a picture cannot be saved', async () => {
		const demo = await show('insight=few', 'setup');
		demo.savePicture = () => Promise.reject(DISK_FULL);
		for (const id of ['open-log', 'open-insight', 'year-save', 'year-svg']) await press(id);
		expect((await screen.findByTestId('notice')).textContent).toContain(errorText(DISK_FULL));
	});
});

describe('notices', () => {
	it('are below the screen, so that they cover nothing', async () => {
		await show('trouble=1', 'trouble');
		const page = screen.getByTestId('setup').parentElement!;
		const row = screen.getByTestId('trouble').parentElement!;
		expect(page.nextElementSibling).toBe(row);
		expect(page.contains(row)).toBe(false);
	});

	it('are one line during a sit, and all of them after a click', async () => {
		await show('state=sit&trouble=2', 'notices-open');
		expect(screen.queryByTestId('trouble')).toBeNull();
		await press('notices-open');
		expect(await screen.findAllByTestId('trouble')).toHaveLength(2);
		const away = screen.getAllByTestId('trouble-dismiss')[0];
		await waitFor(() => expect(document.activeElement).toBe(away));
		expect(screen.queryByTestId('notices-open')).toBeNull();
	});

	it('are shown inside an open dialog', async () => {
		const demo = await show('', 'setup');
		demo.savePreset = () => Promise.reject(DISK_FULL);
		await press('length-30');
		await press('preset-keep');
		await fireEvent.input(await screen.findByTestId('preset-name'), { target: { value: 'Noon' } });
		await press('preset-save');
		const said = await screen.findByTestId('dialog-trouble');
		expect(said.textContent).toBe(errorText(DISK_FULL));
		expect(screen.getByTestId('preset-dialog').contains(said)).toBe(true);
	});

	it('are one line again once all were dismissed', async () => {
		const demo = await show('state=sit&trouble=2', 'notices-open');
		await press('notices-open');
		for (const away of await screen.findAllByTestId('trouble-dismiss')) await fireEvent.click(away);
		demo.pauseSit = () => Promise.reject(DISK_FULL);
		await press('pause');
		await screen.findByTestId('notices-open');
		expect(screen.queryByTestId('notice')).toBeNull();
	});
});

describe('a requested note', () => {
	const SIT = '01990000-0000-7000-8000-000000000001';

	it('focuses the note field of the finished sit at once', async () => {
		const demo = await show('state=finished', 'finished');
		const { id } = (await demo.getState()).finished!;
		expect(document.activeElement).not.toBe(screen.getByTestId('note'));
		demo.askForNote(id);
		await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('note')));
	});

	it('focuses the note field after the overtime is resolved', async () => {
		const demo = await show('state=overtime', 'sit');
		demo.askForNote(SIT);
		await press('finish');
		const note = await screen.findByTestId('note');
		await waitFor(() => expect(document.activeElement).toBe(note));
	});

	it('does not focus the note field of another sit', async () => {
		const demo = await show('state=overtime', 'sit');
		demo.askForNote('another');
		await press('finish');
		const note = await screen.findByTestId('note');
		await new Promise(requestAnimationFrame);
		expect(document.activeElement).not.toBe(note);
	});
});

it('hides the controls without user input and shows them again after any key', async () => {
	await show('state=sit&fade=2', 'sit');
	const sit = screen.getByTestId('sit');
	vi.useFakeTimers();
	await fireEvent.keyDown(document.body, { key: 'a' });
	await vi.advanceTimersByTimeAsync(2100);
	expect(sit.classList.contains('still')).toBe(true);
	await fireEvent.keyDown(document.body, { key: 'a' });
	expect(sit.classList.contains('still')).toBe(false);
});
