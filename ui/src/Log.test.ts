import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import Window from './Window.svelte';
import { createDemo, type Demo } from './lib/api/demo';
import { DISK_FULL, scene } from './lib/api/scenes';
import { errorText } from './lib/error-text';
import { NO_FILTER } from './lib/log/filter.svelte';
import { FakeIntersectionObserver } from './test/setup';

async function show(query = 'records=years'): Promise<Demo> {
	const demo = createDemo(scene(new URLSearchParams(`still&${query}`)));
	render(Window, { props: { api: demo } });
	await press('open-log');
	await screen.findByTestId('log');
	return demo;
}

const press = async (id: string) => fireEvent.click(await screen.findByTestId(id));
/** Returns the rows once those are shown that are not in the first frame. */
const rows = async () => {
	await screen.findAllByTestId('sit-row');
	await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
	return screen.findAllByTestId('sit-row');
};
const type = async (id: string, value: string) =>
	fireEvent.input(await screen.findByTestId(id), { target: { value } });
/** Presses a key on the element that has the focus, or on the page. */
const key = (key: string, held: KeyboardEventInit = {}) =>
	fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });
const control = { ctrlKey: true };
/** Waits until a row has the focus. */
const focusedRow = (row: number) =>
	waitFor(async () => expect(document.activeElement).toBe((await rows())[row]));
const positions = () =>
	screen.getAllByTestId('sit-row').map((row) => Number(row.getAttribute('aria-posinset')));

beforeEach(() => {
	document.documentElement.lang = 'en';
	document.title = 'Zafu';
});

afterEach(() => {
	cleanup();
	vi.useRealTimers();
});

describe('every part of the log', () => {
	it.each([
		['', []],
		['records=none', []],
		['records=elsewhere', []],
		['', ['log-menu']],
		['', ['log-add']],
		['', ['log-add', 'sit-save']],
		['', ['log-filter']],
		['', ['log-filter', 'filter-label-Metta', 'filter-done']],
		['', ['log-jump']],
		['', ['log-menu', 'menu-shortcuts']],
		['', ['log-menu', 'menu-select', 'selection-all']],
		['', ['log-menu', 'menu-select', 'selection-all', 'selection-label']],
		['', ['log-menu', 'menu-select', 'selection-all', 'selection-delete']],
		['records=none', ['log-menu', 'menu-labels']],
		['', ['log-menu', 'menu-labels']],
		['', ['log-menu', 'menu-labels', 'label-new']],
	])('has no accessibility violation: %s %j', async (query, presses) => {
		await show(query);
		for (const id of presses) await press(id);
		const { violations } = await axe.run(document.body, {
			// jsdom paints nothing: contrast is tested in tokens.test.ts, and in both themes on the pictures of all screens.
			rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
		});
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	});
});

