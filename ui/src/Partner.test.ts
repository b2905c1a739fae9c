import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import Window from './Window.svelte';
import { createDemo, type Demo } from './lib/api/demo';
import { DEMO_PASSWORD } from './lib/api/demo-account';
import { DEMO_INVITATION } from './lib/api/demo-partner';
import { scene } from './lib/api/scenes';
import { t } from './lib/messages.svelte';
import { arc, shares } from './lib/partner/ring';
import { longDate, shortDate } from './lib/partner/text';
import { motion } from './lib/stores/motion.svelte';

const PARTNER = 'open-partner';

async function show(query: string): Promise<Demo> {
	const demo = createDemo(scene(new URLSearchParams(`still&${query}`)));
	render(Window, { props: { api: demo } });
	return demo;
}

const press = async (id: string) => fireEvent.click(await screen.findByTestId(id));
/** Returns a text without the marks that isolate names in it. */
const plain = (it: string | null) => (it ?? '').replaceAll(/[\u2068\u2069]/g, '').trim();
const text = async (id: string) => plain((await screen.findByTestId(id)).textContent);
const isSaid = (id: string, said: string | RegExp) =>
	waitFor(() => expect(screen.getByTestId(id).textContent).toMatch(said));
/** Changes the value of a field once it is loaded. */
const change = async (id: string, value: string) => {
	const field = await screen.findByTestId<HTMLInputElement>(id);
	await waitFor(() => expect(field.value).not.toBe(''));
	await fireEvent.input(field, { target: { value } });
	await fireEvent.change(field);
};

/** Opens the page of the partner from the setup page of a signed-in user, and presses these elements. */
async function open(query = '', ...presses: string[]): Promise<Demo> {
	const demo = await show(`sync=synced&${query}`);
	for (const id of [PARTNER, ...presses]) await press(id);
	await screen.findByTestId('partner');
	return demo;
}

beforeEach(() => {
	document.documentElement.lang = 'en';
	document.title = 'Zafu';
});

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

describe('every state', () => {
	it.each([
		['', ['open-settings', PARTNER], 'open-account'],
		['sync=synced&nameless', [PARTNER], 'invite-nameless'],
		['sync=synced&partner=invited', [PARTNER], 'invite-open'],
		['sync=synced&partner=expired', [PARTNER], 'invite-expired'],
		['sync=synced&partner=invited-elsewhere', [PARTNER], 'invite-open'],
		['sync=waiting&partner=week&pending=leave', [PARTNER], 'leave-waits'],
		['sync=synced', [PARTNER, 'invite'], 'invite-text'],
		['sync=synced&offline', [PARTNER, 'invite'], 'invite-error'],
		['sync=synced&asked=join', ['join-look'], 'join-accept'],
		['asked=join&invitation=sign-in', ['join-look'], 'join-sign-in'],
		['sync=synced&asked=join&invitation=other-project', ['join-look'], 'join-other-project'],
		['sync=synced&asked=join&invitation=partner-refusal-not-open', ['join-look'], 'join-error'],
		['sync=synced&partner=week', [PARTNER, 'shown-open'], 'together'],
		['sync=synced&partner=first-week&privacy=counts', [PARTNER, 'shown-open'], 'bow-later'],
		['sync=synced&partner=resting', [PARTNER], 'past-weeks'],
		['sync=waiting&partner=week&age=50&pending=bow,privacy', [PARTNER], 'bow-waits'],
		['sync=synced&partner=week&rejected', [PARTNER], 'partner-trouble'],
		['sync=synced&partner=former', [PARTNER], 'former'],
		['sync=signed-out&partner=week&age=50', ['open-settings', PARTNER], 'needs-account'],
		['sync=synced&partner=week', [PARTNER, 'leave'], 'leave-dialog'],
		['sync=synced&pending=profile,target', ['sync-mark'], 'profile-waits'],
		['sync=synced', ['open-settings'], 'partner-notifications'],
	])('has no accessibility violation: %s %j', async (query, presses, seen) => {
		await show(query);
		for (const id of presses) await press(id);
		await screen.findByTestId(seen);
		const { violations } = await axe.run(document.body, {
			// jsdom paints nothing: contrast is tested in tokens.test.ts, and in both themes on the pictures of all screens.
			rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
		});
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	});
});

