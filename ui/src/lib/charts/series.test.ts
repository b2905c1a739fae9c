import { describe, expect, it } from 'vitest';
import { DEMO_LOGS, insightOf, type DemoSit } from '../api/demo-insight';
import { addDays, daysBetween, lastOfMonth, monday, weekday } from './calendar';
import { layout } from './heatmap';
import { moveByDay, moveByMark } from './keys';
import { levelOf, thresholds, totalsByDay, usualDay } from './levels';
import {
	bars,
	foldLabels,
	labelTotals,
	lengthBins,
	OTHERS,
	quantileOf,
	recentWeeks,
	shownDays,
	styles,
	weekdayRows,
} from './series';

const LOG = DEMO_LOGS.many!();

function sit(day: string, minutes: number, label = ''): DemoSit {
	return { day, minute: 420, seconds: minutes * 60, label };
}

const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0);

describe('the calendar', () => {
	it('counts days across the change of the clocks and leap days', () => {
		expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
		expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
		expect(lastOfMonth(2024, 1)).toBe('2024-02-29');
	});

	it('starts weeks on Monday, as the engine does', () => {
		expect(monday('2026-03-01')).toBe('2026-02-23');
		expect(monday('2026-03-02')).toBe('2026-03-02');
		expect(weekday('2026-03-01')).toBe(6);
	});
});

describe('the levels of days', () => {
	const usual = 20 * 60;
	const starts = thresholds(usual);
	const levels = (minutes: number[]) =>
		minutes.map((one) => levelOf({ sits: one > 0 ? 1 : 0, seconds: one * 60 }, starts));

	it('compare a day with the usual day', () => {
		expect(starts).toEqual([600, 1080, 1800]);
		expect(levels([0, 9, 10, 17, 18, 29, 30, 600])).toEqual([0, 1, 2, 2, 3, 3, 4, 4]);
	});

	it('do not change when one day is very long', () => {
		const days = Array.from({ length: 30 }, (_, index) => sit(addDays('2026-01-01', index), 20));
		const ofDay = (log: DemoSit[]) => {
			const totals = totalsByDay(insightOf(log, 2026).days);
			return levelOf(totals.get('2026-01-05'), thresholds(usualDay(totals)));
		};
		expect(ofDay(days)).toBe(3);
		expect(ofDay([...days, sit('2026-02-01', 900)])).toBe(3);
	});

	it('count a short sit as one', () => {
		expect(levelOf({ sits: 1, seconds: 0 }, starts)).toBe(1);
	});

	it.each([1, 5, 30, 59, 60, 90, 600, 3599])('rise for a usual day of %i seconds', (seconds) => {
		const rising = thresholds(seconds);
		expect([...rising].sort((a, b) => a - b)).toEqual(rising);
		expect(rising[0]).toBeGreaterThan(0);
	});

	it('add up the labels of a day', () => {
		const { days } = insightOf([sit('2026-01-01', 10, 'a'), sit('2026-01-01', 5, 'b')], 2026);
		expect(totalsByDay(days).get('2026-01-01')).toEqual({ sits: 2, seconds: 900 });
	});
});

describe('the bars', () => {
	it.each(['week', 'month', 'year'] as const)(
		'have every sit of the period once: by %s',
		(grain) => {
			const data = insightOf(LOG, grain === 'year' ? 'all' : 2025);
			const expected = grain === 'year' ? LOG : LOG.filter(({ day }) => day.startsWith('2025'));
			const labels = foldLabels(labelTotals(grain === 'year' ? data.years : data.days), 2).map(
				({ label }) => label,
			);
			const all = bars(data, grain, labels);
			expect(sum(all.map((bar) => bar.sits))).toBe(expected.length);
			expect(sum(all.map((bar) => bar.seconds))).toBe(sum(expected.map((one) => one.seconds)));
			for (const bar of all) {
				expect(sum(bar.parts.map((part) => part.seconds))).toBe(bar.seconds);
				const parts = bar.parts.map(({ below, seconds }) => [below, below + seconds]);
				parts.forEach(([below], index) => expect(below).toBe(parts[index - 1]?.[1] ?? 0));
			}
		},
	);

	it('of weeks end with the year', () => {
		const weeks = bars(insightOf(LOG, 2025), 'week', ['']);
		expect(weeks[0]).toMatchObject({ from: '2025-01-01', to: '2025-01-05' });
		expect(weeks.at(-1)).toMatchObject({ from: '2025-12-29', to: '2025-12-31' });
		weeks.slice(1).forEach((week, index) => expect(week.from).toBe(addDays(weeks[index]!.to, 1)));
	});

	it('of years include the years without a sit', () => {
		const data = insightOf([sit('2022-05-01', 10), sit('2025-05-01', 10)], 'all');
		expect(bars(data, 'year', ['']).map((bar) => bar.sits)).toEqual([1, 0, 0, 1, 0]);
	});
});

