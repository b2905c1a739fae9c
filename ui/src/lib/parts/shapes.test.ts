import { expect, it } from 'vitest';
import { SHAPES } from '../log/label-look';
import { labelPath } from './shapes';

it.each(SHAPES)('draws a %s within its square, around the origin', (shape) => {
	const lengths = labelPath(shape, 32)
		.match(/-?\d+(\.\d+)?/g)!
		.map(Number);
	// The arcs of the circle span its diameter.
	expect(Math.max(...lengths.map(Math.abs))).toBeLessThanOrEqual(shape === 'circle' ? 32 : 16);
	expect(Math.min(...lengths)).toBeLessThan(-8);
});

it('draws each shape differently', () => {
	expect(new Set(SHAPES.map((shape) => labelPath(shape, 16))).size).toBe(SHAPES.length);
});
