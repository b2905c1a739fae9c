/** Time as figures. Words belong to the messages. */

const pad = (value: number) => String(value).padStart(2, '0');

/** `18:07`, `1:02:30`. Whole seconds, rounded down. */
export function clock(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

/** Seconds still to go: the last one lasts until it is over. */
export function secondsLeft(leftMs: number): number {
	return Math.ceil(Math.max(0, leftMs) / 1000);
}

/** Minutes still to go, at least one while any time is left. */
export function minutesLeft(leftMs: number): number {
	return Math.ceil(secondsLeft(leftMs) / 60);
}

/** What was sat, as a person says it: whole minutes, but seconds when there are few. */
export function satParts(seconds: number): { unit: 'minutes' | 'seconds'; count: number } {
	return seconds < 60
		? { unit: 'seconds', count: Math.max(0, Math.floor(seconds)) }
		: { unit: 'minutes', count: Math.floor(seconds / 60) };
}

/** Milliseconds until a figure that counts `step`s down from `leftMs` changes. */
export function untilNextDown(leftMs: number, step: number): number {
	if (leftMs <= 0) return step;
	const rest = leftMs % step;
	return rest === 0 ? step : rest;
}

/** Milliseconds until a figure that counts `step`s up from `elapsedMs` changes. */
export function untilNextUp(elapsedMs: number, step: number): number {
	return step - (elapsedMs % step);
}