describe('the list', () => {
	it('tells the place of each sit among all of them', async () => {
		await show();
		const [first, second] = await rows();
		expect(first!.getAttribute('aria-posinset')).toBe('1');
		expect(second!.getAttribute('aria-posinset')).toBe('2');
		const size = Number(first!.getAttribute('aria-setsize'));
		expect(size).toBeGreaterThan(1000);
		await type('log-words', 'rain');
		await key('Enter');
		fireEvent.keyDown(screen.getByTestId('log-words'), { key: 'Enter' });
		await waitFor(() =>
			expect(screen.getAllByTestId('sit-row')[0]!.getAttribute('aria-setsize')).toBe('-1'),
		);
	});

	it('shows the total of each day', async () => {
		await show('');
		await rows();
		const days = screen.getAllByTestId('log-day').map((day) => day.textContent?.trim());
		expect(days[0]).toMatch(/Monday, November 23, 2026\s*20 min/);
		expect(days[1]).toMatch(/Sunday, November 22, 2026\s*2 sits · 40 min/);
		await press('log-filter');
		await press('filter-outcome-endedEarly');
		expect((await screen.findByText(/Whole day/)).textContent).toBe('Whole day: 2 sits · 40 min');
	});

	it('loads a page when its end comes near, and unmounts the pages that are far', async () => {
		await show();
		await rows();
		const feed = screen.getByRole('feed');
		const end = feed.nextElementSibling!;
		FakeIntersectionObserver.show(end, true);
		await waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(100));
		const [page] = feed.children;
		Object.defineProperty(page, 'offsetHeight', { value: 4321 });
		FakeIntersectionObserver.show(page!, false);
		await waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(50));
		expect((page as HTMLElement).style.height).toBe('4321px');
		expect(positions()[0]).toBe(51);
		FakeIntersectionObserver.show(page!, true);
		await waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(100));
		expect((page as HTMLElement).style.height).toBe('');
	});

	it('does not unmount the page that has the focus', async () => {
		await show();
		(await rows())[0]!.focus();
		FakeIntersectionObserver.show(screen.getByRole('feed').children[0]!, false);
		expect(await rows()).toHaveLength(50);
	});

	it('says how a sit was recorded', async () => {
		await show('records=elsewhere');
		const [runs, unfinished] = await rows();
		expect(runs!.querySelector('input, button')).toBeNull();
		expect(unfinished!.textContent).toContain('From another device');
		cleanup();
		await show();
		await type('log-words', '');
		await press('log-filter');
		await press('filter-source-import');
		await press('filter-done');
		await waitFor(async () => expect((await rows())[0]!.textContent).toContain('Imported'));
	});

	it('describes a sit to a screen reader with its note and how it was recorded', async () => {
		const demo = await show('records=elsewhere');
		const read = (row: HTMLElement) =>
			row
				.getAttribute('aria-describedby')!
				.split(' ')
				.map((id) => document.getElementById(id)!.textContent!.trim())
				.join(' ');
		const sit = (await demo.log({ filter: NO_FILTER, position: 'newest', limit: 2 })).sits[1]!;
		await demo.editSit(sit, { note: 'Rain all night.', startedAt: '2026-11-20T07:00:00+05:30' });
		demo.arrive({ ...sit, id: 'other', note: '', source: 'import' });
		await waitFor(async () => {
			const described = (await rows()).map(read);
			expect(
				described.some((text) => /Rain all night\. .*From another device.*UTC\+05:30/s.test(text)),
			).toBe(true);
			expect(described.some((text) => text.includes('Imported'))).toBe(true);
		});
	});

	it('is empty with a way to add a sit, or to clear the filter', async () => {
		await show('records=none');
		await press('log-empty-add');
		await screen.findByTestId('sit-dialog');
		cleanup();
		await show();
		await type('log-words', 'no such word');
		fireEvent.keyDown(screen.getByTestId('log-words'), { key: 'Enter' });
		await press('log-empty-clear');
		await waitFor(async () => expect(await rows()).toHaveLength(50));
	});
});

