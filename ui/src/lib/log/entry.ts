/** What the user enters of a sit: parts of its start and its length, as texts, and whether they are possible. */
import type { SitChange, SitEntry } from '../api/types';
import { parseClock, parseDuration } from '../time/duration';

/** The fields of a sit as texts. */
export interface EntryText {
	/** `2026-11-23` */
	day: string;
	/** `07:01` */
	time: string;
	/** UTC offset such as `+05:30`; empty: that of this computer at the start. */
	offset: string;
	/** As in `parseDuration`. */
	length: string;
}

/** The UTC offsets that a place on Earth has, in some part of the year. */
const OFFSETS =
	'-12:00 -11:00 -10:00 -09:30 -09:00 -08:00 -07:00 -06:00 -05:00 -04:00 -03:30 -03:00 -02:30 -02:00 -01:00 +00:00 +01:00 +02:00 +03:00 +03:30 +04:00 +04:30 +05:00 +05:30 +05:45 +06:00 +06:30 +07:00 +08:00 +08:45 +09:00 +09:30 +10:00 +10:30 +11:00 +12:00 +12:45 +13:00 +13:45 +14:00'.split(
		' ',
	);

export type EntryFault = 'day' | 'time' | 'length' | 'future';

const START = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)([\d:.]*)(Z|[+-]\d\d:\d\d)$/;

/** Splits an RFC 3339 time; the time of day is without seconds, which are as `:42.5`. */
export function partsOf(startedAt: string) {
	const [, day = '', time = '', seconds = '', offset = 'Z'] = START.exec(startedAt) ?? [];
	return { day, time, seconds, offset: offset === 'Z' ? '+00:00' : offset };
}

/** Returns the UTC offsets that can be chosen for a sit with this one, from the west to the east. */
export function offsets(own: string): string[] {
	return [...new Set([...OFFSETS, ...(own === '' ? [] : [own])])].sort(
		(a, b) => minutesOf(a) - minutesOf(b),
	);
}

function minutesOf(offset: string): number {
	const [hours, minutes] = offset.slice(1).split(':').map(Number) as [number, number];
	return (offset.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

/** Returns the texts of the same moment at another UTC offset; without a possible start, only the offset changes. */
export function movedTo(offset: string, text: EntryText): EntryText {
	const [day, time] = [parseDay(text.day), parseClock(text.time)];
	if (day === null || time === null) return { ...text, offset };
	const at = Date.parse(`${day}T${time}:00${text.offset || localOffset(day, time)}`);
	if (offset === '') {
		const local = new Date(at);
		const clock = `${pad(local.getHours())}:${pad(local.getMinutes())}`;
		return { ...text, offset, day: dayOfDate(local), time: clock };
	}
	const local = new Date(at + minutesOf(offset) * 60_000).toISOString();
	return { ...text, offset, day: local.slice(0, 10), time: local.slice(11, 16) };
}

const pad = (value: number) => String(value).padStart(2, '0');

/** Returns this computer's UTC offset at a local time, such as `+01:00`. */
export function localOffset(day: string, time: string): string {
	const minutes = -new Date(`${day}T${time}`).getTimezoneOffset();
	if (Number.isNaN(minutes)) return '+00:00';
	const whole = Math.abs(Math.round(minutes));
	return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(whole / 60))}:${pad(whole % 60)}`;
}

/** Returns the date of a local time such as `2026-11-23`. */
export function dayOfDate(date: Date): string {
	return `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/**
 * Returns a date of the calendar as `2026-11-23`, or null. Where the window has no date picker, the date is typed, also
 * as `23.11.2026`.
 */
export function parseDay(text: string): string | null {
	const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim());
	const german = /^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})$/.exec(text.trim());
	const found = iso ? iso.slice(1) : german?.slice(1).reverse();
	if (!found) return null;
	const [year, month, date] = found.map(Number) as [number, number, number];
	const day = new Date(0);
	day.setFullYear(year, month - 1, date);
	day.setHours(12, 0, 0, 0);
	const isReal = day.getMonth() === month - 1 && day.getDate() === date;
	return isReal ? dayOfDate(day) : null;
}

/**
 * Returns the start and the length that the texts mean, or what is wrong with them. What the user has not changed stays
 * as it was in `before`: its seconds, and a length that could not be entered.
 */
export function readEntry(
	text: EntryText,
	before: { startedAt: string; satSeconds: number; length: string } | null,
	now: Date,
): { startedAt: string; satSeconds: number } | { faults: EntryFault[] } {
	const [day, time] = [parseDay(text.day), parseClock(text.time)];
	const kept = before && partsOf(before.startedAt);
	const isSameLength = before !== null && text.length.trim() === before.length;
	const satSeconds = isSameLength ? before.satSeconds : parseDuration(text.length);
	const faults: EntryFault[] = [];
	if (day === null) faults.push('day');
	if (time === null) faults.push('time');
	if (satSeconds === null) faults.push('length');
	if (day === null || time === null || satSeconds === null) return { faults };
	const isSameClock = kept?.day === day && kept.time === time;
	let startedAt: string;
	if (isSameClock && text.offset === entryOffset(before!.startedAt)) startedAt = before!.startedAt;
	else {
		const [minute, offset] =
			text.offset === '' ? localStart(day, time) : [`${day}T${time}`, text.offset];
		const isSameMoment =
			kept !== null &&
			Date.parse(`${minute}:00${offset}`) ===
				Date.parse(`${kept.day}T${kept.time}:00${kept.offset}`);
		startedAt = minute + (isSameClock || isSameMoment ? kept!.seconds : ':00') + offset;
	}
	const isUnchanged = isSameLength && startedAt === before.startedAt;
	if (!isUnchanged && Date.parse(startedAt) + satSeconds * 1000 > now.getTime())
		return { faults: ['future'] };
	return { startedAt, satSeconds };
}

/**
 * Returns a local time of this computer, such as `2026-11-23T07:01`, and its UTC offset. One that does not exist, at the
 * start of summer time, moves on.
 */
function localStart(day: string, time: string): [string, string] {
	const at = new Date(`${day}T${time}`);
	const clock = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
	return [`${dayOfDate(at)}T${clock}`, localOffset(dayOfDate(at), clock)];
}

/** Whether a sit was recorded at another UTC offset than this computer has at that time. */
export function hasOtherOffset(startedAt: string): boolean {
	const { day, time, offset } = partsOf(startedAt);
	return offset !== localOffset(day, time);
}

/** Returns the UTC offset of a sit as it is entered: empty if it is that of this computer. */
export function entryOffset(startedAt: string): string {
	return hasOtherOffset(startedAt) ? partsOf(startedAt).offset : '';
}

const FIELDS = ['startedAt', 'satSeconds', 'note', 'label'] as const;

/** Returns the fields of `after` that differ from `before`. */
export function changeOf(before: SitEntry, after: SitEntry): SitChange {
	const changed = FIELDS.filter((field) => after[field] !== before[field]);
	return Object.fromEntries(changed.map((field) => [field, after[field]]));
}

export function isEmpty(change: SitChange): boolean {
	return Object.keys(change).length === 0;
}
