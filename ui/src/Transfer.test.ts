import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Window from './Window.svelte';
import { createDemo, type Demo, type DemoState } from './lib/api/demo';
import { scene } from './lib/api/scenes';
import type { FollowedImport } from './lib/api/api';
import type { IpcError } from './lib/api/types';

/** Opens the page with these files to choose. */
async function show(query = 'import=years', state: DemoState = {}): Promise<Demo> {
	const demo = createDemo({ ...scene(new URLSearchParams(`still&${query}`)), ...state });
	render(Window, { props: { api: demo } });
	for (const id of ['open-log', 'log-menu', 'menu-transfer']) await press(id);
	await screen.findByTestId('transfer');
	return demo;
}

const press = async (id: string) => fireEvent.click((await screen.findAllByTestId(id))[0]!);
const text = async (id: string) => (await screen.findByTestId(id)).textContent?.trim();
const change = async (id: string, value: string) => {
	const field = await screen.findByTestId(id);
	await fireEvent.input(field, { target: { value } });
	await fireEvent.change(field);
};
/** Waits until the heading of a step has the focus. */
const focusedHeading = (id: string) =>
	waitFor(() =>
		expect(document.activeElement).toBe(screen.getByTestId(id).querySelector('h1, h2')),
	);

beforeEach(() => {
	document.documentElement.lang = 'en';
	document.title = 'Zafu';
});

afterEach(cleanup);