describe('the page without a partner', () => {
	it('is not offered on the setup page without an account, and says why one is needed', async () => {
		await show('');
		await screen.findByTestId('setup');
		expect(screen.queryByTestId(PARTNER)).toBeNull();
		await press('open-settings');
		await press(PARTNER);
		await screen.findByText(t('together-needs-account'));
		expect(screen.queryByTestId('invite')).toBeNull();
		await press('open-account');
		await screen.findByTestId('account');
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await screen.findByTestId('partner');
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await screen.findByTestId('settings');
	});

	it('creates an invitation and copies its text or its link', async () => {
		const copied: string[] = [];
		vi.stubGlobal('navigator', {
			languages: ['en'],
			clipboard: { writeText: async (it: string) => void copied.push(it) },
		});
		const demo = await open('', 'invite');
		const field = await screen.findByTestId<HTMLTextAreaElement>('invite-text');
		expect(field.readOnly).toBe(true);
		expect(field.value).toContain(DEMO_INVITATION);
		await press('invite-copy');
		await isSaid('invite-status', t('together-invite-copied'));
		await press('invite-copy-link');
		await isSaid('invite-status', t('together-invite-copied-link'));
		expect(copied).toEqual([field.value, DEMO_INVITATION]);
		await press('invite-withdraw');
		await screen.findByText(t('together-invite'));
		expect(demo.calls).toEqual(['invitePartner', 'withdrawInvitation']);
	});

	it('selects the text if the system does not let it copy', async () => {
		vi.stubGlobal('navigator', {
			languages: ['en'],
			clipboard: { writeText: () => Promise.reject(new Error('not allowed')) },
		});
		await open('', 'invite', 'invite-copy');
		await isSaid('invite-status', t('together-invite-selected'));
		const field = screen.getByTestId<HTMLTextAreaElement>('invite-text');
		expect(field.selectionEnd - field.selectionStart).toBe(field.value.length);
	});

	it('shows an open invitation again', async () => {
		await open('partner=invited');
		expect(await text('invite')).toBe(t('together-invite-show'));
		await press('invite');
		await screen.findByTestId('invite-text');
	});

	it('says that an invitation has expired', async () => {
		await open('partner=expired');
		expect(await text('invite-expired')).toContain(t('together-invite-expired'));
		expect(await text('invite')).toBe(t('together-invite'));
	});

	it('says why an invitation cannot be created, and can try again', async () => {
		const demo = await open('offline', 'invite');
		expect(await text('invite-error')).toContain('The server was not reached');
		expect(demo.calls).toEqual([]);
		expect(screen.queryByTestId('invite-text')).toBeNull();
		expect(await text('invite')).toBe(t('together-invite'));
	});

	it('lists the news, the newest first', async () => {
		const shown = await (await open('partner=week')).partner();
		const items = [...screen.getByTestId('news').querySelectorAll('li span')];
		expect(items.map((item) => item.textContent)).toEqual([
			t('together-news-bow'),
			t('together-news-kept', { start: shortDate(shown.news[1]!.week!) }),
			t('together-news-joined'),
		]);
	});

	it('names the year of a date that is not in this year', async () => {
		const demo = await show('sync=synced&partner=former');
		const before = await demo.partner();
		const former = { startedAt: '2024-11-03T08:00:00Z', endedAt: '2025-03-05T08:00:00Z' };
		const at = '2025-02-20T08:00:00Z';
		demo.partner = async () => ({
			...before,
			former: [{ ...former, kept: 9, missed: 2 }],
			news: [
				{ kind: 'kept', at, week: '2025-02-16T08:00:00Z' },
				{ kind: 'kept', at, week: null },
			],
		});
		await press(PARTNER);
		const from = 'November 3, 2024 to March 5, 2025: kept 9 of 11 weeks';
		expect(await text('former')).toBe(from);
		expect(await text('news')).toBe(
			'Feb 20, 2025 You both kept the week from Feb 16, 2025 on.' +
				'Feb 20, 2025 You both kept a week.',
		);
		expect(longDate(new Date().toISOString())).not.toMatch(/\d{4}/);
	});

	it('says that a new invitation replaces one of another device', async () => {
		const demo = await open('partner=invited-elsewhere');
		expect(await text('invite-open')).toMatch(/on another device.*A new one replaces it/);
		expect(await text('invite')).toBe(t('together-invite'));
		await press('invite');
		await screen.findByTestId('invite-text');
		expect(demo.calls).toEqual(['invitePartner']);
	});

	it('keeps showing a new invitation until the project was read again', async () => {
		const demo = await show('sync=synced');
		const before = await demo.partner();
		let reads = 0;
		demo.partner = async () => {
			reads += 1;
			return before;
		};
		await press(PARTNER);
		await press('invite');
		await screen.findByTestId('invite-text');
		const readsBefore = reads;
		await demo.setTarget(4);
		await waitFor(() => expect(reads).toBeGreaterThan(readsBefore));
		await tick();
		screen.getByTestId('invite-text');
		demo.partner = async () => ({ ...before, readAt: '2031-01-01T00:00:00Z' });
		await demo.setTarget(5);
		await waitFor(() => expect(screen.queryByTestId('invite-text')).toBeNull());
	});

	it('lists two news of the same kind and second', async () => {
		const demo = await show('sync=synced&partner=week');
		const { news, ...rest } = await demo.partner();
		demo.partner = async () => ({ ...rest, news: [news[0]!, news[0]!] });
		await press(PARTNER);
		await waitFor(() => expect(screen.getByTestId('news').children).toHaveLength(2));
		screen.getByTestId('leave');
	});

	it('lists what was kept with earlier partners, and nothing else of them', async () => {
		await open('partner=former');
		expect(await text('former')).toMatch(
			/^\w+ \d+(, \d+)? to \w+ \d+(, \d+)?: kept 9 of 11 weeks$/,
		);
	});
});

