/** Rings on the water that the opening flower sends out: slow, few, gone before they reach the shore. */

export interface Ripple {
	rx: number;
	ry: number;
	/** 0 to 1. */
	opacity: number;
}

const COUNT = 3;
/** How often a ring is sent out in a whole sit, times COUNT. Slow, so that it moves no faster than the petals. */
const ROUNDS = 2;
const NEAREST = 46;
const FARTHEST = 150;
const STRONGEST = 0.55;
/** As the water is seen from a little above. */
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
