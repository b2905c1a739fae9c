/** Figures of made-up logs, for the demo and the tests. */
import {
	addDays,
	daysBetween,
	firstOfMonth,
	lastOfMonth,
	monday,
	monthOf,
	weekday,
	yearOf,
} from '../charts/calendar';
import type { Day } from '../charts/data';
import { recentWeeks } from '../charts/series';
import { unchangedLook } from '../log/label-look';
import type {
	InsightView,
	LabelDayTotal,
	LabelLook,
	LabelView,
	LabelYearTotal,
	LengthTotalView,
	TotalView,
} from './types';

export interface DemoSit {
	day: Day;
	/** Start in minutes since midnight. */
	minute: number;
	seconds: number;
	label: string;
}

export const DEMO_TODAY: Day = '2026-11-24';

const LABELS: (LabelLook & { key: string })[] = [
	{ key: 'Zazen', name: 'Zazen', colour: 'blue', shape: 'circle' },
	{ key: 'Metta', name: 'Metta', colour: 'red', shape: 'triangle' },
	{ key: 'Walking', name: 'Walking meditation', colour: 'green', shape: 'square' },
	{ key: 'Body scan', name: 'Body scan', colour: 'yellow', shape: 'diamond' },
];

/** Returns the labels in use. */
function labels(sits: DemoSit[]): LabelView[] {
	return [...new Set(sits.map((sit) => sit.label))]
		.filter((key) => key !== '')
		.map((key) => ({
			...(LABELS.find((one) => one.key === key) ?? { key, ...unchangedLook(key) }),
			sits: sits.filter((sit) => sit.label === key).length,
			rejected: null,
		}));
}

/** Returns random numbers from 0 to 1 that are the same in every run (mulberry32). */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Returns the sits of several years: mornings most days, some evenings, two retreats a year, two months without any. */
function practice(from: Day, to: Day): DemoSit[] {
	const next = random(7);
	const sits: DemoSit[] = [];
	const span = daysBetween(from, to);
	for (let index = 0; index <= span; index++) {
		const day = addDays(from, index);
		const [month, date] = [monthOf(day), Number(day.slice(8))];
		const usual = (10 + 3.5 * (yearOf(day) - 2021)) * 60;
		const isRetreat = (month === 3 || month === 8) && date >= 10 && date <= 14;
		const isPause = yearOf(day) === 2023 && (month === 6 || month === 7);
		if (isPause) continue;
		if (isRetreat) {
			for (let hour = 6; hour <= 20; hour += 2)
				sits.push({
					day,
					minute: hour * 60 + 30,
					seconds: 2700 + Math.floor(next() * 600),
					label: hour % 4 === 2 ? 'Zazen' : 'Walking',
				});
			continue;
		}
		const isWeekend = weekday(day) > 4;
		if (next() < (weekday(day) === 1 ? 0.97 : isWeekend ? 0.68 : 0.86)) {
			const minute = Math.floor((isWeekend ? 480 : 405) + 60 * (next() + next() - 1));
			const isShort = next() < 0.12;
			const seconds = Math.floor(usual * (isShort ? 0.4 : 0.95 + 0.15 * next()));
			const mind = next();
			const label = mind < 0.62 ? 'Zazen' : mind < 0.78 ? 'Metta' : mind < 0.86 ? 'Body scan' : '';
			sits.push({ day, minute, seconds, label });
		}
		if (next() < 0.22)
			sits.push({
				day,
				minute: Math.floor(1230 + 120 * (next() - 0.5)),
				seconds: Math.floor(usual * (0.5 + next())),
				label: next() < 0.5 ? 'Metta' : '',
			});
	}
	return sits;
}

/** The logs that the demo can show. */
export const DEMO_LOGS: Record<string, () => DemoSit[]> = {
	none: () => [],
	few: () => practice(addDays(DEMO_TODAY, -6), DEMO_TODAY).slice(0, 5),
	many: () => practice('2022-02-07', DEMO_TODAY),
	labels: () =>
		practice('2026-01-01', DEMO_TODAY).map((sit, index) => ({
			...sit,
			label:
				index % 3 === 0
					? `Label ${index % 17}`
					: 'Shikantaza with the Wednesday group, late round by the lake',
		})),
};