describe('joining', () => {
	const paste = async (it = `Join me: ${DEMO_INVITATION}`) => {
		await fireEvent.input(await screen.findByTestId('join-text'), { target: { value: it } });
		await press('join-look');
	};

	it('shows who invites and where before anything happens, and keeps notes on the device', async () => {
		const demo = await open();
		expect(screen.getByTestId<HTMLButtonElement>('join-look').disabled).toBe(true);
		await paste();
		const preview = await screen.findByTestId('join-preview');
		expect(plain(preview.textContent)).toContain('Ada invites you to a shared week');
		await waitFor(() => expect(document.activeElement).toBe(preview));
		screen.getByText(/The project is lotus\.supabase\.co\. Its administrator can read/);
		expect(screen.getByTestId<HTMLInputElement>('join-texts-keep').checked).toBe(true);
		expect(demo.calls).toEqual(['previewInvitation']);
		await press('join-accept');
		await screen.findByTestId('this-week');
		expect(demo.calls).toEqual(['previewInvitation', 'acceptInvitation true']);
	});

	it('names the server that is asked before it is asked', async () => {
		const demo = await open();
		await fireEvent.input(await screen.findByTestId('join-text'), {
			target: { value: `Join me: ${DEMO_INVITATION}` },
		});
		expect(await text('join-asks')).toContain('lotus.supabase.co');
		expect(demo.calls).toEqual([]);
	});

	it('shows nothing of an invitation that another link has replaced meanwhile', async () => {
		const demo = await open();
		const preview = await demo.previewInvitation(DEMO_INVITATION);
		let answer: (it: typeof preview) => void = () => {};
		demo.previewInvitation = () => new Promise((resolve) => (answer = resolve));
		await paste();
		const other = DEMO_INVITATION.replace('7K3M', '8K3M');
		demo.openInvitation(other);
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		await waitFor(() => expect(field.value).toBe(other));
		answer(preview);
		await waitFor(() => expect(screen.queryByText(t('account-in-progress'))).toBeNull());
		expect(screen.queryByTestId('join-preview')).toBeNull();
	});

	it('keeps a link that is opened while another invitation is accepted', async () => {
		const demo = await open();
		await paste();
		const accept = demo.acceptInvitation.bind(demo);
		let fail = () => {};
		const accepted: string[] = [];
		demo.acceptInvitation = (it, keepTexts) => {
			accepted.push(it);
			return new Promise((resolve) => (fail = () => void accept(it, keepTexts).then(resolve)));
		};
		await press('join-accept');
		demo.openInvitation('zafu://join/other');
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		await waitFor(() => expect(field.value).toBe('zafu://join/other'));
		fail();
		await screen.findByTestId('this-week');
		expect(accepted).toEqual([`Join me: ${DEMO_INVITATION}`]);
		await press('leave');
		await press('leave-confirm');
		const again = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		expect(again.value).toBe('zafu://join/other');
	});

	it('chooses again that notes stay for the next invitation', async () => {
		await open();
		await paste();
		await press('join-texts-send');
		await press('join-cancel');
		await paste();
		await screen.findByTestId('join-preview');
		expect(screen.getByTestId<HTMLInputElement>('join-texts-keep').checked).toBe(true);
	});

	it('leaves nothing in the sign-in form if the user does not sign in', async () => {
		await show('asked=join&invitation=sign-in');
		await press('join-look');
		await press('join-sign-in');
		await screen.findByTestId('account');
		const url = () => screen.getByTestId<HTMLInputElement>('project-url').value;
		expect(url()).toBe('https://lotus.supabase.co');
		expect(screen.getByTestId('account').textContent).toContain(t('account-intro-joining'));
		// What the user has just chosen, and not what is usual.
		expect(await text('account-privacy')).toContain('without labels and notes');
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await press('open-account');
		await screen.findByTestId('account');
		expect(url()).toBe('https://quiet-pond.supabase.co');
		expect(screen.getByTestId('account').textContent).toContain(t('account-intro'));
		expect(await text('account-privacy')).toContain('with their times, labels and notes');
	});

	it('sends notes and labels if the user wants it', async () => {
		const demo = await open();
		await paste();
		await press('join-texts-send');
		await press('join-accept');
		await screen.findByTestId('this-week');
		expect(demo.calls.at(-1)).toBe('acceptInvitation false');
	});

	it('is looked at after a change that is still being saved', async () => {
		const demo = await show('sync=synced');
		let save = () => {};
		const setTarget = demo.setTarget.bind(demo);
		demo.setTarget = (target) =>
			new Promise((resolve) => (save = () => void setTarget(target).then(resolve)));
		await press('sync-mark');
		await change('target', '3');
		await press(PARTNER);
		await paste();
		expect(demo.calls).toEqual([]);
		save();
		await screen.findByTestId('join-preview');
		expect(demo.calls).toEqual(['setTarget 3', 'previewInvitation']);
	});

	it('can be left without accepting', async () => {
		const demo = await open();
		await paste();
		await press('join-cancel');
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		expect(field.value).toBe('');
		await waitFor(() => expect(document.activeElement).toBe(field));
		expect(demo.calls).toEqual(['previewInvitation']);
	});

	it('names somebody without a name', async () => {
		await open('invitation=unnamed');
		await paste();
		expect(await text('join-preview')).toBe(t('together-join-unnamed'));
	});

	it('says why a text or an invitation is refused, and keeps the text', async () => {
		await open('invitation=partner-refusal-not-open');
		await paste('hello');
		expect(await text('join-error')).toContain('There is no invitation in this text');
		await paste();
		await isSaid('join-error', 'This invitation is no longer open');
		expect(screen.getByTestId<HTMLTextAreaElement>('join-text').value).toContain(DEMO_INVITATION);
	});

	it('signs in to the project of the invitation first, then shows it again', async () => {
		const demo = await show('asked=join&invitation=sign-in');
		await press('join-look');
		await screen.findByText(/You need an account in the project lotus\.supabase\.co/);
		await press('join-sign-in');
		await screen.findByTestId('account');
		expect((await screen.findByTestId<HTMLInputElement>('project-url')).value).toBe(
			'https://lotus.supabase.co',
		);
		await fireEvent.input(screen.getByTestId('email'), { target: { value: 'me@example.org' } });
		await fireEvent.input(screen.getByTestId('password'), { target: { value: DEMO_PASSWORD } });
		await press('sign-in');
		await screen.findByTestId('join-preview');
		expect(demo.calls.filter((call) => call === 'previewInvitation')).toHaveLength(2);
		expect(demo.calls.some((call) => call.startsWith('acceptInvitation'))).toBe(false);
	});

	it('is refused while the user is signed in to another project', async () => {
		await open('invitation=other-project');
		await paste();
		expect(await text('join-other-project')).toContain('sign out on the account page');
		expect(screen.queryByTestId('join-accept')).toBeNull();
		await press('join-account');
		await press('sign-out');
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		// The text is still there, to look at it again.
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		expect(field.value).toContain(DEMO_INVITATION);
	});
});

