/** What a screen reader hears of a sit: its beginning, a few milestones, its end. Never seconds. */

export type Milestone = { kind: 'half'; minutesLeft: number } | { kind: 'left'; minutes: number };

export interface Step {
	/** When it is due, in milliseconds sat. */
	atMs: number;
	milestone: Milestone;
}

/** Half way in a sit of ten minutes or more; five minutes and one minute left where that says something new. */
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

/** The latest milestone reached after `beforeMs`, up to `nowMs`. */
export function reached(steps: Step[], beforeMs: number, nowMs: number): Milestone | null {
	return steps.findLast((step) => step.atMs > beforeMs && step.atMs <= nowMs)?.milestone ?? null;
}

/** Milliseconds until the next one; null if none is left. */
export function untilNext(steps: Step[], nowMs: number): number | null {
	const next = steps.find((step) => step.atMs > nowMs);
	return next ? next.atMs - nowMs : null;
}
