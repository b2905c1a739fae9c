/** Formats imports and backups. */
import type { ImportProgress } from '../api/types';
import { locale, t } from '../messages.svelte';

/** The apps of the formats that Zafu reads, by the names of the formats. */
const FORMATS: Record<string, string> = {
	'insight-timer': 'Insight Timer',
	'insight-timer-journal': 'Insight Timer',
	'apple-health': 'Apple Health',
	'health-connect': 'Health Connect',
	meditate: 'Meditate',
	'meditation-assistant': 'Meditation Assistant',
	'waking-up': 'Waking Up',
	tao: 'Tao',
	brethap: 'Brethap',
	'zafu-csv': 'Zafu CSV',
	'zafu-json': 'Zafu JSON',
};

/** Returns the name of the app that writes a format. */
export function formatName(format: string): string {
	return FORMATS[format] ?? format;
}

/** Returns the names of formats, each once. */
export function formatNames(formats: string[]): string {
	return [...new Set(formats.map(formatName))].join(', ');
}

export function percentOf({ done, total }: ImportProgress): number {
	return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
}

/** Returns the day and the time of a moment on this computer: `23 Nov 2026, 07:01`. */
export function momentText(rfc3339: string): string {
	return new Date(rfc3339).toLocaleString(locale(), {
		day: 'numeric',
		month: 'short',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	});
}

/** Returns a day on this computer: `23 November 2026`. */
function dateText(date: Date): string {
	return date.toLocaleDateString(locale(), { day: 'numeric', month: 'long', year: 'numeric' });
}

/** Returns a range of days; one day if both are the same. */
export function dayRange(first: string, last: string): string {
	const [from, to] = [first, last].map((day) => dateText(new Date(`${day}T12:00:00`))) as [
		string,
		string,
	];
	return first === last ? from : t('transfer-days', { first: from, last: to });
}

/** Reads a date of a file such as `04/05/2026` in both orders; null if it is not such a date. */
export function bothDates(example: string): { dayFirst: string; monthFirst: string } | null {
	const found = /(\d{1,2})\D(\d{1,2})\D(\d{4})/.exec(example);
	if (!found) return null;
	const [one, two, year] = found.slice(1).map(Number) as [number, number, number];
	const text = (day: number, month: number) => dateText(new Date(year, month - 1, day, 12));
	return { dayFirst: text(one, two), monthFirst: text(two, one) };
}

/** Returns the names of the time zones of the world. */
export function zones(): string[] {
	return Intl.supportedValuesOf('timeZone');
}

/** Returns a size in kB or MB. */
export function sizeText(bytes: number): string {
	const isSmall = bytes < 1_000_000;
	return new Intl.NumberFormat(locale(), {
		style: 'unit',
		unit: isSmall ? 'kilobyte' : 'megabyte',
		maximumFractionDigits: isSmall ? 0 : 1,
	}).format(bytes / (isSmall ? 1000 : 1_000_000));
}