describe('the keyboard', () => {
	it('moves among the sits, of which the Tab key reaches one', async () => {
		await show();
		const all = await rows();
		const reached = () => screen.getAllByTestId('sit-row').filter((row) => row.tabIndex === 0);
		expect(reached()).toEqual([all[0]]);
		all[0]!.focus();
		await key('ArrowDown');
		await focusedRow(1);
		expect(reached()).toEqual([all[1]]);
		expect(within(all[1]!).getByTestId('sit-edit').tabIndex).toBe(0);
		expect(within(all[0]!).getByTestId('sit-edit').tabIndex).toBe(-1);
		await key('ArrowUp');
		await focusedRow(0);
		await key('End');
		await focusedRow(49);
		await key('ArrowDown');
		await focusedRow(50);
		await key('Home');
		await focusedRow(0);
	});

	it('selects several sits, deletes them and undoes it', async () => {
		const demo = await show();
		(await rows())[2]!.focus();
		await key('ArrowDown', { shiftKey: true });
		await focusedRow(3);
		await key('ArrowDown', { shiftKey: true });
		await focusedRow(4);
		expect(screen.getByTestId('selection').textContent).toContain('3 selected');
		const before = screen.getAllByTestId('sit-row').map((row) => row.dataset.row);
		await key('Delete');
		await waitFor(() => expect(demo.calls).toEqual(['deleteSits']));
		await waitFor(() => expect(document.activeElement?.getAttribute('data-row')).toBe(before[5]));
		expect(screen.queryByTestId('selection')).toBeNull();
		await key('z', control);
		await waitFor(() =>
			expect(screen.getAllByTestId('sit-row').map((row) => row.dataset.row)).toEqual(before),
		);
	});

	it('asks before it deletes all sits, and undoes it', async () => {
		const demo = await show('');
		const before = (await rows()).length;
		await key('a', control);
		await screen.findByTestId('selection');
		(await rows())[0]!.focus();
		await key('Delete');
		const dialog = await screen.findByTestId('delete-dialog');
		expect(dialog.textContent).toContain(`Delete ${before} sits?`);
		expect(demo.calls).toEqual([]);
		const [sit] = scene(new URLSearchParams('state=log')).records!;
		demo.arrive({ ...sit!, id: 'from-afar' });
		await waitFor(() => expect(dialog.textContent).toContain(`Delete ${before + 1} sits?`));
		await press('delete-confirm');
		await screen.findByTestId('log-empty');
		await waitFor(() => expect(document.activeElement?.tagName).toBe('H1'));
		expect(screen.queryByTestId('delete-dialog')).toBeNull();
		await key('z', control);
		expect(await rows()).toHaveLength(before + 1);
	});

	it('does not undo while a text is typed', async () => {
		const demo = await show();
		(await rows())[0]!.focus();
		await key('Delete');
		await screen.findByTestId('notice');
		screen.getByTestId('log-words').focus();
		await key('z', control);
		await key('a', control);
		expect(demo.calls).toEqual(['deleteSits']);
		expect(screen.queryByTestId('selection')).toBeNull();
	});

	it('selects all sits, also those that are not loaded, and none with Escape, before it returns to the timer', async () => {
		await show();
		const size = (await rows())[0]!.getAttribute('aria-setsize')!;
		expect(Number(size)).toBeGreaterThan(1000);
		await key('a', control);
		expect((await screen.findByTestId('selection')).textContent).toContain(
			`${Number(size).toLocaleString('en')} selected`,
		);
		await key('Escape');
		await waitFor(() => expect(screen.queryByTestId('selection')).toBeNull());
		expect(screen.queryByTestId('log')).not.toBeNull();
		await key('Escape');
		await screen.findByTestId('setup');
	});

	it('opens what edits, labels, adds, searches, jumps and helps', async () => {
		await show();
		const opens = async (dialog: string) => {
			await screen.findByTestId(dialog);
			fireEvent(screen.getByTestId(dialog), new Event('cancel'));
			await waitFor(() => expect(screen.queryByTestId(dialog)).toBeNull());
		};
		(await rows())[1]!.focus();
		await key('Enter');
		await opens('sit-dialog');
		await focusedRow(1);
		await key('l');
		await opens('label-dialog');
		await key('n', control);
		await opens('sit-dialog');
		await key('g', control);
		await opens('jump-dialog');
		await key('?');
		const help = await screen.findByTestId('shortcuts-dialog');
		expect(help.textContent).toMatch(/Ctrl\+Z\s*Undo the last change/);
		await opens('shortcuts-dialog');
		await key('f', control);
		await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('log-words')));
	});

	it('closes the menu, and not the log, with Escape', async () => {
		await show();
		await press('log-menu');
		await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('menuitem'));
		await key('ArrowDown');
		expect(document.activeElement).toBe(screen.getByTestId('menu-jump'));
		await key('Escape');
		await waitFor(() => expect(screen.queryByTestId('menu-jump')).toBeNull());
		expect(document.activeElement).toBe(screen.getByTestId('log-menu'));
		expect(screen.queryByTestId('log')).not.toBeNull();
	});
});

