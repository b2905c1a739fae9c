/**
 * The lotus as a pure function: how far a sit has come (0 to 1) in, outlines out. Knows nothing of
 * colours, time, or the page.
 *
 * A petal is a curved, cupped leaf in space: its spine leaves the receptacle in the direction of its
 * azimuth and bends in a vertical plane, its cross-section is a parabola. What is drawn is its outline
 * as seen by someone who sits before the pond, eyes a little above the flower. Petals of a whorl share
 * one posture; the outer whorls open first, and all of them begin at once.
 */

/** Side of the square view box that holds the ring, the flower and the water. */
export const VIEW = 400;
/** Centre of the ring. */
export const CENTRE = { x: 200, y: 200 } as const;
/** Radius of the ring. */
export const RING_RADIUS = 190;
/** Where the flower stands on the water. */
export const ROOT = { x: 200, y: 268 } as const;

export interface Point {
	x: number;
	y: number;
}

/** What a petal looks like to the one who sees it: which of its faces, and in which row. */
export type Tone = `${'outer' | 'middle' | 'inner'}-${'back' | 'side' | 'front'}`;

export interface Petal {
	/** Stable over all progress, so that one element can be kept for each petal. */
	id: string;
	tone: Tone;
	/** Closed outline, ready for an SVG path. */
	outline: string;
	tip: Point;
}

export interface Stamen {
	from: Point;
	bend: Point;
	tip: Point;
}

export interface Lotus {
	/** Back to front; the heart belongs after `petals[heartAfter - 1]`. */
	petals: Petal[];
	heartAfter: number;
	/** Half width of the bloom, for the light and the reflection it casts. */
	reach: number;
	/** 0 to 1: how much of the heart is uncovered. */
	heart: number;
}

interface Whorl {
	name: 'outer' | 'middle' | 'inner';
	count: number;
	/** Turns the whorl about its axis, in parts of the angle between two petals. */
	turn: number;
	/** Progress at which it begins and is done. */
	from: number;
	to: number;
	/** Length, half width, lean from upright and cup (radians): as a bud and in full bloom. */
	length: Span;
	width: Span;
	lean: Span;
	/** How far the spine bends back towards the axis from base to tip, in radians. */
	bend: Span;
	cup: Span;
	/** Distance of the base from the axis. */
	seat: Span;
	/** How much less a petal leans in full bloom when it leans straight at the eye. */
	rise: number;
	/** How much shorter it is then, so that the heart can be seen. */
	short: number;
}

type Span = readonly [bud: number, bloom: number];

/** How far above the horizon the eyes are, in radians. */
const EYE = 0.34;

