/** The shapes of labels as SVG paths around the origin, within a square of 16. */
import type { Shape } from '../api/types';

export const SHAPE_PATHS: Record<Shape, string> = {
	circle: 'M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0z',
	square: 'M-5.5,-5.5h11v11h-11z',
	triangle: 'M0,-6.8L7.2,5.7H-7.2z',
	diamond: 'M0,-7.6L6.4,0L0,7.6L-6.4,0z',
	star: 'M0,-7.2L1.94,-2.07L7.42,-1.81L3.14,1.62L4.58,6.91L0,3.9L-4.58,6.91L-3.14,1.62L-7.42,-1.81L-1.94,-2.07z',
	cross: 'M-2.3,-6.9h4.6v4.6h4.6v4.6h-4.6v4.6h-4.6v-4.6h-4.6v-4.6h4.6z',
};