describe('every part of the page', () => {
	it.each([
		['import=years', []],
		['imports', []],
		['imports', ['import-row-undo']],
		['', ['backup-restore']],
		['', ['export-json', 'export-run', 'export-done']],
		['import=years', ['import-choose', 'import-preview']],
		['import=order', ['import-choose', 'import-question']],
		['import=error', ['import-choose', 'import-error']],
		['import=endless', ['import-choose', 'import-progress']],
		['import=years', ['import-choose', 'import-commit', 'import-done']],
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

describe('an import', () => {
	it('shows what would change before anything does, and can be undone', async () => {
		const demo = await show();
		await press('import-choose');
		await focusedHeading('import-preview');
		expect(await text('import-count-added')).toBe('3,180');
		expect(await text('import-count-known')).toBe('340');
		expect(await text('import-count-same')).toBe('21');
		expect(await text('import-count-skipped')).toBe('4');
		expect(screen.getByText('Tuesday, June 23, 2026, 06:55')).toBeTruthy();
		expect(screen.getByText(/Line 102: The sit is longer than 24 hours: 87:21:41/)).toBeTruthy();
		expect(demo.calls).toEqual(['readImport 1 null null false']);

		await press('import-commit');
		await focusedHeading('import-done');
		expect(demo.calls.at(-1)).toBe('commitImport 1');
		await press('import-undo');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('undoImport 1'));
		expect(await text('import-row')).toMatch(/InsightTimerLogs.csv.*Undone: 3,180 sits deleted/s);
		expect(screen.queryByTestId('import-row-undo')).toBeNull();
		expect(screen.getByRole('main').querySelector('[role=status]')!.textContent).toBe(
			'The import was undone: 3,180 sits were deleted.',
		);
		await focusedHeading('transfer');
	});

	it('is discarded by Cancel', async () => {
		const demo = await show();
		await press('import-choose');
		await press('import-leave');
		await screen.findByTestId('import-choose');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('discardImport'));
		await focusedHeading('transfer');
	});

	it('reads the files again for another time zone, and names a zone that does not exist', async () => {
		const demo = await show();
		await press('import-choose');
		await screen.findByTestId('import-preview');
		await change('import-zone', 'Asia/Tokyo');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('readImport 1 Asia/Tokyo null false'));

		await change('import-zone', 'Atlantis');
		const zone = screen.getByTestId('import-zone');
		await waitFor(() => expect(zone.getAttribute('aria-invalid')).toBe('true'));
		expect(screen.getByRole('alert').textContent).toMatch(/There is no time zone “Atlantis”/);
		expect((screen.getByTestId('import-commit') as HTMLButtonElement).disabled).toBe(true);
		await change('import-zone', 'Asia/Tokyo');
		await waitFor(() =>
			expect((screen.getByTestId('import-commit') as HTMLButtonElement).disabled).toBe(false),
		);
	});

	it('cannot be made with another zone than the field shows', async () => {
		const demo = await show();
		await press('import-choose');
		const field = (await screen.findByTestId('import-zone')) as HTMLInputElement;
		const canImport = () => {
			const commit = screen.queryByTestId('import-commit') as HTMLButtonElement | null;
			return commit !== null && !commit.disabled;
		};
		await waitFor(() => expect(canImport()).toBe(true));
		await fireEvent.input(field, { target: { value: 'Berlin' } });
		expect(canImport()).toBe(false);
		await fireEvent.change(field);
		await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
		expect(screen.getByRole('alert').textContent).toMatch(/Did you mean Europe\/Berlin\?/);
		expect(canImport()).toBe(false);
		expect(screen.queryByTestId('import-again')).toBeNull();

		await press('import-long-sits');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('readImport 1 Berlin null true'));
		await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
		expect(canImport()).toBe(false);

		await change('import-zone', 'Asia/Tokyo');
		await waitFor(() => expect(canImport()).toBe(true));
		expect(demo.calls.at(-1)).toBe('readImport 1 Asia/Tokyo null true');
		expect(field.value).toBe('Asia/Tokyo');
	});

	it('reads the files again with the zone of the field after a reading was cancelled', async () => {
		const demo = createDemo(scene(new URLSearchParams('still&import=years')));
		const cancelled: IpcError = { code: 'rejected', message: { id: 'import-cancelled', args: {} } };
		let isCancelled = false;
		const readImport: Demo['readImport'] = async (id, options) => {
			const read = await demo.readImport(id, options);
			if (isCancelled) throw cancelled;
			return read;
		};
		render(Window, { props: { api: { ...demo, readImport } } });
		for (const id of ['open-log', 'log-menu', 'menu-transfer', 'import-choose']) await press(id);
		await screen.findByTestId('import-preview');
		isCancelled = true;
		await change('import-zone', 'Asia/Tokyo');
		await screen.findByTestId('import-again');
		isCancelled = false;
		await press('import-again');
		await screen.findByTestId('import-commit');
		const asked = 'readImport 1 Asia/Tokyo null false';
		expect(demo.calls.slice(-2)).toEqual([asked, asked]);
		expect((screen.getByTestId('import-zone') as HTMLInputElement).value).toBe('Asia/Tokyo');
	});

	it('shows the zone of files that are dropped over a preview', async () => {
		const demo = await show();
		await press('import-choose');
		await change('import-zone', 'Asia/Tokyo');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('readImport 1 Asia/Tokyo null false'));
		demo.drop({ id: 7, names: ['InsightTimerLogs.csv'] });
		await waitFor(() => expect(demo.calls.at(-1)).toBe('readImport 7 null null false'));
		await waitFor(() =>
			expect((screen.getByTestId('import-zone') as HTMLInputElement).value).toBe('Europe/Berlin'),
		);
		expect(screen.getByTestId('import-commit')).toBeTruthy();
	});

	it('takes sits of more than 24 hours if the user wants them', async () => {
		const demo = await show();
		await press('import-choose');
		await press('import-long-sits');
		await waitFor(async () => expect(await text('import-count-added')).toBe('3,182'));
		expect(demo.calls.at(-1)).toBe('readImport 1 Europe/Berlin null true');
		expect(await text('import-count-skipped')).toBe('2');
	});

	it('brings back deleted sits if the user wants them', async () => {
		const demo = await show('import=deleted');
		await press('import-choose');
		expect(await text('import-count-deleted')).toBe('300');
		expect(screen.queryByTestId('import-count-revived')).toBeNull();
		const toggle = await screen.findByLabelText('Bring back 300 deleted sits too');
		await fireEvent.click(toggle);
		await waitFor(async () => expect(await text('import-count-revived')).toBe('300'));
		expect(demo.calls.at(-1)).toBe('readImport 1 Europe/Berlin null false deleted');
		expect(await text('import-commit')).toBe('Import 300 sits');
	});

	it('asks for the order of day and month if the file does not tell it', async () => {
		const demo = await show('import=order');
		await press('import-choose');
		await focusedHeading('import-question');
		expect(await text('import-order-day')).toBe('The day: May 4, 2026');
		expect(await text('import-order-month')).toBe('The month: April 5, 2026');
		await press('import-order-month');
		await focusedHeading('import-preview');
		expect(demo.calls.at(-1)).toBe('readImport 1 null monthFirst false');
		expect((await screen.findAllByTestId('import-file'))[0]!.textContent).toMatch(
			/month before day/,
		);
		// The answer can be changed.
		await press('import-order-other');
		await waitFor(() =>
			expect(screen.getAllByTestId('import-file')[0]!.textContent).toMatch(/day before month/),
		);
		expect(demo.calls.at(-1)).toBe('readImport 1 Europe/Berlin dayFirst false');
	});

	it('says what is wrong with a file and what to do', async () => {
		await show('import=error');
		await press('import-choose');
		expect(await text('import-error')).toMatch(/^holiday.csv: This is not a file that Zafu can/);
		expect(screen.getByTestId('import-choose')).toBeTruthy();
	});

	it('shows the progress of a long reading, which can be cancelled', async () => {
		const demo = await show('import=endless');
		await press('import-choose');
		const progress = await screen.findByTestId('import-progress');
		expect(progress.getAttribute('value')).toBe('431');
		expect(screen.getByText('Reading the files: 43 %')).toBeTruthy();
		await press('import-cancel-running');
		expect(await text('import-error')).toBe('The import was cancelled. Nothing was imported.');
		expect(demo.calls.at(-1)).toBe('cancelImport');
		expect(screen.queryByTestId('import-progress')).toBeNull();
	});

	it('reads files that are dropped on any page, and shows where they can be dropped', async () => {
		const demo = createDemo(scene(new URLSearchParams('still&import=years')));
		render(Window, { props: { api: demo } });
		await screen.findByTestId('setup');
		demo.drag(true);
		expect(await text('drop-target')).toBe('Drop the files to import their sits');
		demo.drop({ id: 7, names: ['InsightTimerLogs.csv'] });
		await screen.findByTestId('import-preview');
		expect(screen.queryByTestId('drop-target')).toBeNull();
		expect(demo.calls).toEqual(['readImport 7 null null false']);
		await press('back');
		await screen.findByTestId('setup');
	});

	it('goes on in the next window, which shows its progress and how it ends', async () => {
		const demo = createDemo(scene(new URLSearchParams('still&imports')));
		const [imported] = await demo.listImports();
		const start = {
			engineState: await demo.getState(),
			settings: await demo.getSettings(),
			quitAsked: false,
			importing: true,
			log: demo.keptLog(),
		};
		let end: (followed: FollowedImport) => void = () => undefined;
		const followImport = () => new Promise<FollowedImport>((resolve) => (end = resolve));
		render(Window, { props: { api: { ...demo, start, followImport } } });
		await screen.findByText('Importing: 43 %');
		await press('import-cancel-running');
		expect(demo.calls).toEqual(['cancelImport']);
		end({ imported: imported! });
		await screen.findByText('412 sits were imported');
		expect(screen.queryByTestId('import-progress')).toBeNull();
	});

	it('ignores files that are dropped during a sit', async () => {
		const demo = createDemo(scene(new URLSearchParams('still&state=sit&import=years')));
		render(Window, { props: { api: demo } });
		await screen.findByTestId('sit');
		demo.drag(true);
		demo.drop({ id: 7, names: ['InsightTimerLogs.csv'] });
		await waitFor(() => expect(screen.getByTestId('sit')).toBeTruthy());
		expect(screen.queryByTestId('drop-target')).toBeNull();
		expect(demo.calls).toEqual([]);
	});
});

