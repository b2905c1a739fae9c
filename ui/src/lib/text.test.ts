import { describe, expect, it } from 'vitest';
import { DEMO_PLAN } from './api/demo';
import type { IntervalTimes, TimeDisplay } from './api/types';
import type { Moment } from './time/moment';
import { bellSummaries, short, soundName, timeLine } from './text';

describe('the bells of a plan', () => {
	const strike = { sound: 'small-bowl', strikes: 1 };
	const during = (when: IntervalTimes) =>
		bellSummaries({ ...DEMO_PLAN, startBell: null, endBell: null, intervals: { when, strike } })[0];

	it('are listed in the order in which they ring', () => {
		expect(bellSummaries(DEMO_PLAN)).toEqual(['start Large bowl', 'end Large bowl × 3']);
	});

	it('are described as silent if there are none', () => {
		expect(bellSummaries({ ...DEMO_PLAN, startBell: null, endBell: null })).toEqual(['Silent']);
	});

	it.each<[IntervalTimes, string]>([
		[{ kind: 'every', seconds: 300 }, 'during 5 min'],
		[{ kind: 'spread', count: 3 }, 'during × 3'],
		[{ kind: 'at', seconds: [300, 750] }, 'during 5 min, 12 min 30 s'],
		[{ kind: 'at', seconds: [300, 600, 900] }, 'during × 3'],
		[{ kind: 'random', minGapSeconds: 180, maxGapSeconds: 420 }, 'during 3 min – 7 min'],
	])('during the sit are summarised: %j', (when, said) => expect(during(when)).toBe(said));
});

describe('the time line', () => {
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
	])('shows %s and when it changes next', (display, text, forMs) =>
		expect(timeLine(moment, display)).toEqual({ text, forMs }),
	);

	it('does not change in a pause', () => {
		expect(timeLine({ ...moment, phase: 'paused' }, 'seconds').forMs).toBeNull();
	});

	it('counts the overtime', () => {
		const over: Moment = { ...moment, phase: 'overtime', overtimeMs: 62_300, leftMs: 0 };
		expect(timeLine(over, 'hidden')).toEqual({ text: '+01:02', forMs: 700 });
	});
});

it('formats lengths in the fewest units', () => {
	expect([45, 840, 3900, 90].map(short)).toEqual(['45 s', '14 min', '1 h 5 min', '1 min 30 s']);
});

it('names a built-in sound, or the file of another one', () => {
	expect(['inkin', '/home/me/temple bell.flac'].map(soundName)).toEqual(['Inkin', 'temple bell']);
});