describe('an invitation that is opened outside of the window', () => {
	it('fills in the text and waits for the user', async () => {
		const demo = await show('sync=synced');
		await screen.findByTestId('setup');
		demo.openInvitation(DEMO_INVITATION);
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		await waitFor(() => expect(field.value).toBe(DEMO_INVITATION));
		await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('join-look')));
		expect(demo.calls).toEqual([]);
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await screen.findByTestId('setup');
	});

	it('is shown after a running sit, and after the page of the finished one', async () => {
		const demo = await show('state=sit&sync=synced');
		await screen.findByTestId('sit');
		demo.openInvitation(DEMO_INVITATION);
		expect(screen.queryByTestId('partner')).toBeNull();
		await demo.endSit(null);
		await screen.findByTestId('finished');
		expect(screen.queryByTestId('partner')).toBeNull();
		await press('done');
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		await waitFor(() => expect(field.value).toBe(DEMO_INVITATION));
	});

	it('is announced during a sit', async () => {
		const demo = await show('state=sit&sync=synced');
		await screen.findByTestId('sit');
		demo.openInvitation(DEMO_INVITATION);
		expect(await text('notices-open')).toBe(t('common-invitation-later'));
	});

	it.each([
		['while leaving waits for the network', 'sync=waiting&partner=week&pending=leave'],
		['to somebody who is signed out of an account with a partner', 'sync=signed-out&partner=week'],
	])('is shown %s', async (_, query) => {
		const demo = await show(query);
		await screen.findByTestId('setup');
		demo.openInvitation(DEMO_INVITATION);
		const field = await screen.findByTestId<HTMLTextAreaElement>('join-text');
		await waitFor(() => expect(field.value).toBe(DEMO_INVITATION));
		expect(screen.queryByTestId('join-has-partner')).toBeNull();
		await press('join-look');
		await screen.findByTestId('join-preview');
	});

	it('is not offered to somebody who has a partner', async () => {
		const demo = await open('partner=week');
		demo.openInvitation(DEMO_INVITATION);
		await screen.findByTestId('join-has-partner');
		expect(screen.queryByTestId('join-text')).toBeNull();
	});
});

