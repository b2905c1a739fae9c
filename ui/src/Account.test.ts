import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Window from './Window.svelte';
import { createDemo, type Demo } from './lib/api/demo';
import { DEMO_CODE, DEMO_PASSWORD } from './lib/api/demo-account';
import { DISK_FULL, scene, UNREACHED } from './lib/api/scenes';
import { NO_FILTER } from './lib/log/filter.svelte';
import { errorText } from './lib/error-text';
import { t } from './lib/messages.svelte';

const OPEN = ['open-settings', 'open-account'];

async function show(query: string): Promise<Demo> {
	const demo = createDemo(scene(new URLSearchParams(`still&${query}`)));
	render(Window, { props: { api: demo } });
	await screen.findByTestId('setup');
	return demo;
}

const press = async (id: string) => fireEvent.click(await screen.findByTestId(id));

async function open(query: string, way = ['sync-mark']): Promise<Demo> {
	const demo = await show(query);
	for (const id of way) await press(id);
	await screen.findByTestId('account');
	return demo;
}

const field = (id: string) => screen.findByTestId<HTMLInputElement>(id);

async function type(id: string, value: string): Promise<void> {
	await fireEvent.input(await field(id), { target: { value } });
}

const said = (id: string, text: string | RegExp) =>
	waitFor(() => expect(screen.getByTestId(id).textContent).toMatch(text));

const hasFocus = (element: Element) => waitFor(() => expect(document.activeElement).toBe(element));

beforeEach(() => {
	document.documentElement.lang = 'en';
	document.title = 'Zafu';
});

afterEach(cleanup);

describe('the account screen', () => {
	it('says why the sync waits', async () => {
		await open('sync=waiting');
		expect(screen.getByTestId('sync-trouble').textContent).toBe(errorText(UNREACHED));
	});

	it.each([
		['project=none', OPEN, 'project'],
		['', OPEN, 'email'],
		['', [...OPEN, 'how-code'], 'code'],
		['sync=synced', ['sync-mark'], 'account-state'],
		['sync=backlog', ['sync-mark'], 'progress'],
		['sync=waiting', ['sync-mark'], 'sync-trouble'],
		['sync=until-quit', ['sync-mark'], 'until-quit'],
		['sync=unreadable', ['sync-mark'], 'unreadable'],
		['sync=labels-rejected', ['sync-mark'], 'labels-rejected'],
		['sync=key', ['sync-mark'], 'email'],
		['sync=blocked', ['sync-mark'], 'need'],
		['sync=signed-out', ['sync-mark'], 'email'],
		['sync=sign-in', ['sync-mark'], 'email'],
		['sync=account-gone', ['sync-mark'], 'email'],
		['sync=erased', ['sync-mark'], 'upload-again'],
		['sync=adopt', ['sync-mark'], 'adopt-yes'],
		['sync=adopt-from&owners=more', ['sync-mark'], 'adopt-from-yes'],
		['sync=synced&owners=more', ['sync-mark'], 'owner-adopt'],
		['sync=server-misconfigured', ['sync-mark'], 'need'],
		['sync=too-old', ['sync-mark'], 'need'],
		['sync=refused', ['sync-mark'], 'dead-letter-retry'],
		['sync=synced', ['sync-mark', 'erase'], 'erase-dialog'],
		['sync=synced&keeps-texts', ['sync-mark', 'texts-send'], 'texts-dialog'],
	])('has no accessibility violation: %s %j', async (query, way, seen) => {
		await open(query, way);
		await screen.findByTestId(seen);
		const { violations } = await axe.run(document.body, {
			// jsdom paints nothing: contrast is tested in tokens.test.ts.
			rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
		});
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	});

	it('closes to the screen that opened it', async () => {
		await open('', OPEN);
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await screen.findByTestId('settings');
	});
});

describe('the sync indicator', () => {
	it('is absent if no account was ever signed in', async () => {
		await show('');
		expect(screen.queryByTestId('sync-mark')).toBeNull();
	});

	it.each([
		['synced', '', 'Synced. Account', 'Everything is synced with your project'],
		['waiting', '3 waiting', '3 waiting. Account', '3 sits are waiting to be uploaded'],
		['adopt', 'Action needed', 'Action needed. Account', 'Your account needs attention'],
	])('shows the sync state: %s', async (sync, seen, heard, more) => {
		await show(`sync=${sync}`);
		const mark = screen.getByTestId('sync-mark');
		expect(mark.textContent.trim()).toBe(seen);
		expect(mark.getAttribute('aria-label')).toBe(heard);
		expect(mark.title).toBe(more);
	});

	it('is shown in the log but not during a sit', async () => {
		const demo = await show('sync=waiting');
		await press('open-log');
		await screen.findByTestId('log');
		await screen.findByTestId('sync-mark');
		await demo.startSit({});
		await screen.findByTestId('sit');
		expect(screen.queryByTestId('sync-mark')).toBeNull();
	});
});

