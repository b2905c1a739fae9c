/**
 * How often the picture of a sit is worth redrawing: when its fastest point has moved so far that an eye
 * could tell. A redraw costs the same whether it shows anything new or not, and most computers that sit by
 * a cushion have better things to save.
 */
import { RING_RADIUS, VIEW, lotus } from './geometry';

/** Pixels of the screen that the fastest tip moves between two redraws. */
const VISIBLE = 0.5;
/** A short sit is no animation: ten pictures a second are smooth at these speeds. */
const FASTEST_MS = 100;
/** A long one still answers within this time. */
const SLOWEST_MS = 10_000;

/** How far the fastest point travels per unit of progress, in units of the view box; measured once. */
export const speed = measure();

function measure(): number {
	const steps = 20;
	// The arc's end runs round the whole ring, but as the end of a hairline: it counts for a third.
	let most = (2 * Math.PI * RING_RADIUS) / 3;
	for (let i = 0; i < steps; i += 1) {
		const before = lotus(i / steps).petals;
		const after = lotus((i + 1) / steps).petals;
		before.forEach((petal, at) => {
			const moved = Math.hypot(after[at]!.tip.x - petal.tip.x, after[at]!.tip.y - petal.tip.y);
			most = Math.max(most, moved * steps);
		});
	}
	return most;
}

/** Milliseconds between redraws of a sit of that length, drawn `side` screen pixels wide and high. */
export function period(sitSeconds: number, side: number): number {
	const pixelsPerSecond = (speed * (side / VIEW)) / Math.max(1, sitSeconds);
	return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, (VISIBLE / pixelsPerSecond) * 1000));
}

/** With reduced motion there are only states: the bud, three between, the bloom. */
export function inSteps(progress: number): number {
	return Math.floor(progress * 4) / 4;
}