describe('a shared week', () => {
	it('is described to a screen reader instead of the picture', async () => {
		await open('partner=week');
		const lotus = await screen.findByTestId('shared-lotus');
		expect(lotus.getAttribute('role')).toBe('img');
		expect(plain(lotus.getAttribute('aria-label'))).toBe(
			'4 of 10 sits this week; you 3, Ada 1; 3 days left',
		);
		expect(await text('kept')).toBe('Kept 4 of 7 weeks');
	});

	it('says that it is kept as soon as its goal is reached, with the lotus in full bloom', async () => {
		await open('partner=full');
		expect(await text('time-left')).toBe('3 days left; the week is kept');
		const lotus = screen.getByTestId('shared-lotus');
		expect(lotus.getAttribute('aria-label')).toMatch(/; 3 days left; the week is kept$/);
		expect(lotus.getAttribute('data-opened')).toBe('1.000');
		cleanup();
		await open('partner=week');
		expect(await text('time-left')).toBe('3 days left');
	});

	it('has no goal while both are resting', async () => {
		await open('partner=resting');
		expect(plain((await screen.findByTestId('shared-lotus')).getAttribute('aria-label'))).toBe(
			'A week of rest, without a goal; you 1, Ada 0; 3 days left',
		);
		expect((await screen.findByTestId('this-week')).textContent).toMatch(/1 sit, resting/);
	});

	it('says that changed targets hold from the next week on', async () => {
		const demo = await open('partner=week');
		const week = await screen.findByTestId('this-week');
		expect(week.textContent).toMatch(/3 of 5.*1 of 5/s);
		await demo.setTarget(4);
		await waitFor(() => expect(week.textContent).toMatch(/3; target 4 from next week/));
		await demo.setTarget(0);
		await waitFor(() => expect(week.textContent).toMatch(/3; resting from next week/));
	});

	it('says of when it is, and what waits for the network', async () => {
		await open('partner=week&age=50&pending=bow,privacy');
		expect(await text('as-of')).toMatch(/^As of \w+, /);
		expect(await text('bow-waits')).toBe('Your bow to Ada waits for the network.');
		expect(await text('privacy-waits')).toBe(t('together-waits'));
		expect(screen.queryByTestId('bow')).toBeNull();
	});

	it('says of when it is, and that one must sign in, to somebody who is signed out', async () => {
		await show('sync=signed-out&partner=week&age=50&pending=bow');
		await press('open-settings');
		await press(PARTNER);
		expect(await text('as-of')).toMatch(/^As of \w+, /);
		expect(await text('needs-account')).toBe(t('together-signed-out'));
		expect(await text('bow-waits')).toBe('Your bow to Ada waits until you sign in.');
		for (const gone of ['bow', 'bow-later', 'privacy-times', 'leave', 'invite'])
			expect(screen.queryByTestId(gone), gone).toBeNull();
		await press('open-account');
		await screen.findByTestId('sign-in');
	});

	it('that is left while signed out is over for the partner after a sign-in', async () => {
		await show('sync=signed-out&partner=week&pending=leave,target');
		await press('open-settings');
		expect(await text('target-waits')).toBe(t('together-waits-sign-in'));
		await press(PARTNER);
		expect(await text('leave-waits')).toBe(t('together-leave-waits-sign-in'));
	});

	it('isolates a name that is written from right to left from the words around it', async () => {
		const demo = await show('sync=synced&partner=week');
		const { partnership, ...rest } = await demo.partner();
		const partner = { ...partnership!.partner, profile: { name: 'שרה', image: null } };
		demo.partner = async () => ({ ...rest, partnership: { ...partnership!, partner } });
		await press(PARTNER);
		const lotus = await screen.findByTestId('shared-lotus');
		expect(lotus.getAttribute('aria-label')).toContain('you 3, \u2068שרה\u2069 1; 3 days left');
		expect(screen.getByTestId('bow').textContent).toContain('Bow to \u2068שרה\u2069');
		// A name alone needs no marks.
		screen.getByText('שרה');
	});

	it('says why a change was rejected', async () => {
		await open('partner=week&rejected');
		expect(await text('partner-trouble')).toContain('You are in a partnership');
	});

	it('lets the user bow once, and keeps the focus on the page', async () => {
		const demo = await open('partner=week');
		const bow = await screen.findByTestId('bow');
		bow.focus();
		await fireEvent.click(bow);
		expect(await text('bow-later')).toBe('You can bow after Ada’s next sit.');
		expect(demo.calls).toEqual(['bow']);
		await waitFor(() => expect(document.activeElement?.textContent).toBe(t('together-title')));
	});

	it('shows exactly what the partner sees', async () => {
		const demo = await open('partner=week', 'shown-open');
		expect((await screen.findByTestId('shown-times')).children).toHaveLength(4);
		await press('privacy-counts');
		await screen.findByTestId('shown-no-times');
		expect(screen.queryByTestId('shown-times')).toBeNull();
		expect(screen.queryByTestId('together')).toBeNull();
		expect(demo.calls).toEqual(['setPrivacy counts']);
	});

	it('is over on this device while leaving waits for the network', async () => {
		await open('partner=week&pending=leave');
		await screen.findByTestId('leave-waits');
		screen.getByTestId('news');
		for (const gone of ['this-week', 'past-weeks', 'bow', 'together', 'shown', 'leave', 'invite'])
			expect(screen.queryByTestId(gone), gone).toBeNull();
	});

	it('ends only after a confirmation', async () => {
		const demo = await open('partner=week', 'leave', 'leave-cancel');
		expect(screen.queryByTestId('leave-dialog')).toBeNull();
		expect(demo.calls).toEqual([]);
		await press('leave');
		await press('leave-confirm');
		await screen.findByTestId('invite');
		expect(demo.calls).toEqual(['leavePartner']);
	});

	it('shows the newest weeks, and all of them if the user wants it', async () => {
		const demo = await show('sync=synced&partner=week');
		const { partnership, ...rest } = await demo.partner();
		const weeks = Array.from({ length: 15 }, (_, at) => ({
			...partnership!.weeks[0]!,
			number: at + 1,
			start: new Date(Date.UTC(2024, 0, 1 + 7 * at)).toISOString(),
		}));
		demo.partner = async () => ({ ...rest, partnership: { ...partnership!, weeks } });
		await press(PARTNER);
		const shown = await screen.findByTestId('past-weeks');
		expect(shown.children).toHaveLength(12);
		await press('past-weeks-all');
		expect(shown.children).toHaveLength(14);
		expect(shown.lastElementChild!.textContent).toContain('Jan 1, 2024');
		expect(screen.queryByTestId('past-weeks-all')).toBeNull();
	});

	it('marks a kept week by more than the opened flower', async () => {
		await open('partner=week');
		const weeks = [...(await screen.findByTestId('past-weeks')).children];
		expect(weeks).toHaveLength(8);
		expect(weeks.filter((week) => week.querySelector('.kept'))).toHaveLength(4);
		expect(weeks[0]!.textContent).toContain('9 of 10 sits');
		expect(weeks[1]!.textContent).toContain('12 of 10 sits, kept');
		expect(weeks[3]!.textContent).toContain('3 sits in a week of rest');
	});
});

