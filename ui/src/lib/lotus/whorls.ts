/** Whorls of the flower from the outside in, with the pose of their petals as a bud and in full bloom. */

/** Value of a parameter as a bud and in full bloom. */
export type Span = readonly [bud: number, bloom: number];

export type Row = 'outer' | 'middle' | 'inner';

export interface Whorl {
	name: Row;
	count: number;
	/** Rotation of the whorl about its axis, as a fraction of the angle between two petals. */
	turn: number;
	/** Progress at which the whorl starts to open, and at which it is open. */
	from: number;
	to: number;
	length: Span;
	/** Half width of a petal. */
	width: Span;
	/** Angle from upright, in radians. */
	lean: Span;
	/** Bend of the spine towards the axis from base to tip, in radians. */
	bend: Span;
	/** Angle by which the edges are turned up towards the axis, in radians. */
	cup: Span;
	/** Distance of the base from the axis. */
	seat: Span;
	/** Fraction by which a petal that points at the viewer leans less in full bloom; negative if it leans more. */
	rise: number;
	/** Fraction by which such a petal is shortened, so that the heart is visible. */
	short: number;
}

export const WHORLS: readonly Whorl[] = [
	{
		name: 'outer',
		count: 8,
		turn: 0,
		from: -0.04,
		to: 0.96,
		length: [118, 158],
		width: [34, 44],
		lean: [0.02, 1.14],
		bend: [1.45, 0.95],
		cup: [1.05, 0.5],
		seat: [5, 12],
		rise: 0.34,
		short: 0.3,
	},
	{
		name: 'middle',
		count: 8,
		turn: 0.5,
		from: 0,
		to: 0.98,
		length: [124, 160],
		width: [33, 45],
		lean: [0, 0.74],
		bend: [1.4, 0.95],
		cup: [1.05, 0.62],
		seat: [4, 9],
		rise: 0.1,
		short: 0.3,
	},
	{
		name: 'inner',
		count: 8,
		turn: 0,
		from: 0.06,
		to: 1,
		length: [116, 136],
		width: [28, 40],
		lean: [0, 0.44],
		bend: [1.3, 0.9],
		cup: [1.05, 0.78],
		seat: [2, 7],
		rise: -0.35,
		short: 0.42,
	},
];

/** Interpolates linearly between bud and bloom. */
export function mix([bud, bloom]: Span, open: number): number {
	return bud + (bloom - bud) * open;
}

/** Easing: faster at the start, so that the opening is visible at once, and slower at the end. */
export function ease(t: number): number {
	return t * (1 + 0.38 * (1 - t));
}

export function clamp(value: number): number {
	return Math.min(1, Math.max(0, value));
}

/** Returns how far a whorl is open at `progress` of a sit, 0 to 1. */
export function openness(whorl: Whorl, progress: number): number {
	const at = (p: number) => ease(clamp((p - whorl.from) / (whorl.to - whorl.from)));
	const start = at(0);
	return (at(progress) - start) / (1 - start);
}
