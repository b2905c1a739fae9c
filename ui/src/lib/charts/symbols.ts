/** The marks of charts as SVG paths around the origin. */
import { labelPath } from '../parts/shapes';
import type { LabelStyle } from './data';

/** Returns the path of a shape that fits into a square of `size` pixels: a bar for no label, two for several. */
export function shapePath(shape: LabelStyle['shape'], size: number): string {
	const bar = (y: number) => `M${-size / 2},${y - size / 10}h${size}v${size / 5}h${-size}z`;
	if (shape === 'none') return bar(0);
	if (shape === 'several') return bar(-size / 4) + bar(size / 4);
	return labelPath(shape, size);
}

/** Returns a bar with rounded upper corners. */
export function barPath(x: number, y: number, width: number, height: number): string {
	const r = Math.min(3, width / 2, height);
	return `M${x},${y + height}v${r - height}q0,${-r} ${r},${-r}h${width - 2 * r}q${r},0 ${r},${r}v${height - r}z`;
}

/** Half the width of the square of each level, as a share of the cell. */
const HALVES = [0.07, 0.2, 0.31, 0.43, 0.43];

/** Returns the mark of a level around the centre of its cell: larger with the level, the highest with a hole. */
export function levelPath(level: number, cell: number): string {
	const half = HALVES[level]! * cell;
	const r = half / 4;
	const side = 2 * (half - r);
	const corner = (x: number, y: number) => `a${r},${r} 0 0 1 ${x * r},${y * r}`;
	const square = `M${r - half},${-half}h${side}${corner(1, 1)}v${side}${corner(-1, 1)}h${-side}${corner(-1, -1)}v${-side}${corner(1, -1)}z`;
	if (level < 4) return square;
	const hole = 0.16 * cell;
	return `${square}M${-hole},0a${hole},${hole} 0 1 0 ${2 * hole},0a${hole},${hole} 0 1 0 ${-2 * hole},0z`;
}
