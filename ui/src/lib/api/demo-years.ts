/** Three years of sits for the demo: eight labels, notes in several scripts, and every way to record a sit. */
import type { DemoLabel } from './demo-log';
import type { SitRecord } from './types';

export const YEARS_LABELS: DemoLabel[] = [
	{ key: 'Zazen', name: 'Zazen', colour: 'blue', shape: 'circle' },
	{ key: 'Metta', name: 'Metta', colour: 'pink', shape: 'star' },
	{ key: 'Kinhin', name: 'Kinhin', colour: 'green', shape: 'triangle' },
	{ key: 'Body scan', name: 'Body scan', colour: 'teal', shape: 'square' },
	{ key: 'Ησυχία', name: 'Ησυχία', colour: 'red', shape: 'diamond' },
	{ key: 'Ānāpānasati', name: 'Ānāpānasati', colour: 'orange', shape: 'cross' },
	{ key: 'Retreat', name: 'Retreat', colour: 'violet', shape: 'square' },
	{ key: 'Wednesday', name: 'Wednesday group by the lake', colour: 'yellow', shape: 'triangle' },
	{
		key: 'Loving kindness',
		name: 'Loving kindness',
		colour: 'pink',
		shape: 'star',
		mergedInto: 'Metta',
	},
];

const NOTES = [
	'Quiet. Rain on the window.',
	'Long exhalations, then none.',
	'Counted breaths to ten, lost the count at four, began again. In the second half the counting fell away by itself.',
	'Müde, aber wach geblieben. Der Nachbar übt Cello.',
	'Knees.',
	'בוקר שקט. הנשימה ארוכה.',
	'هدوء في الصباح، ثم صوت المطر.',
	'Спокойно. Снег за окном.',
	'Left leg asleep 🦵 and a very loud blackbird 🐦‍⬛',
	'Planning, planning, planning.\nThen a minute without any.',
	'Θάλασσα από μακριά.',
	'Sat with Mira at the lake. Cold hands, warm tea afterwards.',
	'静かだった。\nOnly the clock in the next room.',
];

const DAY = 86_400_000;
/** The last day of the demo's sits. */
const LAST = Date.UTC(2026, 10, 24);

/** Returns the same numbers from 0 to 1 in each run (mulberry32). */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Returns the UTC offset in Berlin; in February, of India. */
function offsetOn(date: Date): string {
	if (date.getUTCMonth() === 1) return '+05:30';
	/** Returns the last Sunday of a month of 31 days. */
	const lastSunday = (month: number) => {
		const last = new Date(Date.UTC(date.getUTCFullYear(), month, 31));
		return last.getTime() - last.getUTCDay() * DAY;
	};
	const isSummer = date.getTime() >= lastSunday(2) && date.getTime() < lastSunday(9);
	return isSummer ? '+02:00' : '+01:00';
}

/** Returns about 1,300 sits, newest first. */
export function yearsOfSits(): SitRecord[] {
	const next = random(20);
	const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
	const sits: SitRecord[] = [];
	const add = (date: Date, hour: number, label: string, planned: number | null): void => {
		const minute = String(Math.floor(next() * 60)).padStart(2, '0');
		const second = String(Math.floor(next() * 60)).padStart(2, '0');
		const clock = `${String(hour).padStart(2, '0')}:${minute}:${second}`;
		const startedAt = `${date.toISOString().slice(0, 10)}T${clock}${offsetOn(date)}`;
		const isEarly = planned !== null && next() < 0.07;
		const isOld = date.getTime() < Date.UTC(2024, 5, 1);
		const fate = next();
		const satSeconds = isEarly
			? Math.floor(planned * (0.3 + next() * 0.6))
			: (planned ?? 1500 + Math.floor(next() * 1800)) +
				(next() < 0.1 ? Math.floor(next() * 240) : 0);
		sits.push({
			id: `01990000-0000-7000-8000-${String(1_000_000 + sits.length).padStart(12, '0')}`,
			startedAt,
			day: '',
			plannedSeconds: planned,
			satSeconds,
			stage: isEarly ? 'endedEarly' : 'completed',
			endedAt: startedAt,
			note: next() < 0.3 ? pick(NOTES) : '',
			label,
			source: isOld ? 'import' : fate < 0.04 ? 'manual' : 'timer',
			owner: null,
			otherDevice: !isOld && fate > 0.86,
			corrected: !isOld && fate > 0.4 && fate < 0.43,
			ownLabel: '',
		});
	};
	for (let at = LAST; at > Date.UTC(2023, 8, 1); at -= DAY) {
		const date = new Date(at);
		const weekday = date.getUTCDay();
		const isRetreat = date.getUTCMonth() === 7 && date.getUTCDate() > 10 && date.getUTCDate() < 18;
		if (isRetreat) {
			for (const hour of [5, 8, 10, 14, 16, 19]) add(date, hour, 'Retreat', 2400);
			continue;
		}
		if (next() < 0.86)
			add(date, 6, pick(['Zazen', 'Zazen', 'Zazen', 'Ησυχία', '']), pick([1200, 1200, 1500]));
		if (weekday === 3) add(date, 19, 'Wednesday', 1800);
		else if (next() < 0.25)
			add(
				date,
				21,
				pick(['Metta', 'Loving kindness', 'Ānāpānasati', 'Body scan', 'Kinhin']),
				pick([600, 900, null]),
			);
	}
	return sits;
}
