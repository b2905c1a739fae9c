/** Groups totals into the bars, rows and dots of the charts. */
import { bin, group, range, rollup, sum } from 'd3-array';
import { stack, stackOrderNone } from 'd3-shape';
import {
	addDays,
	earlier,
	firstOfMonth,
	lastOfMonth,
	later,
	monday,
	monthOf,
	yearOf,
} from './calendar';
import type { InsightView, LabelView, LengthTotalView, TotalView } from '../api/types';
import { unchangedLook } from '../log/label-look';
import type { Day, LabelStyle, Selection } from './data';

/** Labels with a colour of their own in a chart of several; the rest is one of it. */
const MOST_LABELS = 6;

/** Key of the labels that a chart shows as one. No label has it: keys have no control characters. */
export const OTHERS = '\0others';

export type Grain = 'week' | 'month' | 'year';

export interface Bar extends TotalView {
	from: Day;
	to: Day;
	/** Its labels, in the order of the legend. */
	parts: { label: string; seconds: number; below: number }[];
}

function total(parts: TotalView[]): TotalView {
	return { sits: sum(parts, (one) => one.sits), seconds: sum(parts, (one) => one.seconds) };
}

/** Adds up the totals of each label, the longest first. */
export function labelTotals(
	parts: (TotalView & { label: string })[],
): (TotalView & { label: string })[] {
	return [...group(parts, (one) => one.label)]
		.map(([label, of]) => ({ label, ...total(of) }))
		.sort((a, b) => b.seconds - a.seconds || (a.label < b.label ? -1 : 1));
}

/** Keeps the first labels and adds up those behind them. */
export function foldLabels(
	totals: (TotalView & { label: string })[],
	most = MOST_LABELS,
): (TotalView & { label: string })[] {
	if (totals.length <= most + 1) return totals;
	return [...totals.slice(0, most), { label: OTHERS, ...total(totals.slice(most)) }];
}

/** Returns how each label is shown. */
export function styles(
	labels: LabelView[],
	names: { none: string; others: string },
): (key: string) => LabelStyle {
	const known = new Map(labels.map((one) => [one.key, one]));
	return (key) => {
		if (key === '') return { key, name: names.none, colour: 'grey', shape: 'none' };
		if (key === OTHERS) return { key, name: names.others, colour: 'grey', shape: 'several' };
		return known.get(key) ?? { key, ...unchangedLook(key) };
	};
}

/** Returns the weeks or months of the chosen year, or all years, also those without a sit. */
export function bars(data: InsightView, grain: Grain, labels: string[]): Bar[] {
	const { year } = data;
	if (grain === 'year' || year === null) {
		const byYear = group(data.years, (one) => one.year);
		const first = Math.min(...byYear.keys(), yearOf(data.today));
		const last = Math.max(...byYear.keys(), yearOf(data.today));
		return stacked(
			range(first, last + 1).map((of) => ({
				from: firstOfMonth(of, 0),
				to: lastOfMonth(of, 11),
				of: byYear.get(of) ?? [],
			})),
			labels,
		);
	}
	const [first, last] = [firstOfMonth(year, 0), lastOfMonth(year, 11)];
	if (grain === 'month') {
		const byMonth = group(data.days, (one) => monthOf(one.day));
		return stacked(
			range(12).map((month) => ({
				from: firstOfMonth(year, month),
				to: lastOfMonth(year, month),
				of: byMonth.get(month) ?? [],
			})),
			labels,
		);
	}
	const byWeek = group(data.days, (one) => monday(one.day));
	const mondays: Day[] = [];
	for (let week = monday(first); week <= last; week = addDays(week, 7)) mondays.push(week);
	return stacked(
		mondays.map((week) => ({
			from: later(week, first),
			to: earlier(addDays(week, 6), last),
			of: byWeek.get(week) ?? [],
		})),
		labels,
	);
}