describe('signing in', () => {
	it('collapses the fields of a known project and opens those of an unknown one', async () => {
		await open('', OPEN);
		expect((await screen.findByTestId('project')).hasAttribute('open')).toBe(false);
		cleanup();
		await open('project=none', OPEN);
		expect((await screen.findByTestId('project')).hasAttribute('open')).toBe(true);
	});

	it('is enabled only when every field is filled in', async () => {
		await open('project=none', OPEN);
		await type('email', 'mira@example.org');
		await type('password', DEMO_PASSWORD);
		expect((await field('sign-in')).disabled).toBe(true);
		await type('project-url', 'https://pond.supabase.co');
		await type('project-key', 'sb_publishable_1');
		await waitFor(() =>
			expect(screen.getByTestId<HTMLInputElement>('sign-in').disabled).toBe(false),
		);
	});

	it('keeps the input and shows the error in the form when it fails', async () => {
		await open('', OPEN);
		await type('email', 'mira@example.org');
		await type('password', 'wrong');
		await press('sign-in');
		const wrong = await screen.findByTestId('account-trouble');
		expect(wrong.textContent).toBe(t('server-auth-wrong-password'));
		expect(wrong.closest('form')).not.toBeNull();
		expect((await field('email')).value).toBe('mira@example.org');
		expect((await field('password')).value).toBe('wrong');
	});

	it('says how many sits were added and moves the focus to the heading', async () => {
		const demo = await open('', OPEN);
		await type('email', ' mira@example.org ');
		await type('password', DEMO_PASSWORD);
		(await field('sign-in')).focus();
		await press('sign-in');
		await screen.findByTestId('account-state');
		await said('account-outcome', /12 sits/);
		await hasFocus(screen.getByRole('heading', { name: 'Account' }));
		expect(demo.calls).toEqual(['accountSignIn']);
		expect((await demo.getState()).sync?.email).toBe('mira@example.org');
	});

	it('requests a code with Enter and then signs in with it', async () => {
		const demo = await open('', [...OPEN, 'how-code']);
		await type('email', 'mira@example.org');
		const form = (await field('code')).closest('form')!;
		await fireEvent.submit(form);
		await said('enter-outcome', /An email was sent to mira@example\.org/);
		await type('code', DEMO_CODE);
		await fireEvent.submit(form);
		await screen.findByTestId('account-state');
		expect(demo.calls).toEqual(['accountSendCode mira@example.org', 'accountSignIn']);
	});

	it('real_life_15: shows the code field after the sign-up email and keeps the password', async () => {
		const demo = await open('', OPEN);
		await type('email', 'mira@example.org');
		await type('password', DEMO_PASSWORD);
		await press('sign-up');
		await said('enter-outcome', /An email was sent.*code, enter it here.*link, open it/);
		const code = await field('code');
		await hasFocus(code);
		expect(screen.getByLabelText('Code')).toBe(code);
		// For an email with a link the password is kept.
		await press('how-password');
		expect((await field('password')).value).toBe(DEMO_PASSWORD);
		// A code is entered, and Enter signs in.
		await press('how-code');
		await type('code', DEMO_CODE);
		await fireEvent.submit((await field('code')).closest('form')!);
		await screen.findByTestId('account-state');
		expect(demo.calls).toEqual(['accountSignUp', 'accountSignIn']);
	});

	it('sends one request however often the button is pressed', async () => {
		const demo = await open('', OPEN);
		let asked = 0;
		demo.accountSignIn = () => {
			asked += 1;
			return new Promise(() => undefined);
		};
		await type('email', 'mira@example.org');
		await type('password', DEMO_PASSWORD);
		await press('sign-in');
		await said('enter-outcome', 'Contacting the project…');
		await press('sign-in');
		await press('sign-up');
		expect(asked).toBe(1);
	});
});

