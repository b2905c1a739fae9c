/** Milestones of a sit that are announced to screen readers. */

export type Milestone = { kind: 'half'; minutesLeft: number } | { kind: 'left'; minutes: number };

export interface Step {
	/** Time sat at which it is due, in milliseconds. */
	atMs: number;
	milestone: Milestone;
}

/** Returns half time of a sit of ten minutes or more, and five minutes and one minute left if they are later. */
export function milestones(plannedSeconds: number | null): Step[] {
	if (plannedSeconds === null) return [];
	const steps: Step[] = [];
	const half = plannedSeconds / 2;
	if (plannedSeconds >= 600) {
		const minutesLeft = Math.round(half / 60);
		steps.push({ atMs: half * 1000, milestone: { kind: 'half', minutesLeft } });
	}
	for (const minutes of [5, 1]) {
		const at = plannedSeconds - minutes * 60;
		if (at > half) steps.push({ atMs: at * 1000, milestone: { kind: 'left', minutes } });
	}
	return steps;
}

/** Returns the latest milestone after `beforeMs`, up to and including `nowMs`. */
export function reached(steps: Step[], beforeMs: number, nowMs: number): Milestone | null {
	return steps.findLast((step) => step.atMs > beforeMs && step.atMs <= nowMs)?.milestone ?? null;
}

/** Returns the milliseconds until the next milestone, or null. */
export function untilNext(steps: Step[], nowMs: number): number | null {
	const next = steps.find((step) => step.atMs > nowMs);
	return next ? next.atMs - nowMs : null;
}
