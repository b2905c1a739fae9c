/** Formats lengths, times, sounds, bells and the sync state in the current language. */
import type { Intervals, OwnerView, PlanChoice, Strike, SyncView, TimeDisplay } from './api/types';
import { locale, t, type PlainMessageId } from './messages.svelte';
import { dateText } from './time/date-text';
import {
	clock,
	minutesLeft,
	satParts,
	secondsLeft,
	untilNextDown,
	untilNextUp,
} from './time/format';
import type { Moment } from './time/moment';

/** Returns `20 minutes` or `45 seconds`, rounded down. */
export function roundedLength(seconds: number): string {
	const { unit, count } = satParts(seconds);
	return unit === 'minutes' ? t('common-minutes', { count }) : t('common-seconds', { count });
}

/** Returns `14 min`, `1 h 5 min`, `45 s` or `1 min 30 s`. */
export function short(seconds: number): string {
	const [h, rest] = [Math.floor(seconds / 3600), seconds % 3600];
	const [min, s] = [Math.floor(rest / 60), Math.floor(rest % 60)];
	return [
		h > 0 ? t('common-hours-short', { count: h }) : '',
		min > 0 ? t('common-minutes-short', { count: min }) : '',
		s > 0 || (h === 0 && min === 0) ? t('common-seconds-short', { count: s }) : '',
	]
		.filter(Boolean)
		.join(' ');
}

/** Returns the time shown below the lotus and the milliseconds until it changes; null if only the phase changes it. */
export function timeLine(
	moment: Moment,
	display: TimeDisplay,
): { text: string; forMs: number | null } {
	if (moment.phase === 'preparing') {
		const left = moment.preparationLeftMs;
		return { text: clock(secondsLeft(left)), forMs: untilNextDown(left, 1000) };
	}
	const still = moment.phase === 'paused';
	if (moment.phase === 'overtime') {
		return {
			text: `+${clock(moment.overtimeMs / 1000)}`,
			forMs: untilNextUp(moment.overtimeMs, 1000),
		};
	}
	if (display === 'hidden') return { text: '', forMs: null };
	const step = display === 'seconds' ? 1000 : 60_000;
	if (moment.leftMs === null) {
		const forMs = still ? null : untilNextUp(moment.elapsedMs, step);
		if (display === 'seconds') return { text: clock(moment.elapsedMs / 1000), forMs };
		return { text: t('common-minutes', { count: Math.floor(moment.elapsedMs / 60_000) }), forMs };
	}
	const forMs = still ? null : untilNextDown(moment.leftMs, step);
	if (display === 'seconds') return { text: clock(secondsLeft(moment.leftMs)), forMs };
	return { text: t('common-minutes', { count: Math.max(1, minutesLeft(moment.leftMs)) }), forMs };
}

const SOUNDS: Record<string, PlainMessageId> = {
	bell: 'bells-sound-bell',
	inkin: 'bells-sound-inkin',
	'large-bowl': 'bells-sound-large-bowl',
	'small-bowl': 'bells-sound-small-bowl',
	'wood-block': 'bells-sound-wood-block',
};

/** Returns the name of a built-in sound, or of a sound file without folder and extension. */
export function soundName(sound: string): string {
	const own = SOUNDS[sound];
	if (own) return t(own);
	const file = sound.split(/[\\/]/).at(-1) ?? sound;
	return file.replace(/\.[^.]+$/, '');
}

function strikeText(strike: Strike): string {
	return strike.strikes > 1
		? `${soundName(strike.sound)} × ${strike.strikes}`
		: soundName(strike.sound);
}

function intervalText({ when }: Intervals): string {
	switch (when.kind) {
		case 'every':
			return short(when.seconds);
		case 'spread':
			return `× ${when.count}`;
		case 'at':
			// More than two do not fit into a summary.
			return when.seconds.length > 2
				? `× ${when.seconds.length}`
				: when.seconds.map((second) => short(second)).join(', ');
		case 'random':
			return `${short(when.minGapSeconds)} – ${short(when.maxGapSeconds)}`;
	}
}

/** Returns a summary of each bell of a plan, in the order in which they ring. */
export function bellSummaries(plan: PlanChoice): string[] {
	const bells: string[] = [];
	if (plan.startBell) bells.push(t('bells-summary-start', { bell: strikeText(plan.startBell) }));
	if (plan.intervals)
		bells.push(t('bells-summary-during', { times: intervalText(plan.intervals) }));
	if (plan.endBell) bells.push(t('bells-summary-end', { bell: strikeText(plan.endBell) }));
	return bells.length > 0 ? bells : [t('bells-silent')];
}

/** Returns `Monday, 23 November, 21:10`. */
export function moment(rfc3339: string): string {
	return new Date(rfc3339).toLocaleString(locale(), {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	});
}

/** Returns the time of day if it was today, else day and time. */
export function recentTime(rfc3339: string, now: Date): string {
	const then = new Date(rfc3339);
	if (then.toDateString() !== now.toDateString()) return moment(rfc3339);
	return then.toLocaleTimeString(locale(), {
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	});
}

/** Returns `12 sits`. */
export function sits(count: number): string {
	return t('common-sits', { count });
}

/** Returns the name of an owner of sits. */
export function ownerName({ id, email, state }: OwnerView): string {
	if (id === null) return t('account-owner-none');
	const name = email || t('account-owner-unknown');
	if (state === 'deleted') return t('account-owner-name-deleted', { name });
	if (state === 'replaced') return t('account-owner-name-replaced', { name });
	return name;
}

/** Returns the state of the sync in a word or two, and in full. */
export function syncText(sync: SyncView): { brief: string; long: string } {
	switch (sync.state) {
		case 'synced':
			return { brief: t('sync-synced'), long: t('sync-synced-long') };
		case 'syncing':
			return { brief: t('sync-syncing'), long: t('sync-syncing-long') };
		case 'waiting':
			if (sync.pending === 0)
				return { brief: t('sync-not-synced'), long: t('sync-not-synced-long') };
			return {
				brief: t('sync-pending', { count: sync.pending }),
				long: t('sync-pending-long', { count: sync.pending }),
			};
		case 'action-needed':
			return { brief: t('sync-action-needed'), long: t('sync-action-needed-long') };
		case 'signed-out':
			return { brief: t('sync-signed-out'), long: t('sync-signed-out-long') };
	}
}

/** A date such as `2026-11-23` as a heading: `Monday, 23 November 2026`. */
export function day(date: string): string {
	return dateText(date, {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: 'numeric',
	});
}

/** Returns the local time of a record: `07:01`. */
export function timeOfDay(rfc3339: string): string {
	return rfc3339.slice(11, 16);
}

/** Returns the address of a project without its scheme, such as `lotus.supabase.co`. */
export function hostOf(url: string): string {
	return url.replace(/^\w+:\/\//, '').replace(/\/$/, '');
}
