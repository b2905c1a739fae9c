/**
 * Smooth SVG paths through points. The tangent at a point is parallel to the line between its neighbours, and
 * the handles are proportional to the distance to each neighbour, so that points need not be evenly spaced.
 */
import type { Point } from './view';

interface Handles {
	/** Control points of the segments before (`into`) and after (`out`) a point. */
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

/** Returns the path of an open curve. Its first and last segments continue the bend of their neighbours. */
export function curve(points: readonly Point[]): string {
	return `M${text(points[0]!)}${segments(points)}`;
}

/**
 * Returns the path of a closed outline of several curves. Each starts where the previous one ends, which makes
 * a corner.
 */
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
