/** Formats the times and counts of a partnership in the current language. */
import type { ProfileView, WeekView } from '../api/types';
import { locale, t } from '../messages.svelte';

function date(rfc3339: string, month: 'short' | 'long'): string {
	const at = new Date(rfc3339);
	const isThisYear = at.getFullYear() === new Date().getFullYear();
	const year = isThisYear ? {} : ({ year: 'numeric' } as const);
	return at.toLocaleDateString(locale(), { day: 'numeric', month, ...year });
}

/** Returns `3 Nov`, with the year if it is not the current one. */
export function shortDate(rfc3339: string): string {
	return date(rfc3339, 'short');
}

/** Returns `3 November`, with the year if it is not the current one. */
export function longDate(rfc3339: string): string {
	return date(rfc3339, 'long');
}

/** Returns `Tuesday`. */
export function weekday(rfc3339: string): string {
	return new Date(rfc3339).toLocaleDateString(locale(), { weekday: 'long' });
}

const DAY_MS = 86_400_000;

/** Returns when a shared week is over, in milliseconds since 1970. */
export function weekEnd(start: string): number {
	return new Date(start).getTime() + 7 * DAY_MS;
}

/** Returns how much of a week is left, such as `3 days left` or `5 hours left`. */
export function timeLeft(weekStart: string, now: Date): string {
	const left = weekEnd(weekStart) - now.getTime();
	if (left >= DAY_MS) return t('together-days-left', { count: Math.floor(left / DAY_MS) });
	return t('together-hours-left', { count: Math.max(1, Math.ceil(left / 3_600_000)) });
}

/** Returns what a screen reader says instead of the picture of a shared week. */
export function weekInWords(
	{ goal, mine, partners }: WeekView,
	name: string,
	left: string,
): string {
	const sits = mine + partners;
	return goal > 0
		? t('together-described', { sits, goal, mine, partners, name, left })
		: t('together-described-resting', { mine, partners, name, left });
}

/** Returns how somebody is called who may have no name yet. */
export function called({ name }: ProfileView): string {
	return name || t('together-unnamed');
}

/** Returns a name for use in a sentence: isolated, so that one that is written right to left does not reorder the words. */
export function isolated(name: string): string {
	return `\u2068${name}\u2069`;
}
