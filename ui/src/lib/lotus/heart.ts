/** The heart of the open flower: a seed pod between two rows of stamens. It stands still; only its size changes. */

export interface Stamen {
	filament: string;
	x: number;
	y: number;
	/** Of the anther, in degrees. */
	turn: number;
}

function row(count: number, length: number, spread: number, drop: number): Stamen[] {
	return Array.from({ length: count }, (_, index) => {
		const side = (index / (count - 1) - 0.5) * 2;
		// Uneven as in nature, but the same on both sides.
		const own = length * (1 - 0.2 * side * side) + (index % 2 === 0 ? 0 : -3.2);
		const x = Math.sin(side * spread) * own;
		const y = drop - Math.cos(side * spread) * own * 0.8;
		const at = (value: number) => value.toFixed(1);
		return {
			filament: `M${at(side * 12)} 16Q${at(x * 0.82)} ${at(y * 0.25)} ${at(x)} ${at(y)}`,
			x: Number(at(x)),
			y: Number(at(y)),
			turn: Math.round(side * 58),
		};
	});
}

export const BEHIND = row(25, 42, 1.12, 7);
export const BEFORE = row(17, 27, 1.25, 12);

/** Where seeds show on the pod. */
export const SEEDS: readonly (readonly [number, number])[] = [
	[-10.5, -4],
	[-5.4, -6.2],
	[0, -7],
	[5.4, -6.2],
	[10.5, -4],
	[-5.6, -2],
	[0, -3.4],
	[5.6, -2],
	[0, -0.6],
];
