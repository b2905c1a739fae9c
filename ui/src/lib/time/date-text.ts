/** Formats days such as `2026-11-23` in the current language. */
import { locale } from '../messages.svelte';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale() + JSON.stringify(options);
	let found = formats.get(key);
	if (!found) {
		// Kept, because creating one takes WebKit half a millisecond.
		found = new Intl.DateTimeFormat(locale(), { ...options, timeZone: 'UTC' });
		formats.set(key, found);
	}
	return found;
}

/** Returns the instant that stands for a day. */
function instant(day: string): number {
	return Date.parse(`${day}T00:00:00Z`);
}

/** Returns a time of day in UTC, given in milliseconds since midnight. */
export function timeText(ms: number, options: Intl.DateTimeFormatOptions): string {
	return formatOf(options).format(ms);
}

export function dateText(day: string, options: Intl.DateTimeFormatOptions): string {
	return formatOf(options).format(instant(day));
}

/** Returns a range of days: `29 June – 5 July`. */
export function rangeText(from: string, to: string, options: Intl.DateTimeFormatOptions): string {
	return formatOf(options).formatRange(instant(from), instant(to));
}
