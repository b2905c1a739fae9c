/**
 * Observations about when and how long a user sits. Each rests on more than ten sits and says which; there is none
 * where the sits show no habit.
 */
import { median, sum } from 'd3-array';
import type { InsightView } from '../api/types';
import type { Day } from './data';
import { quantileOf, RECENT_WEEKS, recentWeeks, weekdayRows } from './series';

const FEWEST_SITS = 11;
const HALF_HOURS = 48;
/** The longest span of the day that counts as a time of day, in half hours. */
const LONGEST_SPAN = 8;
/** How many more weeks than the middle weekday one needs to stand out. */
const WEEKDAY_LEAD = 2;

export type Observation =
	| { kind: 'time'; span: TimeSpan }
	| { kind: 'length'; usual: number; from: number; to: number; sits: number }
	| { kind: 'weekday'; weekday: number; weeks: number; of: number; until: Day };

export interface TimeSpan {
	/** In half hours since midnight; `to` is exclusive and may be on the next day. */
	from: number;
	to: number;
	/** Sits that started in it, of all. */
	sits: number;
	of: number;
}

/** Returns the shortest span of the day in which at least half of the sits started; of equal ones that with more sits. */
export function usualTime(halfHours: number[]): TimeSpan | null {
	const of = sum(halfHours);
	if (of === 0) return null;
	for (let length = 1; length <= HALF_HOURS; length++) {
		const spans = halfHours.map((_, from) => {
			const inside = Array.from(
				{ length },
				(_, index) => halfHours[(from + index) % HALF_HOURS] ?? 0,
			);
			return { from, to: from + length, sits: sum(inside), of };
		});
		const best = spans.reduce((one, other) => (other.sits > one.sits ? other : one));
		if (2 * best.sits >= of) return best;
	}
	return null;
}

/** Returns at most three observations. */
export function observations(data: InsightView): Observation[] {
	const found: Observation[] = [];
	const span = usualTime(data.halfHours);
	if (span && span.of >= FEWEST_SITS && span.to - span.from <= LONGEST_SPAN)
		found.push({ kind: 'time', span });
	const sits = sum(data.lengths, (one) => one.sits);
	if (sits >= FEWEST_SITS) {
		const [from, usual, to] = [0.25, 0.5, 0.75].map((share) => quantileOf(data.lengths, share));
		if (usual! > 0) found.push({ kind: 'length', usual: usual!, from: from!, to: to!, sits });
	}
	const rows = weekdayRows(data);
	if (sum(data.recentDays, (one) => one.sits) >= FEWEST_SITS) {
		const [most, second] = [...rows].sort((a, b) => b.weeks - a.weeks);
		const middle = median(rows, (row) => row.weeks)!;
		if (most!.weeks > second!.weeks && most!.weeks >= middle + WEEKDAY_LEAD)
			found.push({
				kind: 'weekday',
				weekday: most!.weekday,
				weeks: most!.weeks,
				of: Math.min(RECENT_WEEKS, most!.days.length),
				until: recentWeeks(data).to,
			});
	}
	return found;
}
