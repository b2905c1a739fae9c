/** The shapes of labels as SVG paths around the origin. */
import type { Shape } from '../api/types';

/** The corners of the shapes, in a square of 16; the circle is drawn as an arc. */
const CORNERS: Record<Exclude<Shape, 'circle'>, [x: number, y: number][]> = {
	square: polygon(4, () => 7.8, 45),
	triangle: [
		[0, -6.8],
		[7.2, 5.7],
		[-7.2, 5.7],
	],
	diamond: [
		[0, -7.6],
		[6.4, 0],
		[0, 7.6],
		[-6.4, 0],
	],
	star: polygon(10, (corner) => (corner % 2 === 0 ? 7.8 : 3.3)).map(([x, y]) => [x, y + 0.6]),
	cross: [
		[-2.3, -6.9],
		[2.3, -6.9],
		[2.3, -2.3],
		[6.9, -2.3],
		[6.9, 2.3],
		[2.3, 2.3],
		[2.3, 6.9],
		[-2.3, 6.9],
		[-2.3, 2.3],
		[-6.9, 2.3],
		[-6.9, -2.3],
		[-2.3, -2.3],
	],
};

/** Returns `count` corners around the origin, clockwise, the first one at `turned` degrees from the top. */
function polygon(
	count: number,
	radius: (corner: number) => number,
	turned = 0,
): [x: number, y: number][] {
	return Array.from({ length: count }, (_, corner) => {
		const angle = (turned / 180 + (2 * corner) / count - 0.5) * Math.PI;
		return [radius(corner) * Math.cos(angle), radius(corner) * Math.sin(angle)];
	});
}

/** Returns the path of a shape that fits into a square of `size`. */
export function labelPath(shape: Shape, size: number): string {
	const scaled = (length: number) => Number(((length * size) / 16).toFixed(2));
	if (shape === 'circle') {
		const r = scaled(6);
		return `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`;
	}
	const corners = CORNERS[shape].map(([x, y]) => `${scaled(x)},${scaled(y)}`);
	return `M${corners.join('L')}z`;
}