const WHORLS: readonly Whorl[] = [
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

/** Where along a petal its outline is taken, denser at both ends. */
const STATIONS = [0, 0.06, 0.18, 0.36, 0.55, 0.73, 0.87, 1] as const;

function mix([bud, bloom]: Span, open: number): number {
	return bud + (bloom - bud) * open;
}

function clamp(value: number, low = 0, high = 1): number {
	return Math.min(high, Math.max(low, value));
}

/** Quick at first, so that opening is seen at once; then mostly even, and gentle at the end. */
function ease(t: number): number {
	return t * (1 + 0.38 * (1 - t));
}

function openness(whorl: Whorl, progress: number): number {
	const at = (p: number) => ease(clamp((p - whorl.from) / (whorl.to - whorl.from)));
	const start = at(0);
	return (at(progress) - start) / (1 - start);
}

/** Half width of a petal at `s` of its length: narrow foot, full belly, a small point. */
function profile(s: number): number {
	return Math.pow(s, 0.66) * Math.pow(1 - s, 0.74) * 1.77;
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

interface Spine {
	out: number;
	up: number;
	angle: number;
}

/** The spine in its plane: distance from the axis, height, and angle from upright, at each station. */
function spine(whorl: Whorl, open: number, ease: number, short: number): Spine[] {
	const length = mix(whorl.length, open) * short;
	const lean = mix(whorl.lean, open) * ease;
	const bend = mix(whorl.bend, open);
	const seat = mix(whorl.seat, open);
	const slant = (s: number) => lean + bend * (0.5 - s + 2.2 * Math.max(0, s - 0.72) ** 1.5);
	const steps = 24;
	const points: Spine[] = [];
	let out = seat;
	let up = 0;
	let done = 0;
	for (const station of STATIONS) {
		const target = Math.round(station * steps * 4);
		while (done < target) {
			const angle = slant((done + 0.5) / (steps * 4));
			out += (Math.sin(angle) * length) / (steps * 4);
			up += (Math.cos(angle) * length) / (steps * 4);
			done += 1;
		}
		points.push({ out, up, angle: slant(station) });
	}
	// As a bud, all tips meet over the axis.
	const stray = points[points.length - 1]!.out * (1 - open) ** 4;
	points.forEach((point, i) => (point.out -= stray * STATIONS[i]! ** 3));
	return points;
}

/** Seen from before the pond: x to the right, y down, relative to the root. */
function project(x: number, near: number, up: number): Point {
	return { x, y: near * Math.sin(EYE) - up * Math.cos(EYE) };
}

interface Drawn extends Petal {
	depth: number;
}

function petal(whorl: Whorl, index: number, progress: number): Drawn {
	const open = openness(whorl, progress);
	const azimuth = ((index + whorl.turn) / whorl.count) * 2 * Math.PI;
	const sin = Math.sin(azimuth);
	const cos = Math.cos(azimuth);
	const front = Math.max(0, cos);
	// A petal that leans straight at the eye would show as a mere lip: those in front stand up a little.
	const line = spine(whorl, open, 1 - whorl.rise * front * open, 1 - whorl.short * front * open);
	const width = mix(whorl.width, open);
	// One seen from its edge turns a little of its face to the eye.
	const cup = mix(whorl.cup, open) + 0.3 * open * sin * sin;

	const seen = line.map(({ out, up }) => project(out * sin, out * cos, up));
	const foot = seen[0]!;
	const end = seen[seen.length - 1]!;
	const chord = unit(end.x - foot.x, end.y - foot.y);
	const left: Point[] = [];
	const right: Point[] = [];
	line.forEach(({ angle }, i) => {
		const before = seen[Math.max(0, i - 1)]!;
		const after = seen[Math.min(seen.length - 1, i + 1)]!;
		const along = unit(after.x - before.x + chord.x * 6, after.y - before.y + chord.y * 6);
		const across = { x: -along.y, y: along.x };
		const half = width * profile(STATIONS[i]!);
		// From the spine to its edges: sideways, and lifted towards the axis by the cup.
		const side = project(half * Math.cos(cup) * cos, -half * Math.cos(cup) * sin, 0);
		const inward = half * Math.sin(cup);
		const lift = project(
			-inward * Math.cos(angle) * sin,
			-inward * Math.cos(angle) * cos,
			inward * Math.sin(angle),
		);
		const [low, high] = extent(
			dot(side, across) + dot(lift, across),
			-dot(side, across) + dot(lift, across),
		);
		const at = seen[i]!;
		left.push({ x: at.x + across.x * low, y: at.y + across.y * low });
		right.push({ x: at.x + across.x * high, y: at.y + across.y * high });
	});
	const last = left.length - 1;
	const ring = [foot, ...left.slice(1, last), end, ...right.slice(1, last).reverse()];
	const place = (p: Point): Point => ({ x: p.x + ROOT.x, y: p.y + ROOT.y });
	const facing = cos > 0.5 ? 'front' : cos < -0.5 ? 'back' : 'side';
	return {
		id: `${whorl.name}-${index}`,
		tone: `${whorl.name}-${facing}`,
		outline: smooth(ring.map(place), [0, last]),
		tip: place(end),
		// Farther petals first; on one side the outer whorl lies before the inner one.
		depth: cos * (whorl.name === 'outer' ? 3 : whorl.name === 'middle' ? 2 : 1),
	};
}

/** The reach of the parabola through `right`, 0 and `left`, to either side of 0. */
function extent(one: number, other: number): [number, number] {
	const a = (one + other) / 2;
	const b = (one - other) / 2;
	const turn = a === 0 ? Infinity : -b / (2 * a);
	const vertex = Math.abs(turn) < 1 ? a * turn * turn + b * turn : 0;
	return [Math.min(one, other, vertex), Math.max(one, other, vertex)];
}

function unit(x: number, y: number): Point {
	const size = Math.hypot(x, y);
	return size < 1e-9 ? { x: 0, y: -1 } : { x: x / size, y: y / size };
}

function dot(a: Point, b: Point): number {
	return a.x * b.x + a.y * b.y;
}

/** A closed curve through all points, smooth but for the corners. */
function smooth(points: Point[], corners: number[]): string {
	const count = points.length;
	const tangent = (i: number): Point => {
		if (corners.includes(i)) return { x: 0, y: 0 };
		const before = points[(i - 1 + count) % count]!;
		const after = points[(i + 1) % count]!;
		return { x: (after.x - before.x) / 6, y: (after.y - before.y) / 6 };
	};
	let path = `M${round(points[0]!.x)} ${round(points[0]!.y)}`;
	for (let i = 0; i < count; i += 1) {
		const j = (i + 1) % count;
		const [from, to, out, into] = [points[i]!, points[j]!, tangent(i), tangent(j)];
		path += `C${round(from.x + out.x)} ${round(from.y + out.y)} ${round(to.x - into.x)} ${round(to.y - into.y)} ${round(to.x)} ${round(to.y)}`;
	}
	return path + 'Z';
}

/** The lotus at `progress`; values outside 0 to 1 are taken as the nearest end. */
export function lotus(progress: number): Lotus {
	const at = clamp(Number.isFinite(progress) ? progress : 0);
	const drawn = WHORLS.flatMap((whorl) =>
		Array.from({ length: whorl.count }, (_, index) => petal(whorl, index, at)),
	).sort((a, b) => a.depth - b.depth);
	const reach = Math.max(...drawn.map((one) => Math.abs(one.tip.x - ROOT.x)));
	return {
		petals: drawn.map(({ id, tone, outline, tip }) => ({ id, tone, outline, tip })),
		heartAfter: drawn.findIndex((one) => one.depth > 0),
		reach,
		heart: ease(clamp((at - 0.35) / 0.65)),
	};
}
