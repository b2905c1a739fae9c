/**
 * How often the picture of a sit is worth redrawing: when its fastest point has moved so far that an eye
 * could tell. A redraw costs the same whether it shows anything new or not; drawn by a processor alone it
 * is 20 to 60 ms. So a sit of 20 minutes at 480 x 640 is drawn anew every 2.9 s, which is 1 to 2 % of a
 * core, one of an hour every 8.6 s, one of a minute five times a second.
 */
import { lotus } from './lotus';
import { RING_RADIUS, VIEW } from './view';

/** Pixels (as CSS counts them) that the fastest point moves between two redraws. */
const VISIBLE = 1;
/** However large the window: no more pictures than these in one sit. */
const MOST_PICTURES = 420;
/** A short sit is no film: at these speeds five pictures a second are smooth. */
const FASTEST_MS = 200;
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

/** Milliseconds between redraws of a sit of that length, drawn `side` pixels wide and high. */
export function period(sitSeconds: number, side: number): number {
	const seconds = Math.max(1, sitSeconds);
	const moved = VISIBLE / ((speed * (Math.max(1, side) / VIEW)) / seconds);
	return Math.min(
		SLOWEST_MS,
		Math.max(FASTEST_MS, 1000 * Math.max(moved, seconds / MOST_PICTURES)),
	);
}

/** With reduced motion there are only states: the bud, three between, the bloom. */
export function inSteps(progress: number): number {
	return Math.floor(progress * 4) / 4;
}
