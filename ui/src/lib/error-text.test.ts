import { afterEach, describe, expect, it } from 'vitest';
import { BELL_TROUBLES } from './api/scenes';
import { errorBrief, errorText } from './error-text';
import { setLanguage } from './messages.svelte';

afterEach(() => setLanguage('en'));

describe.each(['en', 'de'] as const)('a bell that is not heard, in %s', (language) => {
	it.each(BELL_TROUBLES)('is told in full and in brief: $kind', (bell) => {
		setLanguage(language);
		const error = { code: 'sound', message: 'as the engine says it', bell } as const;
		const text = errorText(error);
		expect(text).not.toMatch(/as the engine|undefined|[{}]/);
		if (bell.kind === 'file' || bell.kind === 'file-refused') {
			expect(text).toContain('Temple bell');
			expect(text).toContain('4294967295 Hz');
			expect(text).not.toContain('/home');
		}
		// What fits into the line under a sit in a window of 400 px.
		expect(errorBrief(error).length).toBeLessThanOrEqual(40);
	});
});

it('says anything else in the words of the engine', () => {
	const error = { code: 'storage', message: 'The disk is full.' } as const;
	expect([errorText(error), errorBrief(error)]).toEqual(['The disk is full.', 'The disk is full.']);
});
