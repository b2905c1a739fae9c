/** What the window says of lengths, times, sounds and bells, in the language of the person. */
import type { Intervals, OwnerView, PlanChoice, Strike, SyncView, TimeDisplay } from './api/types';
import { m } from './paraglide/messages';
import { getLocale } from './paraglide/runtime';
import {
	clock,
	minutesLeft,
	satParts,
	secondsLeft,
	untilNextDown,
	untilNextUp,
} from './time/format';
import type { Moment } from './time/moment';

/** `20 minutes`, `45 seconds`: whole ones, rounded down. */
export function sat(seconds: number): string {
	const { unit, count } = satParts(seconds);
	return unit === 'minutes' ? m.minutes({ n: count }) : m.seconds({ n: count });
}

/** `14 min`, `1 h 5 min`, `45 s`, `1 min 30 s`. */
export function short(seconds: number): string {
	const [h, rest] = [Math.floor(seconds / 3600), seconds % 3600];
	const [min, s] = [Math.floor(rest / 60), Math.floor(rest % 60)];
	return [
		h > 0 ? m.hours_short({ n: h }) : '',
		min > 0 ? m.minutes_short({ n: min }) : '',
		s > 0 || (h === 0 && min === 0) ? m.seconds_short({ n: s }) : '',
	]
		.filter(Boolean)
		.join(' ');
}

/** The line of time under the lotus, and how long it stays true; null: for as long as the phase. */
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
		return { text: m.minutes({ n: Math.floor(moment.elapsedMs / 60_000) }), forMs };
	}
	const forMs = still ? null : untilNextDown(moment.leftMs, step);
	if (display === 'seconds') return { text: clock(secondsLeft(moment.leftMs)), forMs };
	return { text: m.minutes({ n: Math.max(1, minutesLeft(moment.leftMs)) }), forMs };
}

const SOUNDS: Record<string, () => string> = {
	bell: m.sound_bell,
	inkin: m.sound_inkin,
	'large-bowl': m.sound_large_bowl,
	'small-bowl': m.sound_small_bowl,
	'wood-block': m.sound_wood_block,
};

/** One of Zafu's own by its name in this language, a file by its own name. */
export function soundName(sound: string): string {
	const own = SOUNDS[sound];
	if (own) return own();
	const file = sound.split(/[\\/]/).at(-1) ?? sound;
	return file.replace(/\.[^.]+$/, '');
}

function rung(strike: Strike): string {
	return strike.strikes > 1
		? `${soundName(strike.sound)} × ${strike.strikes}`
		: soundName(strike.sound);
}

function often({ when }: Intervals): string {
	switch (when.kind) {
		case 'every':
			return short(when.seconds);
		case 'spread':
			return `× ${when.count}`;
		case 'at':
			// More than two are a list to read, and this is a glance.
			return when.seconds.length > 2
				? `× ${when.seconds.length}`
				: when.seconds.map((second) => short(second)).join(', ');
		case 'random':
			return `${short(when.minGapSeconds)} – ${short(when.maxGapSeconds)}`;
	}
}

/** All bells of a plan, in the order in which they are first heard. */
export function bellsOf(plan: PlanChoice): string[] {
	const bells: string[] = [];
	if (plan.startBell) bells.push(`${m.bells_summary_start()} ${rung(plan.startBell)}`);
	if (plan.intervals) bells.push(`${m.bells_summary_during()} ${often(plan.intervals)}`);
	if (plan.endBell) bells.push(`${m.bells_summary_end()} ${rung(plan.endBell)}`);
	return bells.length > 0 ? bells : [m.bells_silent()];
}

/** Dates are written as in the person's country, as far as it speaks the language of the window. */
function region(): string {
	const language = getLocale();
	return navigator.languages.find((one) => one.split('-')[0] === language) ?? language;
}

/** `Monday, 23 November, 21:10`, without what goes without saying. */
export function moment(rfc3339: string): string {
	return new Date(rfc3339).toLocaleString(region(), {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	});
}

/** When something last happened: by the clock alone if that was today. */
export function lately(rfc3339: string, now: Date): string {
	const then = new Date(rfc3339);
	if (then.toDateString() !== now.toDateString()) return moment(rfc3339);
	return then.toLocaleTimeString(region(), {
		hour: '2-digit',
		minute: '2-digit',
		hourCycle: 'h23',
	});
}

/** `12 sits`. */
export function sits(count: number): string {
	return m.sits({ n: count, written: figure(count) });
}

/** Names an owner of sits. */
export function ownerName({ id, email, state }: OwnerView): string {
	if (id === null) return m.owner_nobody();
	const name = email || m.owner_unknown();
	if (state === 'deleted') return m.owner_name_deleted({ name });
	if (state === 'replaced') return m.owner_name_replaced({ name });
	return name;
}

/** `100,000`. */
export function figure(count: number): string {
	return count.toLocaleString(region());
}

/** How things stand with the account: in a word or two, and in full. */
export function standing(sync: SyncView): { brief: string; long: string } {
	switch (sync.state) {
		case 'synced':
			return { brief: m.sync_synced(), long: m.sync_synced_long() };
		case 'syncing':
			return { brief: m.sync_syncing(), long: m.sync_syncing_long() };
		case 'waiting':
			if (sync.pending === 0) return { brief: m.sync_unsure(), long: m.sync_unsure_long() };
			return {
				brief: m.sync_waiting({ n: figure(sync.pending) }),
				long: m.sync_waiting_long({ n: sync.pending, sits: sits(sync.pending) }),
			};
		case 'needs-you':
			return { brief: m.sync_needs(), long: m.sync_needs_long() };
		case 'signed-out':
			return { brief: m.sync_out(), long: m.sync_out_long() };
	}
}

const REFUSALS: Record<string, () => string> = {
	bad_text: m.refused_text,
	bad_note: m.refused_text,
	bad_label: m.refused_text,
	contradiction: m.refused_contradiction,
	bad_sitlength: m.refused_length,
	bad_satlength: m.refused_length,
	bad_correctedlength: m.refused_length,
	bad_startedat: m.refused_time,
	bad_completedat: m.refused_time,
	bad_endedat: m.refused_time,
	bad_createdat: m.refused_time,
	bad_correctedstart: m.refused_time,
	bad_deletedat: m.refused_time,
};

/** Why the server will not have a sit. */
export function refusal(code: string): string {
	return REFUSALS[code]?.() ?? m.refused_other({ code });
}

/** The day a record belongs to by the clock of its place, for headings. */
export function day(rfc3339: string): string {
	return new Date(`${rfc3339.slice(0, 10)}T12:00:00`).toLocaleDateString(region(), {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: 'numeric',
	});
}

/** The time of day at the place where it was sat: `07:01`. */
export function timeOfDay(rfc3339: string): string {
	return rfc3339.slice(11, 16);
}
