/**
 * Redraw schedule of the lotus: a redraw is due when an edge of a petal has moved by half a pixel of the
 * screen. Smaller movements are invisible, and every redraw has the same cost. Petals are fast in the first
 * half and slow near both ends: a sit of 20 minutes in a window of 480 x 640 is redrawn every 2.3 to 4.6 s,
 * about 380 times.
 */
import { tips } from './lotus';
import { RING_RADIUS, VIEW } from './view';

/** Maximum movement of the fastest point between two redraws, in pixels of the screen. */
const VISIBLE = 0.5;
/** The end of the arc travels the whole ring, but it is faded, so its movement counts for a tenth. */
const ARC = (2 * Math.PI * RING_RADIUS) / 10;
/** Maximum number of redraws in one sit, for any window size and pixel density. */
const MOST_PICTURES = 600;
/** Minimum interval in milliseconds. At the speed of a short sit, five redraws a second are smooth. */
const FASTEST_MS = 200;
/** Maximum interval in milliseconds, so that the arc keeps moving in a long sit. */
const SLOWEST_MS = 60_000;
/** Number of intervals of progress in each of which the speed is taken as constant. */
const STRETCHES = 50;

/** Cached result of `follow`, which takes some milliseconds. Computed only if a sit is shown. */
let found: readonly number[] | undefined;

/** Returns the distance that the fastest point has travelled before each interval, in units of the view box. */
function travel(): readonly number[] {
	return (found ??= follow());
}

function follow(): number[] {
	const far = [0];
	let before = tips(0);
	for (let i = 1; i <= STRETCHES; i += 1) {
		const after = tips(i / STRETCHES);
		// The tip is the fastest point of a petal, or nearly so, which a test checks.
		const moved = after.map((tip, at) => {
			const was = before[at]!;
			return Math.hypot(tip.x - was.x, tip.y - was.y);
		});
		far.push(far[i - 1]! + Math.max(ARC / STRETCHES, ...moved));
		before = after;
	}
	return far;
}

/** Returns the total distance from bud to bloom. */
function whole(): number {
	return travel()[STRETCHES]!;
}

/** Returns the distance that the fastest point has travelled at `progress`. */
function come(progress: number): number {
	const stretch = Math.min(STRETCHES - 1, Math.floor(progress * STRETCHES));
	const [from, to] = [travel()[stretch]!, travel()[stretch + 1]!];
	return from + (to - from) * (progress * STRETCHES - stretch);
}

/** Returns the progress at which the fastest point has travelled the distance `far`. */
function reached(far: number): number {
	if (far >= whole()) return 1;
	const stretch = travel().findIndex((next) => next > far) - 1;
	const [from, to] = [travel()[stretch]!, travel()[stretch + 1]!];
	return (stretch + (far - from) / (to - from)) / STRETCHES;
}

/**
 * Returns the progress at which the next redraw is due after the one at `progress`. `pixels` is the side of
 * the square picture, in pixels of the screen.
 */
export function nextPicture(progress: number, pixels: number): number {
	const visible = VISIBLE / (Math.max(1, pixels) / VIEW);
	return reached(come(progress) + Math.max(visible, whole() / MOST_PICTURES));
}

/** Returns the progress to draw with reduced motion, which has five states from bud to bloom. */
export function inSteps(progress: number): number {
	return Math.floor(progress * 4) / 4;
}

/** Returns the progress at which the next state of `inSteps` is due. */
export function nextStep(progress: number): number {
	return Math.min(1, inSteps(progress) + 0.25);
}

/**
 * Returns the milliseconds from `progress` to `next` if progress grows by `perSecond`, within the limits, or null
 * if nothing moves.
 */
export function wait(progress: number, next: number, perSecond: number): number | null {
	if (perSecond <= 0 || next <= progress) return null;
	const ms = ((next - progress) / perSecond) * 1000;
	return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, ms));
}
