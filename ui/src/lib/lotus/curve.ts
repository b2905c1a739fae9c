/**
 * Smooth curves through points, as SVG paths. At each point the curve runs as its neighbours do; a step
 * twice as long bends half as fast, so that points may lie as densely as they need to.
 */
import type { Point } from './view';

interface Handles {
	/** Where the curve that arrives at a point is pulled to, and the one that leaves it. */
	into: Point;
	out: Point;
}

function handles(before: Point, at: Point, after: Point): Handles {
	const [come, go] = [distance(before, at), distance(at, after)];
	const along = 3 * (come + go || 1);
	const [x, y] = [(after.x - before.x) / along, (after.y - before.y) / along];
	return {
		into: { x: at.x - x * come, y: at.y - y * come },
		out: { x: at.x + x * go, y: at.y + y * go },
	};
}

/** An open curve. At both ends it goes on as it bends beside them. */
export function curve(points: readonly Point[]): string {
	return `M${text(points[0]!)}${segments(points)}`;
}

/** A closed curve of several, each beginning where the one before it ends: where they meet is a corner. */
export function closed(sides: readonly (readonly Point[])[]): string {
	return `M${text(sides[0]![0]!)}${sides.map(segments).join('')}Z`;
}

function segments(points: readonly Point[]): string {
	const last = points.length - 1;
	const inner = points.slice(1, last).map((point, i) => handles(points[i]!, point, points[i + 2]!));
	let path = '';
	for (let i = 0; i < last; i += 1) {
		const [from, to] = [points[i]!, points[i + 1]!];
		const into = inner[i]?.into ?? middle(inner[i - 1]?.out ?? from, to);
		const out = inner[i - 1]?.out ?? middle(from, into);
		path += `C${text(out)} ${text(into)} ${text(to)}`;
	}
	return path;
}

function middle(a: Point, b: Point): Point {
	return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
	return Math.hypot(b.x - a.x, b.y - a.y);
}

function text({ x, y }: Point): string {
	return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}