describe('the filter', () => {
	it('is shown as conditions that can be removed', async () => {
		await show();
		await press('log-filter');
		await press('filter-label-Metta');
		await press('filter-label-Zazen');
		await fireEvent.input(screen.getByTestId('filter-shortest'), { target: { value: '25' } });
		await fireEvent.change(screen.getByTestId('filter-shortest'));
		await press('filter-done');
		const chips = () => screen.queryAllByTestId('log-chip').map((chip) => chip.textContent?.trim());
		expect(chips()).toEqual(['Metta', 'Zazen', '25 min or longer']);
		await fireEvent.click(screen.getAllByTestId('log-chip')[0]!);
		await waitFor(() => expect(chips()).toEqual(['Zazen', '25 min or longer']));
		expect(document.activeElement).toBe(screen.getAllByTestId('log-chip')[0]);
		await press('log-clear');
		await waitFor(() => expect(chips()).toEqual([]));
	});

	it('explains a length and a date that are not possible', async () => {
		await show();
		await press('log-filter');
		await fireEvent.input(screen.getByTestId('filter-longest'), { target: { value: 'long' } });
		await fireEvent.change(screen.getByTestId('filter-longest'));
		expect((await screen.findByRole('alert')).textContent).toContain('from 1 second to 24 hours');
		expect(screen.queryAllByTestId('log-chip')).toEqual([]);
	});
});

describe('the conditions', () => {
	it('keep a text that cannot be read while others change', async () => {
		await show();
		await press('log-filter');
		const longest = () => screen.getByTestId<HTMLInputElement>('filter-longest');
		await fireEvent.input(longest(), { target: { value: 'long' } });
		await fireEvent.change(longest());
		await press('filter-label-Metta');
		expect(longest().value).toBe('long');
		expect(screen.getByRole('alert').textContent).toContain('from 1 second to 24 hours');
	});

	it('explain a range that no sit can meet', async () => {
		await show();
		await press('log-filter');
		for (const [field, value] of [
			['filter-shortest', '30 min'],
			['filter-longest', '10 min'],
		] as const) {
			await type(field, value);
			await fireEvent.change(screen.getByTestId(field));
		}
		expect((await screen.findByRole('alert')).textContent).toContain('no sit meets both');
	});

	it('give the focus to the search once none is left', async () => {
		await show();
		await press('log-filter');
		await press('filter-label-Metta');
		await press('filter-done');
		await press('log-chip');
		await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('log-words')));
	});
});

it('the focus goes to the search once the selection is cleared', async () => {
	await show();
	await press('log-menu');
	await press('menu-select');
	await press('selection-clear');
	await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('log-words')));
});

it('screen readers hear what the filter has found and what is selected', async () => {
	await show();
	const heard = () => screen.getByTestId('log-found').textContent;
	await rows();
	expect(heard()).toBe('');
	await press('log-filter');
	await press('filter-label-Metta');
	await waitFor(() => expect(heard()).toMatch(/^\d+ sits meet these conditions\.$/));
	await press('filter-done');
	await type('log-words', 'no such word');
	await key('Enter');
	fireEvent.keyDown(screen.getByTestId('log-words'), { key: 'Enter' });
	await waitFor(() => expect(heard()).toBe('No sit meets these conditions.'));
	await press('log-clear');
	await rows();
	await press('log-menu');
	await press('menu-select');
	await press('selection-all');
	await waitFor(() => expect(heard()).toMatch(/^\d,\d{3} selected$/));
});

