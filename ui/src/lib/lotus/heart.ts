/**
 * Heart of the open flower: a seed pod between two rows of stamens. Its paths do not depend on progress;
 * `Heart.svelte` moves and scales them.
 */

/** A row of stamens: one SVG path of all filaments, and one of all anthers. */
export interface Stamens {
	filaments: string;
	anthers: string;
}

function row(count: number, length: number, spread: number, drop: number): Stamens {
	const stamens = Array.from({ length: count }, (_, index) => {
		const side = (index / (count - 1) - 0.5) * 2;
		// Lengths alternate to look natural, but are the same on both sides.
		const own = length * (1 - 0.2 * side * side) + (index % 2 === 0 ? 0 : -3.2);
		const x = Math.sin(side * spread) * own;
		const y = drop - Math.cos(side * spread) * own * 0.8;
		return {
			filament: `M${at(side * 12)} 16Q${at(x * 0.82)} ${at(y * 0.25)} ${at(x)} ${at(y)}`,
			anther: ellipse(x, y, 1.3, 2.5, Math.round(side * 58)),
		};
	});
	return {
		filaments: stamens.map(({ filament }) => filament).join(''),
		anthers: stamens.map(({ anther }) => anther).join(''),
	};
}

/** Returns the SVG path of an ellipse, rotated by `turn` degrees. */
function ellipse(x: number, y: number, rx: number, ry: number, turn = 0): string {
	const angle = (turn / 180) * Math.PI;
	const [dx, dy] = [-ry * Math.sin(angle), ry * Math.cos(angle)];
	const half = (to: 1 | -1) => `A${rx} ${ry} ${turn} 0 1 ${at(x + to * dx)} ${at(y + to * dy)}`;
	return `M${at(x - dx)} ${at(y - dy)}${half(1)}${half(-1)}Z`;
}

function at(value: number): string {
	return value.toFixed(2);
}

export const BEHIND = row(25, 42, 1.12, 7);
export const BEFORE = row(17, 27, 1.25, 12);

const PLACES: readonly (readonly [x: number, y: number])[] = [
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

/** SVG path of the visible seeds. */
export const SEEDS = PLACES.map(([x, y]) => ellipse(x, y, 1.6, 0.95)).join('');
