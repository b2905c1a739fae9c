/** Formats the times of sits at their own UTC offsets, and how they were recorded. */
import type { LogFilter, Outcome, SitRecord, Source, TimeRange } from '../api/types';
import { t, type PlainMessageId } from '../messages.svelte';
import { day, short } from '../text';
import { dateText } from '../time/date-text';
import { partsOf } from './entry';

/** Returns `Monday, 23 November 2026`. */
export const dayText = day;

/** Returns `23 Nov 2026`. */
export function shortDay(date: string): string {
	return dateText(date, {
		day: 'numeric',
		month: 'short',
		year: 'numeric',
	});
}

/** Returns the start of a sit where it was sat: `Monday, 23 November 2026, 07:01`. */
export function when(startedAt: string): string {
	const { day, time } = partsOf(startedAt);
	return t('log-when', { day: dayText(day), time });
}

/** Returns `UTC+05:30`. */
export function offsetText(offset: string): string {
	return `UTC${offset.replace('-', '−')}`;
}

/** Returns the total of a day: `2 h 5 min`, without seconds from a minute on. */
export function totalText(seconds: number): string {
	return short(seconds < 60 ? seconds : seconds - (seconds % 60));
}

/** Returns how long a sit was; of the time planned, if it was ended early. */
export function lengthText(sit: SitRecord): string {
	const planned = sit.plannedSeconds;
	if (sit.stage === 'runningElsewhere' || (sit.stage === 'unfinished' && sit.satSeconds === 0))
		return planned === null ? t('setup-kind-open') : short(planned);
	if (sit.stage === 'endedEarly' && planned !== null)
		return t('log-of', { sat: short(sit.satSeconds), planned: short(planned) });
	return short(sit.satSeconds);
}

export const STAGES: Record<SitRecord['stage'], PlainMessageId> = {
	completed: 'log-complete',
	endedEarly: 'log-ended-early',
	started: 'log-unsettled',
	runningElsewhere: 'log-running-elsewhere',
	unfinished: 'log-unfinished',
};

export const OUTCOMES: Record<Outcome, PlainMessageId> = {
	completed: 'log-outcome-completed',
	endedEarly: 'log-outcome-early',
	started: 'log-outcome-started',
};

export const SOURCES: Record<Source, PlainMessageId> = {
	timer: 'log-source-timer',
	manual: 'log-source-manual',
	import: 'log-source-import',
};

/** Returns a range of lengths: `from 20 min`, `up to 1 h`, `20 min – 1 h`. */
export function lengthsText({ shortest, longest }: LogFilter): string {
	if (longest === undefined) return t('log-length-from', { length: short(shortest ?? 0) });
	if (shortest === undefined) return t('log-length-to', { length: short(longest) });
	return t('log-range', { first: short(shortest), last: short(longest) });
}

/** Returns a part of the day: `06:00 – 06:30`. */
export function timesText({ from, until }: TimeRange): string {
	return t('log-range', { first: clockText(from), last: clockText(until % 1440) });
}

/** Returns minutes after midnight as a time of day: `06:30`. */
export function clockText(minutes: number): string {
	const pad = (value: number) => String(value).padStart(2, '0');
	return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** Returns a range of days. */
export function daysText({ firstDay, lastDay }: LogFilter): string {
	if (lastDay === undefined) return t('log-days-from', { day: shortDay(firstDay ?? '') });
	if (firstDay === undefined) return t('log-days-to', { day: shortDay(lastDay) });
	if (firstDay === lastDay) return shortDay(firstDay);
	return t('log-range', { first: shortDay(firstDay), last: shortDay(lastDay) });
}