function stacked(
	periods: { from: Day; to: Day; of: (TotalView & { label: string })[] }[],
	labels: string[],
): Bar[] {
	const rows = periods.map(({ of }) => {
		const known = rollup(
			of,
			(parts) => sum(parts, (one) => one.seconds),
			(one) => (labels.includes(one.label) ? one.label : OTHERS),
		);
		return Object.fromEntries(labels.map((label) => [label, known.get(label) ?? 0]));
	});
	const layers = stack<Record<string, number>>().keys(labels).order(stackOrderNone)(rows);
	return periods.map(({ from, to, of }, index) => ({
		from,
		to,
		...total(of),
		parts: layers
			.map((layer) => {
				const [below, above] = layer[index]!;
				return { label: layer.key, seconds: above - below, below };
			})
			.filter((part) => part.seconds > 0),
	}));
}

export interface LengthBin {
	/** In minutes. */
	from: number;
	/** Exclusive; null for all that are longer. */
	to: number | null;
	sits: number;
}

/** Widths of the bins of lengths, in minutes. */
const BIN_WIDTHS = [1, 2, 5, 10, 15, 30, 60];
const MOST_BINS = 14;

/**
 * Bins the lengths evenly. The longest fiftieth of the sits shares the last bin, so that one long sit does not press all
 * others into the first.
 */
export function lengthBins(lengths: LengthTotalView[]): LengthBin[] {
	const sits = sum(lengths, (one) => one.sits);
	if (sits === 0) return [];
	const usual = quantileOf(lengths, 0.98) + 1;
	const width = BIN_WIDTHS.find((one) => usual / one <= MOST_BINS) ?? Math.ceil(usual / MOST_BINS);
	const end = Math.ceil(usual / width) * width;
	const binned = bin<LengthTotalView, number>()
		.value((one) => Math.min(one.minutes, end))
		.domain([0, end + width])
		.thresholds(range(width, end + width, width))(lengths);
	return binned
		.map((of) => ({
			from: of.x0!,
			to: of.x0 === end ? null : of.x1!,
			sits: sum(of, (one) => one.sits),
		}))
		.filter((one) => one.from < end || one.sits > 0);
}

/** Returns the length in minutes below or at which a share of the sits is. */
export function quantileOf(lengths: LengthTotalView[], share: number): number {
	const sits = sum(lengths, (one) => one.sits);
	let below = 0;
	for (const one of lengths) {
		below += one.sits;
		if (below >= share * sits) return one.minutes;
	}
	return 0;
}

/** Weeks in the chart of weekdays. */
export const RECENT_WEEKS = 12;

export interface WeekdayRow {
	/** 0 is Monday. */
	weekday: number;
	days: (TotalView & { day: Day })[];
	/** How many of the days have a sit. */
	weeks: number;
}

/** Returns the last weeks of the period: up to the week of today, or to the end of an earlier year. */
export function recentWeeks(data: Pick<InsightView, 'today' | 'year'>): { from: Day; to: Day } {
	const last = data.year === null ? data.today : lastOfMonth(data.year, 11);
	const to = earlier(last, data.today);
	return { from: addDays(monday(to), -7 * (RECENT_WEEKS - 1)), to };
}

/** Returns a row for each weekday with its days in the last weeks, oldest first, from the first sit of all until today. */
export function weekdayRows(data: InsightView): WeekdayRow[] {
	const { from, to } = recentWeeks(data);
	const byDay = group(data.recentDays, (one) => one.day);
	return range(7).map((of) => {
		const days = range(RECENT_WEEKS)
			.map((week) => addDays(from, 7 * week + of))
			.filter((day) => day <= to && day >= (data.firstDay ?? day))
			.map((day) => ({ day, ...total(byDay.get(day) ?? []) }));
		return { weekday: of, days, weeks: days.filter((day) => day.sits > 0).length };
	});
}

/** Returns the days of a year that can have a sit: from the first sit of all until today. */
export function shownDays(
	data: Pick<InsightView, 'today' | 'firstDay'>,
	year: number,
): { from: Day; to: Day } {
	const first = firstOfMonth(year, 0);
	return {
		from: later(first, data.firstDay ?? first),
		to: earlier(lastOfMonth(year, 11), data.today),
	};
}

/** Returns the days of a period that a selection is limited to. */
export function periodOf(data: InsightView): Selection {
	if (data.year === null) return {};
	return { from: firstOfMonth(data.year, 0), to: lastOfMonth(data.year, 11) };
}