describe('a signed-in account', () => {
	it.each([
		['adopt', 'adopt-yes', 'accountAdopt true', /Added to your account/],
		['adopt', 'adopt-no', 'accountAdopt false', /on this computer/],
		['erased', 'upload-again', 'accountAfterErasure true', /uploaded again/],
		['erased', 'keep-here', 'accountAfterErasure false', /this computer only/],
	])('sends a decision: %s, %s', async (sync, id, call, text) => {
		const demo = await open(`sync=${sync}`);
		await press(id);
		await said('account-outcome', text);
		expect(demo.calls).toEqual([call]);
		expect(screen.queryByTestId('need')).toBeNull();
	});

	it('shows the error of a decision beside its question', async () => {
		const demo = await open('sync=adopt');
		demo.accountAdopt = () => Promise.reject(DISK_FULL);
		await press('adopt-yes');
		const wrong = await screen.findAllByTestId('account-trouble');
		expect(wrong.map((one) => one.textContent)).toEqual([errorText(DISK_FULL)]);
		expect(screen.getByTestId('need').contains(wrong[0]!)).toBe(true);
	});

	it('syncs on request', async () => {
		const demo = await open('sync=waiting');
		await press('sync-now');
		await waitFor(() => expect(screen.getByTestId('account-state').dataset.state).toBe('synced'));
		expect(demo.calls).toEqual(['syncNow']);
	});

	it('lists dead letters with reasons, and exports and retries them', async () => {
		const demo = await open('sync=refused');
		const rows = await screen.findAllByTestId('dead-letter-row');
		expect(rows).toHaveLength(2);
		expect(rows[0]!.textContent).toMatch(/note or label/);
		expect(rows[1]!.textContent).toMatch(/23514/);
		await press('dead-letter-export');
		await said('dead-letter-outcome', /zafu-dead-letters\.json/);
		await press('dead-letter-retry');
		await waitFor(() => expect(screen.queryByTestId('dead-letter-row')).toBeNull());
		expect(demo.calls).toEqual(['exportDeadLetters', 'retryDeadLetters']);
	});

	it('signs out and says that nothing is lost', async () => {
		const demo = await open('sync=synced');
		await press('sign-out');
		await said('account-outcome', /still here/);
		await screen.findByTestId('password');
		expect((await field('email')).value).toBe('mira@example.org');
		expect(demo.calls).toEqual(['accountSignOut']);
	});

	it('says what leaves the computer, and keeps notes and labels on it', async () => {
		const demo = await open('sync=synced');
		await said('account-privacy', /with their times, labels and notes/);
		await press('texts-keep');
		await said('account-privacy', /without labels and notes/);
		expect(demo.calls).toEqual(['setKeepsTexts true']);
	});

	it('sends notes and labels to the project only after a confirmation', async () => {
		const demo = await open('sync=synced');
		await press('texts-keep');
		await said('account-privacy', /without labels and notes/);
		await press('texts-send');
		const dialog = await screen.findByTestId('texts-dialog');
		expect(dialog.textContent).toMatch(/quiet-pond\.supabase\.co.*cannot be taken back/s);
		await press('texts-cancel');
		expect(screen.queryByTestId('texts-dialog')).toBeNull();
		expect(demo.calls).toEqual(['setKeepsTexts true']);
		await waitFor(async () => expect((await field('texts-keep')).checked).toBe(true));
		await press('texts-send');
		await press('texts-confirm');
		await said('account-privacy', /with their times, labels and notes/);
		expect(screen.queryByTestId('texts-dialog')).toBeNull();
		expect(demo.calls).toEqual(['setKeepsTexts true', 'setKeepsTexts false']);
	});

	it('is erased only after a confirmation', async () => {
		const demo = await open('sync=synced');
		await press('erase');
		await press('erase-cancel');
		await waitFor(() => expect(screen.queryByTestId('erase-dialog')).toBeNull());
		expect(demo.calls).toEqual([]);
		await press('erase');
		await press('erase-confirm');
		await said('account-outcome', /has no data/);
		expect(screen.queryByTestId('erase-dialog')).toBeNull();
		expect(demo.calls).toEqual(['accountErase']);
	});

	it('shows in the dialog why it could not be erased', async () => {
		const demo = await open('sync=synced');
		demo.accountErase = () => Promise.reject(UNREACHED);
		await press('erase');
		await press('erase-confirm');
		const dialog = await screen.findByTestId('erase-dialog');
		await waitFor(() => expect(dialog.textContent).toMatch(errorText(UNREACHED)));
	});
});

