import { describe, expect, it } from 'vitest';
import { DEMO_LOGS, DEMO_TODAY, insightOf, type DemoSit } from '../api/demo-insight';
import { addDays } from './calendar';
import { observations, usualTime } from './observations';

function sits(count: number, change: (index: number) => Partial<DemoSit> = () => ({})): DemoSit[] {
	return Array.from({ length: count }, (_, index) => ({
		day: addDays(DEMO_TODAY, -index),
		minute: 420,
		seconds: 1200,
		label: '',
		...change(index),
	})).sort((a, b) => (a.day < b.day ? -1 : 1));
}

const kinds = (log: DemoSit[]) => observations(insightOf(log, 2026)).map(({ kind }) => kind);

describe('observations', () => {
	it('need more than ten sits', () => {
		expect(kinds(sits(10))).toEqual([]);
		expect(kinds(sits(11))).toEqual(['time', 'length']);
	});

	it('are at most three', () => {
		for (const log of Object.values(DEMO_LOGS))
			for (const period of ['all', 2022, 2023, 2026] as const)
				expect(observations(insightOf(log(), period)).length).toBeLessThanOrEqual(3);
	});

	it('name no time of day if the sits have none', () => {
		expect(kinds(sits(48, (index) => ({ minute: 30 * index })))).toEqual(['length']);
	});

	it('name the middle half of the lengths', () => {
		const log = sits(12, (index) => ({ seconds: (10 + index) * 60 }));
		expect(observations(insightOf(log, 2026))).toContainEqual({
			kind: 'length',
			usual: 15,
			from: 12,
			to: 18,
			sits: 12,
		});
	});

	it('name no length if most sits are shorter than a minute', () => {
		expect(kinds(sits(12, () => ({ seconds: 30 })))).toEqual(['time']);
	});

	it('name a weekday that stands out, and the weeks that it rests on', () => {
		const log = sits(77).filter((_, index) => index % 7 === 3 || index % 14 === 0);
		expect(observations(insightOf(log, 2026))).toContainEqual({
			kind: 'weekday',
			weekday: 5,
			weeks: 11,
			of: 11,
			until: DEMO_TODAY,
		});
	});

	it('name no weekday if several are the same', () => {
		expect(kinds(sits(77))).not.toContain('weekday');
	});
});

describe('the usual time of day', () => {
	const counts = (at: Record<number, number>) =>
		Array.from({ length: 48 }, (_, half) => at[half] ?? 0);

	it('is the shortest span with half of the sits', () => {
		expect(usualTime(counts({ 13: 3, 14: 4, 20: 3, 40: 3 }))).toEqual({
			from: 13,
			to: 15,
			sits: 7,
			of: 13,
		});
	});

	it('can go on after midnight', () => {
		expect(usualTime(counts({ 47: 3, 0: 3, 20: 2 }))).toEqual({ from: 47, to: 49, sits: 6, of: 8 });
	});

	it('is none without a sit', () => expect(usualTime(counts({}))).toBeNull());
});
