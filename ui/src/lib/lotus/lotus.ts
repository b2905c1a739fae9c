/**
 * The lotus as a pure function: how far a sit has come (0 to 1) in, outlines out. Knows nothing of
 * colours, time, or the page. Petals of a whorl share one posture; the outer whorls open first, and all
 * of them begin at once.
 */
import { petal, tipOf } from './petal';
import { ROOT, type Point } from './view';
import { WHORLS, clamp, ease, type Row } from './whorls';

/** What a petal looks like to the one who sees it: its row, and which of its faces. */
export type Tone = `${Row}-${'back' | 'side' | 'front'}`;

export interface Petal {
	/** Stable over all progress, so that one element can be kept for each petal. */
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
	/** Half width of the bloom, for the light and the reflection it casts. */
	reach: number;
	/** 0 to 1: how much of the heart is uncovered. */
	heart: number;
}

/** On one side the outer whorl lies before the inner one. */
const BEFORE: Record<Row, number> = { outer: 3, middle: 2, inner: 1 };

/** Where the tips of all petals are, always in the same order: much less than the whole lotus. */
export function tips(progress: number): Point[] {
	return WHORLS.flatMap((whorl) =>
		Array.from({ length: whorl.count }, (_, index) => tipOf(whorl, index, progress)),
	);
}

/** The lotus at `progress`; values outside 0 to 1 are taken as the nearest end. */
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
