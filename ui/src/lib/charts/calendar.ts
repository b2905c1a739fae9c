/**
 * Arithmetic of local days. Days are computed in UTC, where each has 24 hours; the engine has already applied the offset of
 * each sit and the hour at which days start.
 */
import type { Day } from './data';

const DAY_MS = 86_400_000;

/** Returns the instant that stands for a day. */
function instant(day: Day): number {
	return Date.parse(`${day}T00:00:00Z`);
}

function dayAt(ms: number): Day {
	return new Date(ms).toISOString().slice(0, 10);
}

export function addDays(day: Day, count: number): Day {
	return dayAt(instant(day) + count * DAY_MS);
}

/** Returns the days from `from` until `to`: 0 if they are equal. */
export function daysBetween(from: Day, to: Day): number {
	return Math.round((instant(to) - instant(from)) / DAY_MS);
}

/** Returns 0 for Monday to 6 for Sunday. */
export function weekday(day: Day): number {
	return (new Date(instant(day)).getUTCDay() + 6) % 7;
}

/** Returns the Monday of the week of a day. */
export function monday(day: Day): Day {
	return addDays(day, -weekday(day));
}

export function yearOf(day: Day): number {
	return Number(day.slice(0, 4));
}

/** Returns 0 for January to 11 for December. */
export function monthOf(day: Day): number {
	return Number(day.slice(5, 7)) - 1;
}

export function firstOfMonth(year: number, month: number): Day {
	return dayAt(Date.UTC(year, month, 1));
}

export function lastOfMonth(year: number, month: number): Day {
	return dayAt(Date.UTC(year, month + 1, 0));
}

/** Returns all days from `from` to `to`. */
export function daysFrom(from: Day, to: Day): Day[] {
	return Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => addDays(from, index));
}

/** Returns the earlier of two days. */
export function earlier(one: Day, other: Day): Day {
	return one < other ? one : other;
}

/** Returns the later of two days. */
export function later(one: Day, other: Day): Day {
	return one > other ? one : other;
}
