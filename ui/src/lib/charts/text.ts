/** Texts of the charts in the current language. */
import './messages';
import { locale, t } from '../messages.svelte';
import { roundedLength, short, sits } from '../text';
import { dateText, rangeText, timeText } from '../time/date-text';
import { addDays, monthOf, yearOf } from './calendar';
import type { TotalView } from '../api/types';
import type { Day } from './data';
import type { Bar, Grain, LengthBin } from './series';

const WITHOUT_YEAR: Intl.DateTimeFormatOptions = {
	weekday: 'long',
	day: 'numeric',
	month: 'long',
};

/** Returns `Tuesday, 3 March`, with the year if `year` is another one or not given. */
export function dayName(day: Day, year?: number): string {
	const isSame = yearOf(day) === year;
	return dateText(day, isSame ? WITHOUT_YEAR : { ...WITHOUT_YEAR, year: 'numeric' });
}

/** Returns `26 November 2026`. */
export function dateName(day: Day): string {
	return dateText(day, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** Returns `Monday`, or `Mon`: 0 is Monday. */
export function weekdayName(weekday: number, style: 'long' | 'short'): string {
	return dateText(addDays('2024-01-01', weekday), { weekday: style });
}

export function monthName(month: number, style: 'long' | 'short' | 'narrow'): string {
	return dateText(`2024-${String(month + 1).padStart(2, '0')}-01`, { month: style });
}

/** Returns `March 2026`, `29 June – 5 July` or `2026`. */
export function barName({ from, to }: Bar, grain: Grain): string {
	if (grain === 'year') return String(yearOf(from));
	if (grain === 'month') return dateText(from, { month: 'long', year: 'numeric' });
	return rangeText(from, to, { day: 'numeric', month: 'long' });
}

/** Returns the text below a bar: its year or month; of weeks, only the first of a month has one. */
export function barTick({ from }: Bar, grain: Grain, isNarrow: boolean, before?: Bar): string {
	if (grain === 'year') return String(yearOf(from));
	if (before && monthOf(before.from) === monthOf(from)) return '';
	return monthName(monthOf(from), isNarrow ? 'narrow' : 'short');
}

/** Returns `in 2026` or `in all years`. */
export function periodPhrase(year: number | null): string {
	return year === null ? t('insight-in-all') : t('insight-in-year', { year: String(year) });
}

/** Returns what sits without a label, and labels that are shown as one, are called. */
export function labelNames(): { none: string; others: string } {
	return { none: t('insight-label-none'), others: t('insight-label-others') };
}

/** Returns `68 h 20 min`, rounded down to minutes; seconds only below one minute. */
export function length(seconds: number): string {
	return short(seconds < 60 ? seconds : seconds - (seconds % 60));
}

/** Returns a length as it is read aloud: `1 hour 5 minutes`. */
export function spokenLength(seconds: number): string {
	const hours = Math.floor(seconds / 3600);
	if (hours === 0) return roundedLength(seconds);
	const rest = Math.floor((seconds % 3600) / 60);
	if (rest === 0) return t('insight-hours', { count: hours });
	return t('insight-hours-minutes', {
		hours: t('insight-hours', { count: hours }),
		minutes: t('common-minutes', { count: rest }),
	});
}

/** Returns `Tuesday, 3 March: 2 sits, 45 minutes`. */
export function markText(name: string, total: TotalView, format = spokenLength): string {
	if (total.sits === 0) return t('insight-mark-none', { name });
	return t('insight-mark', { name, sits: sits(total.sits), length: format(total.seconds) });
}

/** Returns `06:30`, for half hours since midnight. */
export function clockTime(halfHours: number): string {
	const inDay = halfHours % 48;
	return timeText(inDay * 30 * 60_000, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** Returns `06:30 – 07:00`. */
export function timeRange(from: number, to: number): string {
	return t('insight-range', { from: clockTime(from), to: clockTime(to) });
}

/** Returns `20 – 25 min`, or `60 min and more`. */
export function lengthRange({ from, to }: LengthBin): string {
	const minutes = (count: number) => t('common-minutes-short', { count });
	if (to === null) return t('insight-lengths-from', { from: minutes(from) });
	if (to - from === 1) return minutes(from);
	return t('insight-range', { from: count(from), to: minutes(to) });
}

export function count(value: number): string {
	return value.toLocaleString(locale());
}

/** Returns `Tuesday, 3 March: 2 sits`. */
export function countText(name: string, total: number): string {
	if (total === 0) return t('insight-mark-none', { name });
	return t('insight-mark-count', { name, sits: sits(total) });
}

/** Returns `7 Sep`. */
export function shortDate(day: Day): string {
	return dateText(day, { day: 'numeric', month: 'short' });
}
