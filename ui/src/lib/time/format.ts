/** Formats times as digits. */

const pad = (value: number) => String(value).padStart(2, '0');

/** Returns `18:07` or `1:02:30`, rounded down to seconds. */
export function clock(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

/** Returns the remaining seconds, rounded up. */
export function secondsLeft(leftMs: number): number {
	return Math.ceil(Math.max(0, leftMs) / 1000);
}

/** Returns the remaining minutes, rounded up. */
export function minutesLeft(leftMs: number): number {
	return Math.ceil(secondsLeft(leftMs) / 60);
}

/** Returns whole minutes, or seconds below one minute. */
export function satParts(seconds: number): { unit: 'minutes' | 'seconds'; count: number } {
	return seconds < 60
		? { unit: 'seconds', count: Math.max(0, Math.floor(seconds)) }
		: { unit: 'minutes', count: Math.floor(seconds / 60) };
}

/** Returns the milliseconds until a display that counts down in steps of `step` changes. */
export function untilNextDown(leftMs: number, step: number): number {
	if (leftMs <= 0) return step;
	const rest = leftMs % step;
	return rest === 0 ? step : rest;
}

/** Returns the milliseconds until a display that counts up in steps of `step` changes. */
export function untilNextUp(elapsedMs: number, step: number): number {
	return step - (elapsedMs % step);
}