describe('real_life_05: sits of a closed account', () => {
	const GONE = '01990000-0000-4000-8000-000000000002';

	it.each([
		['adopt-from-yes', 'true', /Moved to your account: 14 sits/, 1],
		['adopt-from-no', 'false', /Nothing was moved/, 2],
	])('are moved only after a decision: %s', async (answer, adopt, text, left) => {
		const demo = await open('sync=adopt-from&owners=more');
		const need = await screen.findByTestId('need');
		expect(need.textContent).toMatch(/14 sits.*mira@example\.org at quiet-pond\.supabase\.co/s);
		expect(demo.calls).toEqual([]);
		await press(answer);
		await said('account-outcome', text);
		expect(demo.calls).toEqual([`accountAdoptFrom ${GONE} ${adopt}`]);
		await waitFor(() => expect(screen.getAllByTestId('owner-row')).toHaveLength(left));
	});

	it('can be moved later, but not those of an account that may be in use', async () => {
		const demo = await open('sync=synced&owners=more');
		const rows = await screen.findAllByTestId('owner-row');
		expect(rows.map((row) => row.querySelectorAll('button').length)).toEqual([1, 0]);
		expect(rows[1]!.textContent).toMatch(/Signed out/);
		const name = 'Move and upload the sits of mira@example.org (earlier account)';
		await fireEvent.click(screen.getByRole('button', { name }));
		await said('account-outcome', /14 sits/);
		expect(demo.calls).toEqual([`accountAdoptFrom ${GONE} true`]);
	});

	it('are said to be uploaded, and the error is shown if moving fails', async () => {
		const demo = await open('sync=synced&owners=more');
		demo.accountAdoptFrom = () => Promise.reject(DISK_FULL);
		await press('owner-adopt');
		const wrong = await screen.findAllByTestId('account-trouble');
		expect(wrong.map((one) => one.textContent)).toEqual([errorText(DISK_FULL)]);
		expect(screen.getByTestId('owner-adopt').textContent).toContain('upload');
		expect(document.body.textContent).toContain('including those kept on this computer only');
	});

	it('are listed in the log with their owner if it is filtered by owner', async () => {
		await show('sync=synced&owners=more&records=shared');
		await press('open-log');
		await press('log-filter');
		const owners = await screen.findByTestId<HTMLSelectElement>('log-owner');
		expect(screen.getByLabelText('Account')).toBe(owners);
		expect([...owners.options].map((one) => one.text)).toEqual([
			'This account',
			'All accounts',
			'mira@example.org (earlier account)',
			'jonathan.featherstonehaugh@meditation.example.org',
		]);
		const count = (n: number) =>
			waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(n));
		await count(2);
		expect(screen.queryByTestId('sit-owner')).toBeNull();
		await fireEvent.change(owners, { target: { value: 'all' } });
		await count(6);
		expect(screen.getAllByTestId('sit-owner').map((one) => one.textContent)).toContain(
			'mira@example.org (earlier account)',
		);
		await fireEvent.change(owners, { target: { value: GONE } });
		await count(2);
	});

	it('cannot be filtered by owner if there is only one owner', async () => {
		await show('sync=synced');
		await press('open-log');
		await screen.findAllByTestId('sit-row');
		expect(screen.queryByTestId('log-owner')).toBeNull();
	});
});

describe('sits of another device', () => {
	it('are labelled in the log, and a running one cannot be changed here', async () => {
		await show('records=elsewhere');
		await press('open-log');
		const [runs, unfinished] = await screen.findAllByTestId('sit-row');
		expect(runs!.textContent).toMatch(/25 min.*running on another device/s);
		expect(runs!.querySelector('button')).toBeNull();
		expect(unfinished!.textContent).toMatch(/Open-ended.*not finished on the other device/s);
		expect(unfinished!.querySelectorAll('button')).toHaveLength(2);
	});

	it('appear in an open log when a sync brings them', async () => {
		const demo = await show('sync=waiting');
		await press('open-log');
		const before = (await screen.findAllByTestId('sit-row')).length;
		const query = { filter: NO_FILTER, position: 'newest', limit: 1 } as const;
		const [first] = (await demo.log(query)).sits;
		demo.arrive({ ...first!, id: 'from-afar' });
		await waitFor(() => expect(screen.getAllByTestId('sit-row')).toHaveLength(before + 1));
	});
});
