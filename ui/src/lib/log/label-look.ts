/** The colours and shapes of labels, and those of a label that the user has not given any. */
import type { Colour, LabelLook, Shape } from '../api/types';

export const COLOURS = [
	'red',
	'orange',
	'yellow',
	'green',
	'teal',
	'blue',
	'violet',
	'pink',
] as const satisfies Colour[];

export const SHAPES = [
	'circle',
	'square',
	'triangle',
	'diamond',
	'star',
	'cross',
] as const satisfies Shape[];

/** Returns the look of a label that was never changed, the same as `LabelDetails::unchanged` of the core. */
export function unchangedLook(key: string): LabelLook {
	// FNV-1a of 32 bits, <http://www.isthe.com/chongo/tech/comp/fnv/>.
	let hash = 0x811c9dc5;
	for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
	hash >>>= 0;
	return {
		name: key,
		colour: COLOURS[hash % COLOURS.length]!,
		shape: SHAPES[Math.floor(hash / COLOURS.length) % SHAPES.length]!,
	};
}

/** Returns the colour and the shape that the fewest of `labels` have, for a new label. */
export function unusedLook(labels: LabelLook[]): Pick<LabelLook, 'colour' | 'shape'> {
	const rarest = <T>(all: readonly T[], of: (look: LabelLook) => T): T => {
		const count = (one: T) => labels.filter((look) => of(look) === one).length;
		return all.reduce((best, one) => (count(one) < count(best) ? one : best));
	};
	return {
		colour: rarest(COLOURS, (one) => one.colour),
		shape: rarest(SHAPES, (one) => one.shape),
	};
}
