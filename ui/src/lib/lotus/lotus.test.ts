import { describe, expect, it } from 'vitest';
import { lotus, tips } from './lotus';
import { inSteps, nextPicture, nextStep, wait } from './pace';
import { ripples } from './ripples';
import { ROOT, VIEW } from './view';

const STEPS = Array.from({ length: 101 }, (_, index) => index / 100);
const FLOWERS = STEPS.map(lotus);
const numbers = (outline: string) => (outline.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);

describe('the lotus', () => {
	it('has finite coordinates inside the view box at any progress', () => {
		const within = (path: string) => numbers(path).every((n) => n >= 0 && n <= VIEW);
		for (const { outline, veins } of FLOWERS.flatMap((flower) => flower.petals)) {
			expect(/^M[-\d. C]+Z$/.test(outline) && /^[-\d. MC]+$/.test(veins)).toBe(true);
			expect(within(outline) && within(veins)).toBe(true);
		}
	});

	it('is symmetric', () => {
		for (const progress of [0, 0.1, 0.5, 0.9, 1]) {
			const seen = lotus(progress).petals.map(({ tip }) => tip);
			for (const tip of seen) {
				const mirrored = seen.find(
					(other) =>
						Math.abs(other.x + tip.x - 2 * ROOT.x) < 1e-6 && Math.abs(other.y - tip.y) < 1e-6,
				);
				expect(mirrored).toBeDefined();
			}
		}
	});

	it('never closes', () => {
		const reaches = FLOWERS.map((flower) => flower.reach);
		reaches.slice(1).forEach((reach, i) => expect(reach).toBeGreaterThanOrEqual(reaches[i]!));
		const hearts = FLOWERS.map((flower) => flower.heart);
		hearts.slice(1).forEach((heart, i) => expect(heart).toBeGreaterThanOrEqual(hearts[i]!));
	});

	it('starts to open at once: a tip moves visibly within the first 5 %', () => {
		const before = lotus(0).petals;
		const moved = lotus(0.05).petals.map((petal, i) =>
			Math.hypot(petal.tip.x - before[i]!.tip.x, petal.tip.y - before[i]!.tip.y),
		);
		expect(Math.max(...moved)).toBeGreaterThan(4);
	});

	it('keeps its petals in one order, so that each has one element', () => {
		const orders = FLOWERS.map((flower) => flower.petals.map(({ id }) => id).join(' '));
		expect(new Set(orders).size).toBe(1);
		expect(new Set(orders[0]!.split(' ')).size).toBe(24);
	});

	it('has the same tips as the separately computed ones', () => {
		const order = (points: { x: number; y: number }[]) =>
			points.map(({ x, y }) => `${x.toFixed(6)} ${y.toFixed(6)}`).sort();
		for (const progress of [0, 0.3, 0.8, 1])
			expect(order(tips(progress))).toEqual(order(lotus(progress).petals.map(({ tip }) => tip)));
	});

	it('clamps progress outside 0 to 1', () => {
		expect(lotus(-1)).toEqual(lotus(0));
		expect(lotus(7)).toEqual(lotus(1));
		expect(lotus(Number.NaN)).toEqual(lotus(0));
	});
});

describe('the water', () => {
	it('keeps its rings inside the view box and their opacity between 0 and 1', () => {
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

describe('redrawing', () => {
	/** Returns the progress of every redraw of a whole sit, for a picture of this height in pixels. */
	function pictures(pixels: number): number[] {
		const all = [0];
		while (all.at(-1)! < 1) all.push(nextPicture(all.at(-1)!, pixels));
		return all;
	}

	/** Returns the largest movement of a point of an outline between two redraws, in pixels. */
	function moved(from: number, to: number, pixels: number): number {
		const [before, after] = [lotus(from).petals, lotus(to).petals];
		return Math.max(
			...before.flatMap(({ outline }, petal) => {
				const [was, is] = [numbers(outline), numbers(after[petal]!.outline)];
				return was.map((_, i) =>
					i % 2 ? 0 : (Math.hypot(is[i]! - was[i]!, is[i + 1]! - was[i + 1]!) * pixels) / VIEW,
				);
			}),
		);
	}

	it('happens when an edge has moved by about half a pixel', () => {
		const all = pictures(440);
		all.slice(1, -1).forEach((to, i) => {
			// Checks every twelfth redraw to save time.
			if (i % 12 > 0) return;
			const far = moved(all[i]!, to, 440);
			expect(far).toBeLessThan(0.65);
			// Near both ends the petals are slower than the arc, which then decides.
			if (to > 0.05 && to < 0.9) expect(far).toBeGreaterThan(0.4);
		});
	});

	it('happens every 2.3 to 4.6 s in a sit of 20 minutes at 480 x 640', () => {
		const all = pictures(440);
		const seconds = all.slice(1, -1).map((to, i) => wait(all[i]!, to, 1 / 1200)! / 1000);
		expect(Math.min(...seconds)).toBeGreaterThan(2.25);
		expect(Math.max(...seconds)).toBeLessThan(4.7);
		expect(all.length).toBeLessThan(400);
	});

	it('happens at most 600 times per sit in a window of any size', () => {
		expect(pictures(8000).length).toBeLessThanOrEqual(602);
	});

	it('happens at most every 200 ms', () => {
		expect(wait(0.5, nextPicture(0.5, 4000), 1)).toBe(200);
	});

	it('does not happen while nothing moves', () => {
		expect(wait(1, nextPicture(1, 440), 1 / 1200)).toBeNull();
		expect(wait(0.5, nextPicture(0.5, 440), 0)).toBeNull();
	});

	it('has five steps with reduced motion', () => {
		expect(new Set(STEPS.map(inSteps))).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
		expect(STEPS.map(nextStep).every((next, i) => next > STEPS[i]! || next === 1)).toBe(true);
		expect(new Set(STEPS.map(nextStep))).toEqual(new Set([0.25, 0.5, 0.75, 1]));
	});
});
