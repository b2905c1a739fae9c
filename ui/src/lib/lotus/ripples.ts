/** Ripples that spread from the opening flower and fade before the edge of the water. */

export interface Ripple {
	rx: number;
	ry: number;
	/** 0 to 1. */
	opacity: number;
}

const COUNT = 3;
/** Number of cycles of each ripple in a whole sit. Few, so that ripples move no faster than the petals. */
const ROUNDS = 2;
const NEAREST = 46;
const FARTHEST = 150;
const STRONGEST = 0.55;
/** Ratio of height to width, because the viewpoint is slightly above the water. */
const FLATNESS = 0.21;

export function ripples(progress: number): Ripple[] {
	return Array.from({ length: COUNT }, (_, index) => {
		const phase = (progress * ROUNDS + 0.2 + index / COUNT) % 1;
		const rx = NEAREST + (FARTHEST - NEAREST) * phase;
		return {
			rx: Math.round(rx * 100) / 100,
			ry: Math.round(rx * FLATNESS * 100) / 100,
			opacity: Math.round(Math.sin(Math.PI * phase) * STRONGEST * 1000) / 1000,
		};
	});
}
