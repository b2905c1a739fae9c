import { describe, expect, it } from 'vitest';
import { lotus } from './lotus';
import { inSteps, period, speed } from './pace';
import { ripples } from './ripples';
import { ROOT, VIEW } from './view';

const STEPS = Array.from({ length: 101 }, (_, index) => index / 100);
const numbers = (outline: string) => (outline.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

describe('the lotus', () => {
	it('is made of finite numbers inside the view box at all times', () => {
		for (const progress of STEPS) {
			for (const { outline } of lotus(progress).petals) {
				expect(outline).toMatch(/^M[-\d. C]+Z$/);
				expect(numbers(outline).every((n) => Number.isFinite(n) && n >= 0 && n <= VIEW)).toBe(true);
			}
		}
	});

	it('is the same on the left and on the right', () => {
		for (const progress of [0, 0.1, 0.5, 0.9, 1]) {
			const tips = lotus(progress).petals.map(({ tip }) => tip);
			for (const tip of tips) {
				const mirrored = tips.find(
					(other) =>
						Math.abs(other.x + tip.x - 2 * ROOT.x) < 1e-6 && Math.abs(other.y - tip.y) < 1e-6,
				);
				expect(mirrored).toBeDefined();
			}
		}
	});

	it('only ever opens', () => {
		const reaches = STEPS.map((progress) => lotus(progress).reach);
		reaches.slice(1).forEach((reach, i) => expect(reach).toBeGreaterThanOrEqual(reaches[i]!));
		const hearts = STEPS.map((progress) => lotus(progress).heart);
		hearts.slice(1).forEach((heart, i) => expect(heart).toBeGreaterThanOrEqual(hearts[i]!));
	});

	it('begins to open at once: a tip moves visibly within the first twentieth', () => {
		const before = lotus(0).petals;
		const moved = lotus(0.05).petals.map((petal, i) =>
			Math.hypot(petal.tip.x - before[i]!.tip.x, petal.tip.y - before[i]!.tip.y),
		);
		expect(Math.max(...moved)).toBeGreaterThan(4);
	});

	it('keeps its petals in one order, so that each has one element', () => {
		const order = (progress: number) => lotus(progress).petals.map(({ id }) => id);
		for (const progress of STEPS) expect(order(progress)).toEqual(order(0));
		expect(new Set(order(0)).size).toBe(order(0).length);
	});

	it('takes what lies beyond as the nearest end', () => {
		expect(lotus(-1)).toEqual(lotus(0));
		expect(lotus(7)).toEqual(lotus(1));
		expect(lotus(Number.NaN)).toEqual(lotus(0));
	});
});

describe('the water', () => {
	it('keeps its rings inside the view box and lets them come and go', () => {
		for (const progress of STEPS) {
			for (const { rx, ry, opacity } of ripples(progress)) {
				expect(rx).toBeLessThan(VIEW / 2);
				expect(ry).toBeLessThan(rx);
				expect(opacity).toBeGreaterThanOrEqual(0);
				expect(opacity).toBeLessThanOrEqual(1);
			}
		}
	});
});

describe('the pace', () => {
	it('is the time in which the fastest point moves one pixel', () => {
		const pixelsPerSecond = (speed * (320 / VIEW)) / 1200;
		expect(period(1200, 320)).toBeCloseTo(1000 / pixelsPerSecond);
	});

	it('draws no sit more than 420 times, however large the window', () => {
		expect(period(1200, 4000)).toBeCloseTo(1_200_000 / 420);
	});

	it('is slower for a longer sit and faster for a larger picture', () => {
		expect(period(3600, 320)).toBeGreaterThan(period(1200, 320));
		expect(period(1200, 400)).toBeLessThan(period(1200, 320));
	});

	it('is never a film and never a still', () => {
		expect(period(1, 4000)).toBe(200);
		expect(period(86_400, 100)).toBe(10_000);
	});

	it('knows five states when motion is reduced', () => {
		expect(new Set(STEPS.map(inSteps))).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
	});
});
