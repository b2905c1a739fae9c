/**
 * Computes the times of a sit at an instant. States arrive at transitions only; between them the window counts on from
 * the last one, but never into the next phase, which only the engine decides.
 */
import type { Phase, SitView } from '../api/types';

export interface Moment {
	phase: Phase;
	preparationLeftMs: number;
	elapsedMs: number;
	overtimeMs: number;
	/** Until the planned end; null for an open-ended sit. */
	leftMs: number | null;
	/** 0 to 1: how far the lotus has opened. */
	progress: number;
	/** Change of `progress` per second. */
	speed: number;
}

/** In an open-ended sit the lotus opens half of the rest every 15 minutes. */
const OPEN_HALF_MS = 15 * 60_000;

export function openProgress(elapsedMs: number): number {
	return 1 - 2 ** (-Math.max(0, elapsedMs) / OPEN_HALF_MS);
}

export function momentOf(sit: SitView, sinceMs: number): Moment {
	const since = Math.max(0, sinceMs);
	const preparing = sit.phase === 'preparing';
	const still = preparing || sit.phase === 'paused';
	const planned = sit.plannedSeconds === null ? null : sit.plannedSeconds * 1000;
	const preparationLeftMs = Math.max(0, sit.preparationLeftMs - (preparing ? since : 0));
	let elapsedMs = sit.elapsedMs + (still ? 0 : since);
	if (sit.phase === 'sitting' && planned !== null) elapsedMs = Math.min(elapsedMs, planned);
	const progress =
		planned === null ? openProgress(elapsedMs) : Math.min(1, elapsedMs / Math.max(1, planned));
	const speed =
		planned === null ? (1 - progress) * (Math.LN2 / OPEN_HALF_MS) : 1 / Math.max(1, planned);
	return {
		phase: sit.phase,
		preparationLeftMs,
		elapsedMs,
		overtimeMs: sit.overtimeMs + (sit.phase === 'overtime' ? since : 0),
		leftMs: planned === null ? null : Math.max(0, planned - elapsedMs),
		progress,
		speed: sit.phase === 'sitting' ? speed * 1000 : 0,
	};
}