function total(sits: DemoSit[]): TotalView {
	return { sits: sits.length, seconds: sits.reduce((sum, sit) => sum + sit.seconds, 0) };
}

/** Adds up sits by a key and their label. */
function grouped<K extends string | number>(
	sits: DemoSit[],
	key: (sit: DemoSit) => K,
): (TotalView & { key: K; label: string })[] {
	const groups = new Map<string, DemoSit[]>();
	for (const sit of sits) {
		const id = `${key(sit)}\0${sit.label}`;
		groups.set(id, [...(groups.get(id) ?? []), sit]);
	}
	return [...groups.values()].map((of) => ({
		key: key(of[0]!),
		label: of[0]!.label,
		...total(of),
	}));
}

const days = (sits: DemoSit[]): LabelDayTotal[] =>
	grouped(sits, (sit) => sit.day).map(({ key, ...rest }) => ({ day: key, ...rest }));

/** Returns the figures of a log for a year, or for all. The engine computes them with SQL. */
export function insightOf(
	sits: DemoSit[],
	period: number | 'all',
	today: Day = DEMO_TODAY,
): InsightView {
	const year = period === 'all' ? null : period;
	const inPeriod = sits.filter((sit) => year === null || yearOf(sit.day) === year);
	const between = (from: Day, to: Day) =>
		total(sits.filter((sit) => sit.day >= from && sit.day <= to));
	const week = monday(today);
	const [thisYear, month] = [yearOf(today), monthOf(today)];
	const lastMonth = addDays(firstOfMonth(thisYear, month), -1);
	const withSit = new Set(sits.map((sit) => sit.day));
	const streak = (day: Day): number => (withSit.has(day) ? 1 + streak(addDays(day, -1)) : 0);
	const span = Math.min(48, sits.length > 0 ? daysBetween(sits[0]!.day, today) + 1 : 0);
	const recent = recentWeeks({ today, year });
	return {
		today,
		firstDay: sits[0]?.day ?? null,
		total: total(sits),
		thisWeek: between(week, today),
		lastWeek: between(addDays(week, -7), addDays(week, -1)),
		thisMonth: between(firstOfMonth(thisYear, month), today),
		lastMonth: between(
			firstOfMonth(yearOf(lastMonth), monthOf(lastMonth)),
			lastOfMonth(yearOf(lastMonth), monthOf(lastMonth)),
		),
		streak: {
			current: streak(withSit.has(today) ? today : addDays(today, -1)),
			longest: Math.max(0, ...[...withSit].map(streak)),
		},
		recent: {
			days: [...withSit].filter((day) => day > addDays(today, -span) && day <= today).length,
			span,
		},
		labels: labels(sits),
		years: grouped(sits, (sit) => yearOf(sit.day)).map(({ key, ...rest }): LabelYearTotal => ({
			year: key,
			...rest,
		})),
		year,
		days: year === null ? [] : days(inPeriod),
		halfHours: Array.from(
			{ length: 48 },
			(_, half) => inPeriod.filter((sit) => Math.floor(sit.minute / 30) === half).length,
		),
		lengths: lengths(inPeriod),
		recentDays: days(sits.filter((sit) => sit.day >= recent.from && sit.day <= recent.to)),
	};
}

function lengths(sits: DemoSit[]): LengthTotalView[] {
	const counts = new Map<number, number>();
	for (const sit of sits) {
		const minutes = Math.floor(sit.seconds / 60);
		counts.set(minutes, (counts.get(minutes) ?? 0) + 1);
	}
	return [...counts]
		.map(([minutes, of]) => ({ minutes, sits: of }))
		.sort((a, b) => a.minutes - b.minutes);
}