describe('labels', () => {
	const totals = [5, 4, 3, 2, 1].map((sits) => ({ label: `${sits}`, sits, seconds: sits }));

	it('beyond the first ones are one', () => {
		expect(foldLabels(totals, 2)).toEqual([
			...totals.slice(0, 2),
			{ label: OTHERS, sits: 6, seconds: 6 },
		]);
	});

	it('are not folded if that hides only one', () => {
		expect(foldLabels(totals, 4)).toEqual(totals);
	});

	it('have a name also if no label is known', () => {
		const style = styles(
			[{ key: 'a', name: 'A', colour: 'red', shape: 'star', sits: 1, rejected: null }],
			{
				none: 'none',
				others: 'others',
			},
		);
		expect(['a', 'b', '', OTHERS].map((key) => style(key).name)).toEqual([
			'A',
			'b',
			'none',
			'others',
		]);
	});
});

describe('the lengths', () => {
	it('are binned so that every sit is in one bin', () => {
		const { lengths } = insightOf(LOG, 'all');
		const bins = lengthBins(lengths);
		expect(sum(bins.map((bin) => bin.sits))).toBe(LOG.length);
		for (const bin of bins) {
			const inside = LOG.filter(({ seconds }) => {
				const minutes = Math.floor(seconds / 60);
				return minutes >= bin.from && (bin.to === null || minutes < bin.to);
			});
			expect([bin, inside.length]).toEqual([bin, bin.sits]);
		}
	});

	it('of one very long sit do not widen the bins', () => {
		const short = Array.from({ length: 99 }, (_, index) => sit('2026-01-01', 15 + (index % 10)));
		const bins = lengthBins(insightOf([...short, sit('2026-01-02', 1200)], 2026).lengths);
		expect(bins[1]!.from).toBeLessThanOrEqual(2);
		expect(bins.at(-1)).toMatchObject({ to: null, sits: 1 });
	});

	it('have no bins without a sit', () => {
		expect(lengthBins([])).toEqual([]);
	});

	it('have quantiles in whole minutes', () => {
		const lengths = [
			{ minutes: 10, sits: 1 },
			{ minutes: 20, sits: 2 },
			{ minutes: 30, sits: 1 },
		];
		expect([0.25, 0.5, 0.75, 1].map((share) => quantileOf(lengths, share))).toEqual([
			10, 20, 20, 30,
		]);
	});
});

describe('the last weeks', () => {
	it('end with today, or with an earlier year', () => {
		expect(recentWeeks({ today: '2026-11-24', year: null })).toEqual({
			from: '2026-09-07',
			to: '2026-11-24',
		});
		expect(recentWeeks({ today: '2026-11-24', year: 2025 })).toEqual({
			from: '2025-10-13',
			to: '2025-12-31',
		});
	});

	it('have no day to come, and none before the first sit', () => {
		const data = insightOf([sit('2026-11-18', 10), sit('2026-11-23', 10)], 2026);
		const days = weekdayRows(data).map((row) => row.days.map((one) => one.day));
		expect(days).toEqual([
			['2026-11-23'],
			['2026-11-24'],
			['2026-11-18'],
			['2026-11-19'],
			['2026-11-20'],
			['2026-11-21'],
			['2026-11-22'],
		]);
		expect(weekdayRows(data).map((row) => row.weeks)).toEqual([1, 0, 1, 0, 0, 0, 0]);
	});
});

it('counts the days of a year from the first sit until today', () => {
	const data = { today: '2026-11-24', firstDay: '2025-06-01' };
	expect(shownDays(data, 2025)).toEqual({ from: '2025-06-01', to: '2025-12-31' });
	expect(shownDays(data, 2026)).toEqual({ from: '2026-01-01', to: '2026-11-24' });
});

describe('the heatmap', () => {
	it.each([
		[1100, 1],
		[700, 1],
		[368, 2],
		[288, 3],
	])('at a width of %i has %i rows of months', (width, rows) => {
		const { blocks, cell, cells, ...size } = layout(2026, width);
		expect(blocks).toHaveLength(rows);
		expect(cell).toBeGreaterThanOrEqual(12);
		expect(size.width).toBeLessThanOrEqual(width);
		expect(cells).toHaveLength(365);
		expect(new Set(cells.map(({ x, y }) => `${x} ${y}`)).size).toBe(365);
		for (const { x, y } of cells) {
			expect(x + cell).toBeLessThanOrEqual(size.width);
			expect(y + cell).toBeLessThanOrEqual(size.height);
		}
	});

	it('has a leap day', () => expect(layout(2024, 800).cells).toHaveLength(366));
});

describe('keys', () => {
	it('move by a day, a week, or to an end', () => {
		const from = (key: string) => moveByDay(key, 10, 99);
		expect(
			['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'x'].map(from),
		).toEqual([9, 11, 3, 17, 0, 99, undefined]);
		expect([moveByDay('ArrowLeft', 3, 99), moveByDay('ArrowRight', 95, 99)]).toEqual([3, 95]);
	});

	it('move between the marks of a row', () => {
		const from = (key: string) => moveByMark(key, 0, 2);
		expect(['ArrowLeft', 'ArrowRight', 'End', 'Enter'].map(from)).toEqual([0, 1, 2, undefined]);
	});
});
