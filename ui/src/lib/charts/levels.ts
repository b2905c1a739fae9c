/**
 * Levels of the days of a year against the user's own usual day in that year, not against the longest one, so that a
 * long sit never changes how other days look.
 */
import { median, rollup, sum } from 'd3-array';
import type { LabelDayTotal, TotalView } from '../api/types';
import type { Day } from './data';

/** 0: no sit; 1: less than half of a usual day; 2: less than usual; 3: about usual; 4: much more than usual. */
export type Level = 0 | 1 | 2 | 3 | 4;

/** Shares of the usual day at which the levels 2, 3 and 4 start. */
const SHARES = [0.5, 0.9, 1.5];

/** Adds up the labels of each day. */
export function totalsByDay(days: LabelDayTotal[]): Map<Day, TotalView> {
	return rollup(
		days,
		(parts) => ({ sits: sum(parts, (one) => one.sits), seconds: sum(parts, (one) => one.seconds) }),
		(one) => one.day,
	);
}

/** Returns the median length of the days with a sit, in seconds; 0 if there is none. */
export function usualDay(totals: Map<Day, TotalView>): number {
	return median([...totals.values()], (one) => one.seconds) ?? 0;
}

/** Returns the seconds at which the levels 2, 3 and 4 start, rounded as a legend shows them. */
export function thresholds(usual: number): number[] {
	const step = usual >= 600 ? 60 : usual >= 60 ? 10 : 1;
	return SHARES.map((share) => Math.max(step, Math.round((usual * share) / step) * step));
}

export function levelOf(total: TotalView | undefined, starts: number[]): Level {
	if (!total || total.sits === 0) return 0;
	return (1 + starts.filter((start) => total.seconds >= start).length) as Level;
}
