/**
 * How often the picture of a sit is worth redrawing: when an edge of a petal has moved by half a pixel of
 * the screen. Less than that no eye can tell, and a redraw costs the same whether it shows anything new or
 * not. Petals are fast in the first half and slow towards both ends: a sit of 20 minutes in a window of
 * 480 x 640 is redrawn every 2.3 to 4.6 s, some 380 times.
 */
import { tips } from './lotus';
import { RING_RADIUS, VIEW } from './view';

/** Pixels of the screen that the fastest point may move between two pictures. */
const VISIBLE = 0.5;
/** The end of the arc runs round the whole ring, but it is soft: it counts for a tenth. */
const ARC = (2 * Math.PI * RING_RADIUS) / 10;
/** However large the window and fine its pixels: no more pictures than these in one sit. */
const MOST_PICTURES = 600;
/** A short sit is no film: at this speed five pictures a second are smooth. */
const FASTEST_MS = 200;
/** In a long one the end of the arc goes on too. */
const SLOWEST_MS = 60_000;
/** Stretches over which the speed of the petals is taken as even. */
const STRETCHES = 50;

/** What `travel` has found. It takes some milliseconds: no window waits for it that shows no sit. */
let found: readonly number[] | undefined;

/** How far the fastest point of all has come at the beginning of each stretch, in units of the view box. */
function travel(): readonly number[] {
	return (found ??= follow());
}

function follow(): number[] {
	const far = [0];
	let before = tips(0);
	for (let i = 1; i <= STRETCHES; i += 1) {
		const after = tips(i / STRETCHES);
		// Of all points of a petal its tip is the fastest, or as good as: so it is tested.
		const moved = after.map((tip, at) => {
			const was = before[at]!;
			return Math.hypot(tip.x - was.x, tip.y - was.y);
		});
		far.push(far[i - 1]! + Math.max(ARC / STRETCHES, ...moved));
		before = after;
	}
	return far;
}

/** How far it comes from the bud to the bloom. */
function whole(): number {
	return travel()[STRETCHES]!;
}

/** How far the fastest point has come at that progress. */
function come(progress: number): number {
	const stretch = Math.min(STRETCHES - 1, Math.floor(progress * STRETCHES));
	const [from, to] = [travel()[stretch]!, travel()[stretch + 1]!];
	return from + (to - from) * (progress * STRETCHES - stretch);
}

/** The progress at which the fastest point has come so far. */
function reached(far: number): number {
	if (far >= whole()) return 1;
	const stretch = travel().findIndex((next) => next > far) - 1;
	const [from, to] = [travel()[stretch]!, travel()[stretch + 1]!];
	return (stretch + (far - from) / (to - from)) / STRETCHES;
}

/**
 * The progress at which the next picture is due after the one at `progress`, drawn so many pixels of the
 * screen wide and high.
 */
export function nextPicture(progress: number, pixels: number): number {
	const visible = VISIBLE / (Math.max(1, pixels) / VIEW);
	return reached(come(progress) + Math.max(visible, whole() / MOST_PICTURES));
}

/** With reduced motion there are only states: the bud, three between, the bloom. */
export function inSteps(progress: number): number {
	return Math.floor(progress * 4) / 4;
}

/** The progress at which the next state is due. */
export function nextStep(progress: number): number {
	return Math.min(1, inSteps(progress) + 0.25);
}

/** Milliseconds from one progress to the next, at a speed of so much a second; null: it stands still. */
export function wait(progress: number, next: number, perSecond: number): number | null {
	if (perSecond <= 0 || next <= progress) return null;
	const ms = ((next - progress) / perSecond) * 1000;
	return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, ms));
}
