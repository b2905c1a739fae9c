/** Geometry that the ring, the flower and the water share. */

export interface Point {
	x: number;
	y: number;
}

/** Side of the square view box that holds the ring, the flower and the water. */
export const VIEW = 400;
/** Centre of the ring. */
export const CENTRE: Point = { x: 200, y: 200 };
/** Radius of the ring. */
export const RING_RADIUS = 190;
/** Base of the flower on the water. */
export const ROOT: Point = { x: 200, y: 268 };

/** Elevation of the viewpoint above the horizon, in radians. */
const EYE = 0.34;

/** Projects a point in space to the picture: x to the right and y down, relative to the root. */
export function project(x: number, near: number, up: number): Point {
	return { x, y: near * Math.sin(EYE) - up * Math.cos(EYE) };
}
