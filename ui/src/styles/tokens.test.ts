import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COLOURS } from '../lib/log/label-look';

const css = ['tokens', 'labels', 'charts']
	.map((name) => readFileSync(`src/styles/${name}.css`, 'utf8'))
	.join('\n');

/** Returns the hexadecimal colours of one theme by name: 0 is light, 1 is dark. */
function tokens(theme: 0 | 1): Record<string, string> {
	const pairs = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g);
	return Object.fromEntries([...pairs].map(([, name, ...pair]) => [name!, pair[theme]!]));
}

function luminance(colour: string): number {
	const [r, g, b] = [1, 3, 5].map((at) => {
		const part = parseInt(colour.slice(at, at + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
	const [a, b] = [luminance(one), luminance(other)];
	return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const TEXT = [
	...['ink', 'ink-soft', 'danger'].flatMap((text) =>
		['paper-near', 'paper-far', 'surface'].map((ground) => [text, ground] as const),
	),
	['on-action', 'action'],
	['on-action', 'action-hover'],
	['on-notice', 'notice'],
] as const;

const MARKS = [
	'mark',
	'mark-soft',
	...[1, 2, 3, 4].map((level) => `level-${level}`),
	...COLOURS.map((colour) => `label-${colour}`),
	'label-grey',
];

describe.each([
	['light', tokens(0)],
	['dark', tokens(1)],
])('the %s theme', (_, theme) => {
	it.each(TEXT)('has enough contrast for %s on %s', (text, ground) =>
		expect(contrast(theme[text]!, theme[ground]!)).toBeGreaterThanOrEqual(4.5),
	);

	it.each(['paper-near', 'paper-far', 'surface'])(
		'has enough contrast for the focus ring on %s',
		(ground) => expect(contrast(theme.focus!, theme[ground]!)).toBeGreaterThanOrEqual(3),
	);

	it.each(MARKS)('has enough contrast for the mark %s', (mark) => {
		for (const ground of ['paper-near', 'paper-far', 'surface'])
			expect(contrast(theme[mark]!, theme[ground]!)).toBeGreaterThanOrEqual(3);
	});

	it.each(['mark', ...COLOURS.map((colour) => `label-${colour}`), 'label-grey'])(
		'has enough contrast for a shape on %s',
		(mark) => expect(contrast(theme['on-mark']!, theme[mark]!)).toBeGreaterThanOrEqual(3),
	);
});
