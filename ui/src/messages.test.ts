import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { messagesOf } from '../scripts/catalogue';
import './lib/charts/messages';
import './lib/log/messages';
import './lib/transfer/messages';
import { LANGUAGES, locale, setLanguage, SOURCES, t } from './lib/messages.svelte';

const ROOT = `${import.meta.dirname}/../../messages`;

function catalogue(language: string): Record<string, ReturnType<typeof messagesOf>> {
	const files = readdirSync(`${ROOT}/${language}`).sort();
	return Object.fromEntries(
		files.map((file) => [file, messagesOf(readFileSync(`${ROOT}/${language}/${file}`, 'utf8'))]),
	);
}

/** Every source in `folder` but the tests, in one text. */
function code(folder: string): string {
	return readdirSync(folder, { withFileTypes: true })
		.map((entry) => {
			const path = `${folder}/${entry.name}`;
			if (entry.isDirectory()) return entry.name === 'tests' ? '' : code(path);
			const isCode = /\.(svelte|ts|rs)$/.test(path) && !/\.(test|d)\.ts$/.test(path);
			return isCode ? readFileSync(path, 'utf8') : '';
		})
		.join('\n');
}

afterEach(() => setLanguage('en'));

it('has a folder for each language of the window, and no other', () => {
	expect(readdirSync(ROOT).filter((name) => !name.includes('.'))).toEqual([...LANGUAGES].sort());
});

describe.each(LANGUAGES)('the catalogue in %s', (language) => {
	it('has the messages of the English one, with the same arguments', () => {
		expect(catalogue(language)).toEqual(catalogue('en'));
	});

	it('formats every message of the window without an error', () => {
		setLanguage(language);
		const format = t as unknown as (id: string, args: Record<string, unknown>) => string;
		for (const [path, source] of Object.entries(SOURCES)) {
			if (!path.includes(`/${language}/`)) continue;
			for (const [id, types] of messagesOf(source))
				for (const value of [0, 1, 2, 100_000]) {
					const args = Object.fromEntries(Object.keys(types).map((name) => [name, value]));
					expect(format(id, args), id).toMatch(/^[^{}]+$/);
				}
		}
	});
});

it('names every message after its file', () => {
	for (const [file, messages] of Object.entries(catalogue('en')))
		for (const id of messages.keys())
			expect(id).toMatch(new RegExp(`^${file.replace('.ftl', '')}(-[a-z]+)+$`));
});

// That every message in use exists, and is given its arguments, is checked by the types. An error arrives from the
// engine as a message, so that its id is in a Rust source.
it('uses every message of the window', () => {
	const sources = code(import.meta.dirname) + code(`${import.meta.dirname}/../../src-tauri`);
	const uses = new Set(sources.match(/(?<=['"])[a-z]+(-[a-z]+)+(?=['"])/g));
	const window = Object.entries(SOURCES).filter(([path]) => path.includes('/en/'));
	const ids = window.flatMap(([, source]) => [...messagesOf(source).keys()]);
	expect(ids.length).toBeGreaterThan(0);
	expect(ids.filter((id) => !uses.has(id))).toEqual([]);
});

it('formats plurals and numbers in the current language', () => {
	expect(t('common-minutes', { count: 1 })).toBe('1 minute');
	expect(t('common-minutes', { count: 1440 })).toBe('1,440 minutes');
	setLanguage('de');
	expect(t('common-minutes', { count: 1440 })).toBe('1.440 Minuten');
	expect([document.documentElement.lang, locale()]).toEqual(['de', 'de']);
});

it("follows the system's languages", () => {
	vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['nl-BE', 'de-CH', 'en-GB']);
	setLanguage('system');
	expect([document.documentElement.lang, locale()]).toEqual(['de', 'de-CH']);
	expect(t('common-minutes', { count: 1440 })).toBe(`${(1440).toLocaleString('de-CH')} Minuten`);
});
