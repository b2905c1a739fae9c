/**
 * One petal: a curved, cupped leaf in space. Its spine leaves the receptacle in the direction of its
 * azimuth and bends in a vertical plane, its cross-section is a parabola. What is drawn is its outline as
 * seen from before the pond, and the veins that run along it.
 */
import { closed, curve } from './curve';
import { ROOT, project, type Point } from './view';
import { mix, openness, type Whorl } from './whorls';

export interface Shape {
	/** Closed outline, ready for an SVG path. */
	outline: string;
	/** Lines along it, from foot to tip. */
	veins: string;
	tip: Point;
	/** Which of its faces is seen: it stands behind the heart, beside it or before it. */
	side: 'back' | 'side' | 'front';
	/** How near to the eye it stands: -1 behind the heart, 1 before it. */
	near: number;
}

/** Where along a petal its outline is taken, denser at both ends. */
const STATIONS = [0, 0.06, 0.18, 0.36, 0.55, 0.73, 0.86, 0.95, 1] as const;
/** Steps in which the spine is followed from one station to the next. */
const STEPS = 3;
/** Where veins run, in parts of the half width; every other station is enough for them. */
const VEINS = [-0.52, 0, 0.52] as const;

/** Half width of a petal at `s` of its length: narrow foot, full belly, drawn out to a small point. */
function profile(s: number): number {
	const point = Math.max(0, s - 0.7) / 0.3;
	return 1.77 * s ** 0.66 * (1 - s) ** (0.74 + 0.3 * point * point);
}

interface Spine {
	out: number;
	up: number;
	angle: number;
}

/** The spine in its plane: distance from the axis, height, and angle from upright, at each station. */
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

/** How a petal stands: how far open, in which direction, and its spine. */
function stand(whorl: Whorl, index: number, progress: number) {
	const open = openness(whorl, progress);
	const azimuth = ((index + whorl.turn) / whorl.count) * 2 * Math.PI;
	const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
	// A petal that leans straight at the eye would show as a mere lip: those in front stand up a little.
	const front = Math.max(0, cos) * open;
	const line = spine(whorl, open, 1 - whorl.rise * front, 1 - whorl.short * front);
	return { open, sin, cos, line };
}

/** Where the tip of the petal at `index` of its whorl is, at that progress of a sit. */
export function tipOf(whorl: Whorl, index: number, progress: number): Point {
	const { sin, cos, line } = stand(whorl, index, progress);
	const { out, up } = line.at(-1)!;
	return place(project(out * sin, out * cos, up));
}

/** The petal at `index` of its whorl, at that progress of a sit. */
export function petal(whorl: Whorl, index: number, progress: number): Shape {
	const { open, sin, cos, line } = stand(whorl, index, progress);
	const width = mix(whorl.width, open);
	// One seen from its edge turns a little of its face to the eye.
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
		// From the spine to its edges: sideways, and lifted towards the axis by the cup.
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
	// All edges meet in the foot and in the tip.
	const edge = (points: Point[]) => [foot, ...points.slice(1, -1), tip].map(place);
	return {
		outline: closed([edge(left), edge(right).reverse()]),
		veins: veins.map(curve).join(''),
		tip: place(tip),
		side: cos > 0.5 ? 'front' : cos < -0.5 ? 'back' : 'side',
		near: cos,
	};
}

/** How far the parabola that rises to `lift` at both edges reaches, as seen: to the one side and to the other. */
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
