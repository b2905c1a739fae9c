/**
 * One petal: a curved, cupped surface in space. Its spine starts at the receptacle in the direction of its
 * azimuth and bends in a vertical plane. Its cross-section is a parabola. The result is the projected outline
 * and the veins along it.
 */
import { closed, curve } from './curve';
import { ROOT, project, type Point } from './view';
import { mix, openness, type Whorl } from './whorls';

export interface Shape {
	/** SVG path of the closed outline. */
	outline: string;
	/** SVG path of the veins, from foot to tip. */
	veins: string;
	tip: Point;
	/** Position relative to the heart: behind, beside or in front of it. */
	side: 'back' | 'side' | 'front';
	/** Depth: -1 behind the heart, 1 in front of it. */
	near: number;
}

/** Sample points of the outline as fractions of the length, denser at both ends. */
const STATIONS = [0, 0.06, 0.18, 0.36, 0.55, 0.73, 0.86, 0.95, 1] as const;
/** Integration steps of the spine between two stations. */
const STEPS = 3;
/** Positions of the veins as fractions of the half width. They use every other station. */
const VEINS = [-0.52, 0, 0.52] as const;

/** Returns the relative half width at `s` of the length: narrow at the foot, pointed at the tip. */
function profile(s: number): number {
	const point = Math.max(0, s - 0.7) / 0.3;
	return 1.77 * s ** 0.66 * (1 - s) ** (0.74 + 0.3 * point * point);
}

interface Spine {
	out: number;
	up: number;
	angle: number;
}

/** Returns the spine in its plane: distance from the axis, height, and angle from upright at each station. */
function spine(whorl: Whorl, open: number, upright: number, short: number): Spine[] {
	const length = mix(whorl.length, open) * short;
	const lean = mix(whorl.lean, open) * upright;
	const bend = mix(whorl.bend, open);
	const slant = (s: number) => lean + bend * (0.5 - s + 2.2 * Math.max(0, s - 0.72) ** 1.5);
	let [out, up, before] = [mix(whorl.seat, open), 0, 0];
	const points = STATIONS.map((station): Spine => {
		const step = (station - before) / STEPS;
		for (let i = 0; i < STEPS; i += 1) {
			const angle = slant(before + (i + 0.5) * step);
			out += Math.sin(angle) * length * step;
			up += Math.cos(angle) * length * step;
		}
		before = station;
		return { out, up, angle: slant(station) };
	});
	// As a bud, all tips meet over the axis.
	const stray = points.at(-1)!.out * (1 - open) ** 4;
	points.forEach((point, i) => (point.out -= stray * STATIONS[i]! ** 3));
	return points;
}

/** Returns the pose of a petal: how far it is open, its azimuth and its spine. */
function stand(whorl: Whorl, index: number, progress: number) {
	const open = openness(whorl, progress);
	const azimuth = ((index + whorl.turn) / whorl.count) * 2 * Math.PI;
	const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
	// A petal that points at the viewer would be foreshortened to a thin strip, so petals in front lean less.
	const front = Math.max(0, cos) * open;
	const line = spine(whorl, open, 1 - whorl.rise * front, 1 - whorl.short * front);
	return { open, sin, cos, line };
}

/** Returns the tip of the petal at `index` of its whorl, at `progress` of a sit. */
export function tipOf(whorl: Whorl, index: number, progress: number): Point {
	const { sin, cos, line } = stand(whorl, index, progress);
	const { out, up } = line.at(-1)!;
	return place(project(out * sin, out * cos, up));
}

/** Returns the petal at `index` of its whorl, at `progress` of a sit. */
export function petal(whorl: Whorl, index: number, progress: number): Shape {
	const { open, sin, cos, line } = stand(whorl, index, progress);
	const width = mix(whorl.width, open);
	// A petal that is seen edge-on is cupped more, so that some of its face is visible.
	const cup = mix(whorl.cup, open) + 0.3 * open * sin * sin;

	const seen = line.map(({ out, up }) => project(out * sin, out * cos, up));
	const [foot, tip] = [seen[0]!, seen.at(-1)!];
	const chord = unit(tip.x - foot.x, tip.y - foot.y);
	const left: Point[] = [];
	const right: Point[] = [];
	const veins: Point[][] = VEINS.map(() => []);
	line.forEach(({ angle }, i) => {
		const [at, before, after] = [seen[i]!, seen[Math.max(0, i - 1)]!, seen[i + 1] ?? tip];
		const along = unit(after.x - before.x + chord.x * 6, after.y - before.y + chord.y * 6);
		const across = { x: -along.y, y: along.x };
		const half = width * profile(STATIONS[i]!);
		// Offsets from the spine to an edge: sideways, and towards the axis by the cup.
		const side = project(half * Math.cos(cup) * cos, -half * Math.cos(cup) * sin, 0);
		const inward = half * Math.sin(cup);
		const lift = project(
			-inward * Math.cos(angle) * sin,
			-inward * Math.cos(angle) * cos,
			inward * Math.sin(angle),
		);
		const [low, high] = extent(dot(side, across), dot(lift, across));
		left.push(from(at, across, low));
		right.push(from(at, across, high));
		if (i % 2 > 0) return;
		VEINS.forEach((part, vein) =>
			veins[vein]!.push(place(from(from(at, side, part), lift, part * part))),
		);
	});
	// Both edges meet at the foot and at the tip.
	const edge = (points: Point[]) => [foot, ...points.slice(1, -1), tip].map(place);
	return {
		outline: closed([edge(left), edge(right).reverse()]),
		veins: veins.map(curve).join(''),
		tip: place(tip),
		side: cos > 0.5 ? 'front' : cos < -0.5 ? 'back' : 'side',
		near: cos,
	};
}

/** Returns the projected extent across the spine of a parabola with the offsets `side` and `lift` at its edges. */
function extent(side: number, lift: number): [number, number] {
	const turn = lift === 0 ? Infinity : -side / (2 * lift);
	const vertex = Math.abs(turn) < 1 ? (side * turn) / 2 : 0;
	const [one, other] = [lift + side, lift - side];
	return [Math.min(one, other, vertex), Math.max(one, other, vertex)];
}

function from(at: Point, way: Point, far: number): Point {
	return { x: at.x + way.x * far, y: at.y + way.y * far };
}

function place({ x, y }: Point): Point {
	return { x: x + ROOT.x, y: y + ROOT.y };
}

function unit(x: number, y: number): Point {
	const size = Math.hypot(x, y);
	return size < 1e-9 ? { x: 0, y: -1 } : { x: x / size, y: y / size };
}

function dot(a: Point, b: Point): number {
	return a.x * b.x + a.y * b.y;
}