describe('a past import', () => {
	it('is undone after a question', async () => {
		const demo = await show('imports');
		await screen.findByTestId('import-row-undo');
		expect(screen.getByTestId('import-row-undo').getAttribute('aria-label')).toMatch(
			/^Undo the import of export.zip on Oct 18, 2026/,
		);
		await press('import-row-undo');
		expect((await screen.findByTestId('undo-dialog')).textContent).toMatch(/412 sits are deleted/);
		await press('undo-confirm');
		await waitFor(() => expect(screen.queryByTestId('undo-dialog')).toBeNull());
		expect(demo.calls).toEqual(['undoImport 2']);
	});

	it('names the sits that were changed since, before it is undone', async () => {
		const sample = {
			startedAt: '2026-10-17T07:00:00+02:00',
			satSeconds: 1200,
			label: 'Zazen',
			note: 'by the sea',
		};
		await show('imports', { undo: { edited: 7, samples: [sample, sample], notes: 3 } });
		await screen.findByTestId('import-row-undo');
		await press('import-row-undo');
		const text = (await screen.findByTestId('undo-dialog')).textContent;
		expect(text).toMatch(/7 of them were changed since the import/);
		expect(screen.getAllByTestId('undo-edited')[0]!.textContent).toMatch(
			/2026.*Zazen · by the sea/,
		);
		expect(text).toMatch(/and 5 more/);
		expect(text).toMatch(/3 sits that were there before lose the note/);
		await press('undo-cancel');
		expect(screen.queryByTestId('undo-dialog')).toBeNull();
	});
});