describe('the dialog of a sit', () => {
	it('adds a sit and explains what is not possible', async () => {
		const demo = await show('');
		await press('log-add');
		await type('sit-time', '25:00');
		await press('sit-save');
		const faults = await screen.findAllByRole('alert');
		expect(faults.map((one) => one.textContent)).toEqual([
			'Enter a time of day from 00:00 to 23:59, such as 07:30.',
			expect.stringContaining('Enter a length'),
		]);
		await type('sit-day', '2999-01-01');
		await type('sit-time', '07:30');
		await type('sit-length', '20');
		await press('sit-save');
		expect((await screen.findByRole('alert')).textContent).toContain('in the future');
		await type('sit-day', '2026-11-20');
		await type('sit-label', 'zazen');
		await press('sit-save');
		await waitFor(() => expect(screen.queryByTestId('sit-dialog')).toBeNull());
		expect(demo.calls).toEqual(['addSit']);
		const [added] = screen.getAllByText('Entered by hand');
		expect(added!.closest('article')!.textContent).toMatch(/07:30.*20 min.*Zazen/s);
	});

	it('mends the UTC offset of a sit that the timer recorded, without another moment', async () => {
		vi.stubEnv('TZ', 'Asia/Tokyo');
		const demo = await show('');
		const edit = vi.spyOn(demo, 'editSit');
		await fireEvent.click((await screen.findAllByTestId('sit-edit'))[0]!);
		const time = await screen.findByTestId<HTMLInputElement>('sit-time');
		expect(time.value).toBe('07:01');
		await fireEvent.change(screen.getByTestId('sit-offset'), { target: { value: '+05:30' } });
		expect(time.value).toBe('11:31');
		await press('sit-save');
		await waitFor(() => expect(edit).toHaveBeenCalled());
		expect(edit.mock.calls[0]![1]).toEqual({ startedAt: '2026-11-23T11:31:00+05:30' });
		vi.unstubAllEnvs();
	});

	it('edits a sit, keeps its UTC offset and shows it', async () => {
		vi.stubEnv('TZ', 'Asia/Tokyo');
		const demo = await show('');
		const edit = vi.spyOn(demo, 'editSit');
		await fireEvent.click((await screen.findAllByTestId('sit-edit'))[0]!);
		expect((await screen.findByTestId<HTMLSelectElement>('sit-offset')).value).toBe('+01:00');
		await type('sit-time', '06:50');
		await type('sit-note', 'Quiet.');
		await press('sit-save');
		await waitFor(() => expect(edit).toHaveBeenCalled());
		expect(edit.mock.calls[0]![1]).toEqual({
			startedAt: '2026-11-23T06:50:00+01:00',
			note: 'Quiet.',
		});
		vi.unstubAllEnvs();
	});

	it('does not offer the start and the length of a sit that another device has not ended', async () => {
		const demo = await show('records=elsewhere');
		const edit = vi.spyOn(demo, 'editSit');
		await fireEvent.click((await screen.findAllByTestId('sit-edit'))[0]!);
		for (const id of ['sit-day', 'sit-time', 'sit-length'])
			expect((await screen.findByTestId<HTMLInputElement>(id)).readOnly).toBe(true);
		expect(screen.getByText(/has ended on the other device/)).toBeDefined();
		await type('sit-note', 'Quiet.');
		await press('sit-save');
		await waitFor(() => expect(screen.queryByTestId('sit-dialog')).toBeNull());
		expect(edit.mock.calls[0]![1]).toEqual({ note: 'Quiet.' });
	});

	it('shows why a sit could not be saved, and keeps what was entered', async () => {
		const demo = await show('');
		demo.editSit = () => Promise.reject(DISK_FULL);
		await fireEvent.click((await screen.findAllByTestId('sit-edit'))[0]!);
		await type('sit-note', 'Quiet.');
		await press('sit-save');
		expect((await screen.findByTestId('dialog-trouble')).textContent).toBe(errorText(DISK_FULL));
		expect(screen.getByTestId<HTMLTextAreaElement>('sit-note').value).toBe('Quiet.');
	});

	it('is there again with what was entered, after a sit that another client has started', async () => {
		const demo = await show('');
		await press('log-add');
		await type('sit-note', 'At the lake.');
		await demo.startSit({});
		await screen.findByTestId('sit');
		await demo.endSit(null);
		await press('open-log');
		const note = await screen.findByTestId<HTMLTextAreaElement>('sit-note');
		expect(note.value).toBe('At the lake.');
	});
});

