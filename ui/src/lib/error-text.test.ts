import { afterEach, describe, expect, it } from 'vitest';
import { BELL_TROUBLES } from './api/scenes';
import { errorBrief, errorText } from './error-text';
import { LANGUAGES, setLanguage, t } from './messages.svelte';

afterEach(() => setLanguage('en'));

describe.each(LANGUAGES)('the error of a bell, in %s', (language) => {
	it.each(BELL_TROUBLES)('has a full and a brief text: $message.id', (error) => {
		setLanguage(language);
		const text = errorText(error);
		expect(text).not.toMatch(/error-|undefined|[{}]/);
		const { file } = error.message.args;
		if (file) {
			expect(text).toContain(file);
			expect(text).toContain('4294967295 Hz');
		}
		// What fits into the line under a sit in a window of 400 px.
		expect(errorBrief(error).length).toBeLessThanOrEqual(40);
	});
});

it('shows a message within a message', () => {
	const change = { id: 'engine-change-pause', args: {} };
	const cause = { id: 'engine-stopping', args: {} };
	const error = {
		code: 'not-saved',
		message: { id: 'engine-not-saved', args: { change, error: cause } },
	} as const;
	expect(errorText(error)).toMatch(/^The pause is not saved yet\. Zafu is stopping\./);
	expect(errorBrief(error)).toBe(errorText(error));
});

it('shows an error of a newer engine as its id and arguments', () => {
	const cause = { id: 'error-bell-stuck', args: {} };
	const message = { id: 'engine-new', args: { cause, count: 2 } };
	const error = { code: 'engine', message } as const;
	expect(errorText(error)).toBe(`engine-new cause=${t('error-bell-stuck')} count=2`);
});
