import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
	hasOtherOffset,
	localOffset,
	movedTo,
	offsets,
	parseDay,
	partsOf,
	readEntry,
} from './entry';

const NOW = new Date('2026-11-24T12:00:00Z');
const BEFORE = { startedAt: '2026-11-23T07:01:42.5+05:30', satSeconds: 1200, length: '20 min' };

beforeEach(() => vi.stubEnv('TZ', 'Europe/Berlin'));
afterEach(() => vi.unstubAllEnvs());

it('splits a start into what the user can change', () => {
	expect(partsOf(BEFORE.startedAt)).toEqual({
		day: '2026-11-23',
		time: '07:01',
		seconds: ':42.5',
		offset: '+05:30',
	});
	expect(partsOf('2026-11-23T07:01:42Z').offset).toBe('+00:00');
});

it.each([
	['2026-11-23', '2026-11-23'],
	['2026-1-3', '2026-01-03'],
	['23.11.2026', '2026-11-23'],
	[' 3. 1. 2026 ', '2026-01-03'],
	['2024-02-29', '2024-02-29'],
	['2026-02-29', null],
	['31.04.2026', null],
	['2026-13-01', null],
	['11/23/2026', null],
	['yesterday', null],
	['', null],
])('reads %j as a day of the calendar', (text, day) => expect(parseDay(text)).toBe(day));

it('knows the UTC offset of this computer at a local time', () => {
	expect(localOffset('2026-11-23', '07:00')).toBe('+01:00');
	expect(localOffset('2026-07-23', '07:00')).toBe('+02:00');
	expect(hasOtherOffset('2026-07-23T07:00:00+02:00')).toBe(false);
	expect(hasOtherOffset('2026-07-23T07:00:00+01:00')).toBe(true);
	vi.stubEnv('TZ', 'America/St_Johns');
	expect(localOffset('2026-11-23', '07:00')).toBe('-03:30');
});

describe('an edited sit', () => {
	const text = { day: '2026-11-23', time: '07:01', offset: '+05:30', length: '20 min' };

	it('keeps its start with the seconds if the user changes neither date nor time', () => {
		expect(readEntry({ ...text, length: '25' }, BEFORE, NOW)).toEqual({
			startedAt: BEFORE.startedAt,
			satSeconds: 1500,
		});
	});

	it('keeps its UTC offset if the start changes', () => {
		expect(readEntry({ ...text, day: '2026-07-01', time: '7.30' }, BEFORE, NOW)).toEqual({
			startedAt: '2026-07-01T07:30:00+05:30',
			satSeconds: 1200,
		});
	});

	it('has the UTC offset that this computer has at the new start', () => {
		vi.stubEnv('TZ', 'Europe/Berlin');
		const winter = { startedAt: '2026-01-10T07:00:00+01:00', satSeconds: 600, length: '10 min' };
		const summer = { day: '2026-07-10', time: '07:00', offset: '', length: '10 min' };
		expect(readEntry(summer, winter, new Date('2026-11-24T12:00:00Z'))).toEqual({
			startedAt: '2026-07-10T07:00:00+02:00',
			satSeconds: 600,
		});
	});

	it('has the UTC offset that the user chose, and its seconds', () => {
		const read = (offset: string) => readEntry({ ...text, offset }, BEFORE, NOW);
		expect(read('-03:30')).toMatchObject({ startedAt: '2026-11-23T07:01:42.5-03:30' });
		expect(read('')).toMatchObject({ startedAt: '2026-11-23T07:01:42.5+01:00' });
	});

	it.each(['-08:00', '+14:00', ''])('stays the same moment at the UTC offset "%s"', (offset) => {
		const read = readEntry(movedTo(offset, text), BEFORE, NOW);
		const startedAt = 'startedAt' in read ? read.startedAt : '';
		expect(Date.parse(startedAt)).toBe(Date.parse(BEFORE.startedAt));
		expect(partsOf(startedAt).offset).not.toBe('+05:30');
	});

	it('is entered at another UTC offset as the same moment', () => {
		expect(movedTo('-08:00', text)).toEqual({
			day: '2026-11-22',
			time: '17:31',
			offset: '-08:00',
			length: '20 min',
		});
		expect(movedTo('', text)).toMatchObject({ day: '2026-11-23', time: '02:31', offset: '' });
		expect(movedTo('+09:00', { ...text, time: 'late' })).toMatchObject({
			time: 'late',
			offset: '+09:00',
		});
	});

	it('can have its own UTC offset, however rare', () => {
		expect(offsets('')).not.toContain('+00:19');
		expect(offsets('+00:19')).toContain('+00:19');
		expect(offsets('+00:19').indexOf('+00:19')).toBe(offsets('').indexOf('+01:00'));
	});

	it('keeps a length that could not be entered', () => {
		const long = { ...BEFORE, satSeconds: 90_000, length: '25 h' };
		const read = readEntry({ ...text, time: '06:00', length: '25 h' }, long, NOW);
		expect(read).toMatchObject({ satSeconds: 90_000 });
	});

	it('may end in the future if the user has not changed that', () => {
		const ahead = { ...BEFORE, startedAt: '2026-11-24T11:50:00+00:00' };
		const same = { ...text, day: '2026-11-24', time: '11:50', offset: '+00:00' };
		expect(readEntry(same, ahead, NOW)).toMatchObject({ startedAt: ahead.startedAt });
		expect(readEntry({ ...same, length: '21' }, ahead, NOW)).toEqual({ faults: ['future'] });
	});
});

describe('a new sit', () => {
	const text = { day: '2026-11-23', time: '07:30', offset: '', length: '1 h 5' };

	it('has the UTC offset of this computer at its start', () => {
		const read = (day: string) => readEntry({ ...text, day }, null, NOW);
		expect(read('2026-11-23')).toEqual({
			startedAt: '2026-11-23T07:30:00+01:00',
			satSeconds: 3900,
		});
		expect(read('2026-07-23')).toMatchObject({ startedAt: '2026-07-23T07:30:00+02:00' });
	});

	it('moves on from a time that does not exist, and takes the first of a doubled one', () => {
		const read = (day: string, time: string) => readEntry({ ...text, day, time }, null, NOW);
		expect(read('2026-03-29', '02:30')).toMatchObject({ startedAt: '2026-03-29T03:30:00+02:00' });
		expect(read('2026-10-25', '02:30')).toMatchObject({ startedAt: '2026-10-25T02:30:00+02:00' });
	});

	it.each([
		[{ day: '2026-02-30' }, ['day']],
		[{ time: '25:00' }, ['time']],
		[{ length: '' }, ['length']],
		[{ length: '25 h' }, ['length']],
		[{ day: '', time: '', length: '0' }, ['day', 'time', 'length']],
		[{ day: '2026-11-24', time: '12:30', length: '31' }, ['future']],
		[{ day: '2027-01-01' }, ['future']],
	])('is not possible: %j', (change, faults) =>
		expect(readEntry({ ...text, ...change }, null, NOW)).toEqual({ faults }),
	);

	it('may end right now', () => {
		const read = readEntry({ ...text, day: '2026-11-24', time: '12:30', length: '30' }, null, NOW);
		expect(read).toEqual({ startedAt: '2026-11-24T12:30:00+01:00', satSeconds: 1800 });
	});
});