describe('the labels', () => {
	const open = async () => {
		const demo = await show();
		await press('log-menu');
		await press('menu-labels');
		await screen.findByTestId('labels');
		return demo;
	};
	const row = (name: string) =>
		waitFor(() => {
			const all = screen.getAllByTestId('label-row');
			const found = all.find((one) => one.querySelector('.name')?.textContent === name);
			expect(found).toBeDefined();
			return found!;
		});

	it('show why the project rejected them, and what to do', async () => {
		const demo = await show();
		const rejected = { id: 'sync-label-rejected-name', args: {} };
		const list = demo.listLabels;
		demo.listLabels = async () =>
			(await list()).map((label, at) => ({ ...label, rejected: at === 0 ? rejected : null }));
		await press('log-menu');
		await press('menu-labels');
		const shown = await screen.findAllByTestId('label-rejected');
		expect(shown.map((one) => one.textContent)).toEqual([
			'The project cannot store the name of this label. It is kept on this computer: give it another name.',
		]);
	});

	it('are created with a name, a colour and a shape', async () => {
		const demo = await open();
		await press('label-new');
		await press('label-keep');
		expect((await screen.findByRole('alert')).textContent).toBe('Enter a name.');
		await type('label-name', 'Tonglen');
		await press('label-colour-green');
		await press('label-shape-cross');
		await press('label-keep');
		await row('Tonglen');
		const created = (await demo.listLabels()).find((label) => label.name === 'Tonglen');
		expect(created).toMatchObject({ colour: 'green', shape: 'cross', sits: 0 });
	});

	it('offer to merge when one is renamed to the name of another one', async () => {
		const demo = await open();
		await fireEvent.click(within(await row('Kinhin')).getByTestId('label-edit'));
		await type('label-name', 'zazen');
		await press('label-keep');
		expect((await screen.findByRole('alert')).textContent).toContain('merge “Kinhin” into it');
		await press('label-merge-same');
		await waitFor(() => expect(demo.calls).toEqual(['mergeLabel Kinhin Zazen']));
		await waitFor(() => expect(screen.queryByText('Kinhin')).toBeNull());
		const title = screen.getByRole('heading', { level: 1 });
		await waitFor(() => expect(document.activeElement).toBe(title));
		await key('z', control);
		await row('Kinhin');
	});

	it('are deleted with an undo', async () => {
		await open();
		await fireEvent.click(within(await row('Retreat')).getByTestId('label-delete'));
		await waitFor(() => expect(screen.queryByText('Retreat')).toBeNull());
		await press('notice-action');
		await row('Retreat');
	});

	it('lead to their sits', async () => {
		await open();
		await fireEvent.click(within(await row('Metta')).getByTestId('label-sits'));
		await screen.findByTestId('log');
		expect((await screen.findByTestId('log-chip')).textContent?.trim()).toBe('Metta');
		await waitFor(() => {
			for (const one of screen.getAllByTestId('sit-row'))
				expect(one.textContent).toContain('Metta');
		});
	});

	it('are set for several sits at once', async () => {
		const demo = await show();
		(await rows())[0]!.focus();
		await key('ArrowDown', { shiftKey: true });
		await focusedRow(1);
		await press('selection-label');
		await type('label-choice', 'Kin');
		const field = screen.getByTestId('label-choice');
		await fireEvent.keyDown(field, { key: 'ArrowDown' });
		await fireEvent.keyDown(field, { key: 'Enter' });
		const save = screen.getByTestId('label-save');
		await Promise.all([fireEvent.click(save), fireEvent.click(save)]);
		await waitFor(() => expect(screen.queryByTestId('label-dialog')).toBeNull());
		expect(demo.calls).toEqual(['setLabel Kinhin']);
		await waitFor(() => {
			for (const one of screen.getAllByTestId('sit-row').slice(0, 2))
				expect(one.textContent).toContain('Kinhin');
		});
	});
});

describe('the label of a sit that has just ended', () => {
	const finish = async (name: string) => {
		const demo = createDemo(scene(new URLSearchParams('still&records=years&state=finished')));
		render(Window, { props: { api: demo } });
		await screen.findByTestId('finished');
		await waitFor(() => expect(document.querySelectorAll('datalist option')).toHaveLength(8));
		const edit = vi.spyOn(demo, 'editSit');
		await type('label', name);
		const done = screen.getByTestId('done');
		await Promise.all([fireEvent.click(done), fireEvent.click(done)]);
		await screen.findByTestId('setup');
		return { demo, label: edit.mock.calls[0]![1].label };
	};

	it('is the one with this name in any case', async () => {
		const { demo, label } = await finish('wednesday GROUP by the lake');
		expect(label).toBe('Wednesday');
		expect(demo.calls).toEqual(['editSit', 'dismissFinished']);
	});

	it('is created if it is new', async () => {
		const { demo, label } = await finish('Tonglen');
		expect(label).toBe('Tonglen');
		expect(demo.calls).toEqual(['createLabel Tonglen', 'editSit', 'dismissFinished']);
	});
});