describe('the ring of a shared week', () => {
	it('has two arcs that run against each other and meet when the goal is reached', () => {
		expect(shares(3, 1, 10)).toEqual({ mine: 0.3, partners: 0.1 });
		expect(shares(9, 3, 10)).toEqual({ mine: 0.75, partners: 0.25 });
		expect(shares(2, 0, 0)).toEqual({ mine: 0, partners: 0 });
		expect(arc(0, true)).toBe('');
		const sweeps = (path: string) => [...path.matchAll(/A190 190 0 0 (\d)/g)].map(([, it]) => it);
		expect(sweeps(arc(0.3, true))).toEqual(['1']);
		expect(sweeps(arc(0.75, false))).toEqual(['0', '0']);
		expect(arc(0.25, true).split(' ').at(-2)).toMatch(/389\.\d+$/);
	});
});

describe('the privacy text of the account page', () => {
	it.each([
		['sync=synced&partner=week', 'sync-mark'],
		['sync=synced&partner=invited', 'sync-mark'],
		['sync=signed-out', 'sync-mark'],
	])('says what a partner, an invited person and a server get: %s', async (query, opener) => {
		await show(query);
		await press(opener);
		const said = await text('account-privacy');
		expect(said).toContain('A partner gets only the part that the page Partner names');
		expect(said).toContain(
			'whoever has an invitation of yours sees only your name and your picture',
		);
		expect(said).toContain('if you look at an invitation, signed in or not, Zafu asks the server');
		expect(said).not.toMatch(/nowhere|nothing leaves/);
	});
});

