import { describe, expect, it } from 'vitest';
import { DEMO_PLAN } from './api/demo';
import type { IntervalTimes, TimeDisplay } from './api/types';
import type { Moment } from './time/moment';
import { bellSummaries, short, soundName, timeLine } from './text';

describe('the bells of a plan', () => {
	const strike = { sound: 'small-bowl', strikes: 1 };
	const during = (when: IntervalTimes) =>
		bellSummaries({ ...DEMO_PLAN, startBell: null, endBell: null, intervals: { when, strike } })[0];

	it('are named in the order in which they are heard', () => {
		expect(bellSummaries(DEMO_PLAN)).toEqual(['start Large bowl', 'end Large bowl × 3']);
	});

	it('are none in silence', () => {
		expect(bellSummaries({ ...DEMO_PLAN, startBell: null, endBell: null })).toEqual(['Silent']);
	});

	it.each<[IntervalTimes, string]>([
		[{ kind: 'every', seconds: 300 }, 'during 5 min'],
		[{ kind: 'spread', count: 3 }, 'during × 3'],
		[{ kind: 'at', seconds: [300, 750] }, 'during 5 min, 12 min 30 s'],
		[{ kind: 'at', seconds: [300, 600, 900] }, 'during × 3'],
		[{ kind: 'random', minGapSeconds: 180, maxGapSeconds: 420 }, 'during 3 min – 7 min'],
	])('are told on the way: %j', (when, said) => expect(during(when)).toBe(said));
});

describe('the line of time', () => {
	const moment: Moment = {
		phase: 'sitting',
		preparationLeftMs: 0,
		elapsedMs: 100_400,
		overtimeMs: 0,
		leftMs: 499_600,
		progress: 0.167,
		speed: 1 / 600,
	};

	it.each<[TimeDisplay, string, number | null]>([
		['hidden', '', null],
		['minutes', '9 minutes', 19_600],
		['seconds', '08:20', 600],
	])('shows %s, and knows for how long that is true', (display, text, forMs) =>
		expect(timeLine(moment, display)).toEqual({ text, forMs }),
	);

	it('stands in a pause', () => {
		expect(timeLine({ ...moment, phase: 'paused' }, 'seconds').forMs).toBeNull();
	});

	it('counts what is sat beyond the end', () => {
		const over: Moment = { ...moment, phase: 'overtime', overtimeMs: 62_300, leftMs: 0 };
		expect(timeLine(over, 'hidden')).toEqual({ text: '+01:02', forMs: 700 });
	});
});

it('says lengths in the fewest units', () => {
	expect([45, 840, 3900, 90].map(short)).toEqual(['45 s', '14 min', '1 h 5 min', '1 min 30 s']);
});

it('names a sound, or the file it is in', () => {
	expect(['inkin', '/home/me/temple bell.flac'].map(soundName)).toEqual(['Inkin', 'temple bell']);
});
