/**
 * The lotus as a pure function of the progress of a sit (0 to 1), without colours, time or the document.
 * Petals of a whorl share one pose. All whorls start to open together, and the outer ones finish first.
 */
import { petal, tipOf } from './petal';
import { ROOT, type Point } from './view';
import { WHORLS, clamp, ease, type Row } from './whorls';

/** Colour class of a petal: its row and its position relative to the heart. */
export type Tone = `${Row}-${'back' | 'side' | 'front'}`;

export interface Petal {
	/** Independent of progress, so that each petal keeps its element. */
	id: string;
	tone: Tone;
	outline: string;
	veins: string;
	tip: Point;
}

export interface Lotus {
	/** Back to front; the heart belongs before `petals[heartAt]`. */
	petals: Petal[];
	heartAt: number;
	/** Half width of the bloom, for its glow and its reflection. */
	reach: number;
	/** How far the heart is uncovered, 0 to 1. */
	heart: number;
}

/** Drawing order of petals at the same depth: the outer whorl is in front. */
const BEFORE: Record<Row, number> = { outer: 3, middle: 2, inner: 1 };

/** Returns the tips of all petals in a fixed order. Much cheaper than `lotus`. */
export function tips(progress: number): Point[] {
	return WHORLS.flatMap((whorl) =>
		Array.from({ length: whorl.count }, (_, index) => tipOf(whorl, index, progress)),
	);
}

/** Returns the lotus at `progress`, which is clamped to 0 to 1. */
export function lotus(progress: number): Lotus {
	const at = clamp(Number.isFinite(progress) ? progress : 0);
	const drawn = WHORLS.flatMap((whorl) =>
		Array.from({ length: whorl.count }, (_, index) => {
			const { side, near, ...shape } = petal(whorl, index, at);
			const tone: Tone = `${whorl.name}-${side}`;
			return { ...shape, id: `${whorl.name}-${index}`, tone, depth: near * BEFORE[whorl.name] };
		}),
	).sort((a, b) => a.depth - b.depth);
	return {
		petals: drawn.map(({ id, tone, outline, veins, tip }) => ({ id, tone, outline, veins, tip })),
		heartAt: drawn.findIndex((one) => one.depth > 0),
		reach: Math.max(...drawn.map((one) => Math.abs(one.tip.x - ROOT.x))),
		heart: ease(clamp((at - 0.35) / 0.65)),
	};
}