describe('the profile', () => {
	it('is saved as soon as it is entered, on the account page', async () => {
		const demo = await show('sync=synced');
		await press('sync-mark');
		await change('profile-name', '  Zoë 🪷 ');
		await waitFor(() => expect(demo.calls).toEqual(['setProfile Zoë 🪷 null']));
		await press('profile-image-leaf');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('setProfile Zoë 🪷 leaf'));
		await press('profile-image-initial');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('setProfile Zoë 🪷 null'));
		await press(PARTNER);
		await screen.findByTestId('partner');
		await press('open-profile');
		await screen.findByTestId('profile-name');
		// The account and the partner open each other without a circle.
		await fireEvent.keyDown(document.body, { key: 'Escape' });
		await screen.findByTestId('setup');
	});

	it('keeps a name that is rejected in the field, with the reason', async () => {
		await show('sync=synced');
		await press('sync-mark');
		const name = 'x'.repeat(41);
		await change('profile-name', name);
		await screen.findByText(/at most 40 characters/);
		expect(screen.getByTestId<HTMLInputElement>('profile-name').value).toBe(name);
	});

	it('keeps what the user types while the partner changes', async () => {
		const demo = await show('sync=synced');
		await press('sync-mark');
		const field = await screen.findByTestId<HTMLInputElement>('profile-name');
		await waitFor(() => expect(field.value).toBe('Élodie'));
		await fireEvent.input(field, { target: { value: 'Ann' } });
		await demo.setTarget(7);
		await waitFor(() => expect(screen.getByTestId<HTMLInputElement>('target').value).toBe('7'));
		expect(field.value).toBe('Ann');
	});
});