describe('an export', () => {
	it('has all sits if the log is not filtered', async () => {
		const demo = await show('');
		expect(screen.queryByTestId('export-scope')).toBeNull();
		await press('export-calendar');
		await press('export-run');
		expect(await text('export-done')).toMatch(/^\d+ sits were exported to .*zafu.ics$/);
		expect(demo.calls.at(-1)).toMatch(/^exportLog calendar .*"labels":\[\]/);
	});

	it('has the sits that the log lists, or all of them', async () => {
		const demo = createDemo(scene(new URLSearchParams('still&records=years')));
		render(Window, { props: { api: demo } });
		const presses = ['open-log', 'log-filter', 'filter-label-Metta', 'filter-done'];
		for (const id of [...presses, 'log-menu', 'menu-transfer']) await press(id);
		expect(await text('log-chip')).toBe('Metta');
		await press('export-run');
		const filtered = await text('export-done');
		expect(demo.calls.at(-1)).toMatch(/^exportLog csv .*"labels":\["Metta"\]/);
		await press('export-all');
		await press('export-run');
		await waitFor(async () => expect(await text('export-done')).not.toBe(filtered));
		expect(demo.calls.at(-1)).toMatch(/^exportLog csv .*"labels":\[\]/);
		await press('export-filtered');
		await press('log-clear');
		expect(document.activeElement).toBe(screen.getByTestId('export-run'));
		await press('back');
		await screen.findByTestId('log');
	});
});

describe('the backups', () => {
	it('are listed with their number of sits and their size, and can be made', async () => {
		const demo = await show('');
		const rows = await screen.findAllByTestId('backup-row');
		expect(rows).toHaveLength(5);
		expect(rows[0]!.textContent).toMatch(/Nov 24, 2026.*Daily\s·\s+3,821 sits ·\s+3.9 MB/s);
		await press('backups-all');
		expect(screen.getAllByTestId('backup-row')).toHaveLength(7);
		expect(screen.getAllByTestId('backup-row')[6]!.textContent).toMatch(/not readable/);
		await press('backup-make');
		await waitFor(() => expect(screen.getAllByTestId('backup-row')).toHaveLength(8));
		expect(demo.calls).toEqual(['makeBackup']);
		expect(screen.getByText('A backup was made.')).toBeTruthy();
	});

	it('are restored after the sits that would be lost were named', async () => {
		const demo = await show('');
		await fireEvent.click((await screen.findAllByTestId('backup-restore'))[1]!);
		const dialog = await screen.findByTestId('restore-dialog');
		await waitFor(() => expect(dialog.textContent).toMatch(/The backup has 3,819 sits/));
		expect(dialog.textContent).toMatch(/2 sits of the log are not in it and will be gone/);
		expect(dialog.textContent).toMatch(/Tuesday, November 24, 2026, 07:02\s*20 min/);
		expect(dialog.textContent).toMatch(/1 sit was changed since then/);
		expect(dialog.textContent).toMatch(/1 sit that is not in the log now will be in it again/);
		await press('restore-cancel');
		expect(demo.calls).toEqual([]);
		await fireEvent.click((await screen.findAllByTestId('backup-restore'))[1]!);
		await waitFor(() =>
			expect((screen.getByTestId('restore-confirm') as HTMLButtonElement).disabled).toBe(false),
		);
		await press('restore-confirm');
		await waitFor(() => expect(demo.calls).toEqual(['restoreBackup 47']));
	});

	it('are restored only as the dialog has shown', async () => {
		const demo = createDemo(scene(new URLSearchParams('still')));
		let isOld = true;
		const previewRestore: Demo['previewRestore'] = async (number) => {
			const preview = await demo.previewRestore(number);
			return isOld ? { ...preview, missing: 1 } : preview;
		};
		render(Window, { props: { api: { ...demo, previewRestore } } });
		for (const id of ['open-log', 'log-menu', 'menu-transfer']) await press(id);
		await press('backup-restore');
		const dialog = await screen.findByTestId('restore-dialog');
		await waitFor(() => expect(dialog.textContent).toMatch(/1 sit of the log is not in it/));
		isOld = false;
		await press('restore-confirm');
		await waitFor(() => expect(dialog.textContent).toMatch(/The log has changed meanwhile/));
		await waitFor(() => expect(dialog.textContent).toMatch(/2 sits of the log are not in it/));
		expect(demo.calls).toEqual([]);
		await press('restore-confirm');
		await waitFor(() => expect(demo.calls).toEqual(['restoreBackup 48']));
	});

	it('say which one Zafu has started with', async () => {
		const demo = createDemo(scene(new URLSearchParams('still')));
		const engineState = await demo.getState();
		const settings = await demo.getSettings();
		const restored = { aside: '/home/me/.local/share/zafu/zafu.db.replaced' };
		const start = { engineState, settings, quitAsked: false, restored, log: demo.keptLog() };
		render(Window, { props: { api: { ...demo, start } } });
		expect(await text('restored')).toBe(
			'The backup was restored. What was there before is kept as /home/me/.local/share/zafu/zafu.db.replaced.',
		);
	});
});
