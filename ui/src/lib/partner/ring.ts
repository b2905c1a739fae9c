/** The arcs of a shared week, as paths around the lotus. */
import { clamp } from '../lotus/whorls';
import { CENTRE, RING_RADIUS } from '../lotus/view';

/** Half the gap that stays at the top and where the arcs meet, in degrees. */
const GAP = 1.5;

/** Shares of the ring, each 0 to 1 and together at most 1. */
export interface Shares {
	mine: number;
	partners: number;
}

/**
 * Returns how much of the ring each one's sits fill; nothing in a week without a goal. More sits than the goal fill it in
 * proportion.
 */
export function shares(mine: number, partners: number, goal: number): Shares {
	if (goal === 0) return { mine: 0, partners: 0 };
	const whole = Math.max(goal, mine + partners);
	return { mine: clamp(mine / whole), partners: clamp(partners / whole) };
}

function at(degrees: number): string {
	const angle = (degrees / 180) * Math.PI;
	const x = CENTRE.x + RING_RADIUS * Math.sin(angle);
	const y = CENTRE.y - RING_RADIUS * Math.cos(angle);
	return `${x.toFixed(2)} ${y.toFixed(2)}`;
}

/**
 * Returns the path of an arc that starts at the top and fills `share` of the ring, clockwise or counterclockwise; empty
 * for a share of 0. Both arcs of a reached goal meet.
 */
export function arc(share: number, clockwise: boolean): string {
	const end = 360 * clamp(share) - GAP;
	if (end <= GAP) return '';
	const side = clockwise ? 1 : -1;
	const sweep = clockwise ? 1 : 0;
	// More than half a circle takes two arcs, because an SVG arc cannot end where it starts.
	const stops = end - GAP > 180 ? [GAP + 180, end] : [end];
	const drawn = stops.map(
		(stop) => `A${RING_RADIUS} ${RING_RADIUS} 0 0 ${sweep} ${at(side * stop)}`,
	);
	return `M${at(side * GAP)}${drawn.join('')}`;
}
