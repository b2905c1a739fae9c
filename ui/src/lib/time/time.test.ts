import { describe, expect, it } from 'vitest';
import type { SitView } from '../api/types';
import { milestones, reached, untilNext } from './announce';
import { byDay } from './days';
import written from '../../../../src-tauri/crates/core/tests/lengths.json';
import { parseClock, parseDuration, stepLength } from './duration';
import { clock, minutesLeft, satParts, secondsLeft, untilNextDown, untilNextUp } from './format';
import { momentOf, openProgress } from './moment';

const SIT: SitView = {
	id: 'a',
	phase: 'sitting',
	plannedSeconds: 1200,
	preparationSeconds: 10,
	preparationLeftMs: 0,
	elapsedMs: 60_000,
	overtimeMs: 0,
	startedAt: '2026-11-24T07:00:00+01:00',
	overtime: 'ask',
};

describe('the moment of a sit', () => {
	it('advances from the engine state', () => {
		const moment = momentOf(SIT, 5000);
		expect(moment.elapsedMs).toBe(65_000);
		expect(moment.leftMs).toBe(1_135_000);
		expect(moment.progress).toBeCloseTo(65 / 1200);
	});

	it('does not advance in a pause', () => {
		expect(momentOf({ ...SIT, phase: 'paused' }, 5000).elapsedMs).toBe(60_000);
	});

	it('stops at the planned end until the engine reports the next phase', () => {
		const moment = momentOf(SIT, 9e9);
		expect(moment).toMatchObject({
			phase: 'sitting',
			elapsedMs: 1_200_000,
			leftMs: 0,
			progress: 1,
		});
	});

	it('counts the preparation down to zero', () => {
		const preparing: SitView = {
			...SIT,
			phase: 'preparing',
			preparationLeftMs: 4000,
			elapsedMs: 0,
		};
		expect(momentOf(preparing, 1500)).toMatchObject({ preparationLeftMs: 2500, elapsedMs: 0 });
		expect(momentOf(preparing, 5000)).toMatchObject({ preparationLeftMs: 0, elapsedMs: 0 });
	});

	it('counts overtime after the end', () => {
		const over: SitView = { ...SIT, phase: 'overtime', elapsedMs: 1_203_000, overtimeMs: 3000 };
		expect(momentOf(over, 2000)).toMatchObject({
			overtimeMs: 5000,
			elapsedMs: 1_205_000,
			leftMs: 0,
		});
	});

	it('makes ever slower progress in an open-ended sit', () => {
		const moment = momentOf({ ...SIT, plannedSeconds: null, elapsedMs: 900_000 }, 0);
		expect(moment.leftMs).toBeNull();
		expect(moment.progress).toBeCloseTo(0.5);
		expect(openProgress(24 * 3600_000)).toBeLessThanOrEqual(1);
	});

	it.each([
		['a timed sit', SIT],
		['an open-ended sit', { ...SIT, plannedSeconds: null }],
	])('has the speed of %s', (_, sit) => {
		const [now, soon] = [momentOf(sit, 0), momentOf(sit, 1000)];
		expect(soon.progress - now.progress).toBeCloseTo(now.speed, 6);
		expect(momentOf({ ...sit, phase: 'paused' }, 0).speed).toBe(0);
	});

	it('does not go back if the clock does', () => {
		expect(momentOf(SIT, -100).elapsedMs).toBe(60_000);
	});
});

describe('figures', () => {
	it.each([
		[0, '00:00'],
		[59.9, '00:59'],
		[1087, '18:07'],
		[3750, '1:02:30'],
		[-3, '00:00'],
	])('%d s is %s', (seconds, text) => expect(clock(seconds)).toBe(text));

	it('round remaining seconds and minutes up', () => {
		expect(secondsLeft(1)).toBe(1);
		expect(minutesLeft(1)).toBe(1);
		expect(minutesLeft(60_000)).toBe(1);
		expect(minutesLeft(60_001)).toBe(2);
		expect(minutesLeft(0)).toBe(0);
	});

	it('give the time sat in minutes, or in seconds below one minute', () => {
		expect(satParts(1259)).toEqual({ unit: 'minutes', count: 20 });
		expect(satParts(59)).toEqual({ unit: 'seconds', count: 59 });
	});

	it('change after the computed time', () => {
		expect(untilNextDown(61_500, 60_000)).toBe(1500);
		expect(untilNextDown(60_000, 60_000)).toBe(60_000);
		expect(untilNextUp(1700, 1000)).toBe(300);
	});
});

describe('lengths as users type them', () => {
	it.each(written.lengths as [string, number][])('real_life_25: %s', (text, seconds) =>
		expect(parseDuration(text)).toBe(seconds),
	);

	it.each([...written.not_lengths, ...written.negative, ...written.out_of_range])(
		'real_life_26: %s is not a length',
		(text) => expect(parseDuration(text)).toBeNull(),
	);

	it.each([
		['7', '07:00'],
		['7:30', '07:30'],
		['0730', '07:30'],
		['7.30 pm', '19:30'],
		['12 am', '00:00'],
		['23:59', '23:59'],
	])('%s o’clock', (text, time) => expect(parseClock(text)).toBe(time));

	it.each(['24:00', '7:60', 'noon', '13 pm'])('%s is not a time of day', (text) =>
		expect(parseClock(text)).toBeNull(),
	);

	it('change to multiples of the step, which is smaller below ten minutes', () => {
		expect(stepLength(1200, 1)).toBe(1500);
		expect(stepLength(1200, -1)).toBe(900);
		expect(stepLength(1230, -1)).toBe(1200);
		expect(stepLength(600, -1)).toBe(540);
		expect(stepLength(60, -1)).toBe(60);
		expect(stepLength(3600, 1)).toBe(4500);
		expect(stepLength(86_400, 1)).toBe(86_400);
	});
});

describe('the milestones of a sit', () => {
	it('are half time, five minutes left and one minute left', () => {
		expect(milestones(1200).map(({ atMs }) => atMs / 60_000)).toEqual([10, 15, 19]);
	});

	it('are fewer in a short sit, and none without an end', () => {
		expect(milestones(600).map(({ atMs }) => atMs / 60_000)).toEqual([5, 9]);
		expect(milestones(180).map(({ atMs }) => atMs / 60_000)).toEqual([2]);
		expect(milestones(60)).toEqual([]);
		expect(milestones(null)).toEqual([]);
	});

	it('are reached once; of several at once the last', () => {
		const steps = milestones(1200);
		expect(reached(steps, 599_000, 600_000)).toEqual({ kind: 'half', minutesLeft: 10 });
		expect(reached(steps, 600_000, 700_000)).toBeNull();
		expect(reached(steps, 0, 1_140_000)).toEqual({ kind: 'left', minutes: 1 });
		expect(untilNext(steps, 600_000)).toBe(300_000);
		expect(untilNext(steps, 1_140_000)).toBeNull();
	});
});

it('groups records by the local day that they carry', () => {
	const late = { day: '2026-11-23', startedAt: '2026-11-23T23:50:00-08:00' };
	const early = { day: '2026-11-24', startedAt: '2026-11-24T04:10:00+01:00' };
	const afterMidnight = { day: '2026-11-23', startedAt: '2026-11-24T00:10:00+01:00' };
	expect(byDay([early, afterMidnight, late])).toEqual([
		['2026-11-24', [early]],
		['2026-11-23', [afterMidnight, late]],
	]);
});