describe('the target', () => {
	it('is saved without an account, in the settings', async () => {
		const demo = await show('');
		await press('open-settings');
		await screen.findByText(/^In a shared week, a change counts from the next week on\./);
		await change('target', '3');
		await waitFor(() => expect(demo.calls).toEqual(['setTarget 3']));
		await change('target', '0');
		await waitFor(() => expect(demo.calls.at(-1)).toBe('setTarget 0'));
	});

	it.each(['', '-1', '2.5', '1001', 'many'])('cannot be “%s”', async (value) => {
		const demo = await show('');
		await press('open-settings');
		const field = await screen.findByTestId<HTMLInputElement>('target');
		await waitFor(() => expect(field.value).toBe('5'));
		await change('target', value);
		await screen.findByText(t('together-target-invalid', { most: 1000 }));
		expect(field.getAttribute('aria-invalid')).toBe('true');
		expect(field.value).toBe(value);
		expect(demo.calls).toEqual([]);
	});
});

describe('the week of the lotus', () => {
	/** How far the lotus of a screen is open. */
	const isOpened = (id: string, opened: string) =>
		waitFor(() => expect(screen.getByTestId(id).getAttribute('data-opened')).toBe(opened));

	it('opens the lotus at once for a user who wants less motion', async () => {
		const reduced = vi.spyOn(motion, 'reduced', 'get').mockReturnValue(true);
		await show('week=ours&sync=synced&partner=week');
		const setup = await screen.findByTestId('setup');
		const seen = new Set<string | null>();
		const look = () => seen.add(setup.getAttribute('data-opened'));
		look();
		const observer = new MutationObserver(look);
		observer.observe(setup, { attributes: true, attributeFilter: ['data-opened'] });
		await isOpened('setup', '0.400');
		look();
		observer.disconnect();
		reduced.mockRestore();
		expect([...seen]).toEqual(['0.000', '0.400']);
	});

	it('is not asked for while the lotus shows the sit, nor without an account', async () => {
		for (const query of ['week=off&sync=synced&partner=week', 'week=ours']) {
			const demo = await show(query);
			const week = vi.spyOn(demo, 'week');
			await press('open-settings');
			await screen.findByTestId('settings');
			await press('back');
			await isOpened('setup', '0.000');
			expect(week).not.toHaveBeenCalled();
			expect(screen.queryByTestId('week')).toBeNull();
			cleanup();
		}
	});

	it('opens the lotus of the setup page by the user’s own week, without an account', async () => {
		await show('week=mine');
		expect(await text('week')).toBe('2 of 5 this week');
		await isOpened('setup', '0.400');
	});

	it('opens it by the shared week, and shows the sit alone without a partner', async () => {
		await show('week=ours&sync=synced&partner=week');
		expect(await text('week')).toBe('4 of 10 together this week');
		await isOpened('setup', '0.400');
		cleanup();
		const demo = createDemo(scene(new URLSearchParams('still&week=ours&sync=synced')));
		const week = vi.spyOn(demo, 'week');
		render(Window, { props: { api: demo } });
		await waitFor(() => expect(week).toHaveBeenCalled());
		await week.mock.results[0]!.value;
		await isOpened('setup', '0.000');
		expect(screen.queryByTestId('week')).toBeNull();
	});

	it('opens the lotus of a sit by the part of the sit in the week', async () => {
		await show('week=mine&state=sit&progress=0.5');
		await isOpened('sit', '0.500');
		expect(screen.getByTestId('sit').getAttribute('data-progress')).toBe('0.500');
	});

	it('is on the page of the finished sit', async () => {
		await show('week=mine&state=finished');
		expect(await text('week')).toBe('2 of 5 this week');
		await isOpened('finished', '0.400');
	});

	it('is read again when it changes, and when the user chooses another one', async () => {
		const demo = await show('week=mine');
		await text('week');
		await demo.setTarget(10);
		await isSaid('week', '2 of 10 this week');
		await press('open-settings');
		await fireEvent.change(await screen.findByTestId('week-choice'), { target: { value: 'off' } });
		await press('back');
		await isOpened('setup', '0.000');
		expect(screen.queryByTestId('week')).toBeNull();
	});
});
