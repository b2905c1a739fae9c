/** Parses lengths and clock times as users type them. */

/** The longest sit, in seconds. */
export const LONGEST = 86_400;

const UNITS: Record<string, number> = { h: 3600, m: 60, s: 1 };

/**
 * `20` (minutes), `12,5`, `90s`, `1h`, `1h 30`, `1 h 30 min`, `2:30` (minutes and seconds), `1:30:00`.
 * Returns seconds, or null if it is not a length from one second to a day. The command line reads the same:
 * `src-tauri/crates/core/src/length.rs`; both are tested with `src-tauri/crates/core/tests/lengths.json`.
 */
export function parseDuration(text: string): number | null {
	const seconds = read(text.trim().toLowerCase().replaceAll(',', '.'));
	if (seconds === null) return null;
	const whole = Math.round(seconds);
	return whole >= 1 && whole <= LONGEST ? whole : null;
}

function read(text: string): number | null {
	const colons = /^(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d)$/.exec(text);
	if (colons) {
		return Number(colons[1] ?? 0) * 3600 + Number(colons[2]) * 60 + Number(colons[3]);
	}
	if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 60;
	const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
	if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return null;
	let unit = 3600 * 60;
	let total = 0;
	// A number without a unit means minutes only if it stands alone.
	if (!parts[0]?.[2]) return null;
	for (const [, count, name] of parts) {
		// A number without a unit after hours means minutes, after minutes seconds.
		const next: number | undefined = name ? unitOf(name) : unit / 60;
		if (next === undefined || next < 1 || next >= unit) return null;
		unit = next;
		total += Number(count) * unit;
	}
	return total;
}

/** English and German names, long and short. */
function unitOf(name: string): number | undefined {
	if (/^(h|hr|hrs|hour|hours|std|stunde|stunden)$/.test(name)) return UNITS.h;
	if (/^(m|min|mins|minute|minutes|minuten)$/.test(name)) return UNITS.m;
	if (/^(s|sec|secs|second|seconds|sek|sekunde|sekunden)$/.test(name)) return UNITS.s;
	return undefined;
}

/** Parses `7`, `7:30`, `0730` or `7.30 pm`. Returns `HH:MM`, or null. */
export function parseClock(text: string): string | null {
	const found = /^(\d{1,2})(?:[:.h]?(\d{2}))?\s*(am|pm)?$/.exec(text.trim().toLowerCase());
	if (!found) return null;
	let hour = Number(found[1]);
	const minute = Number(found[2] ?? 0);
	if (found[3]) {
		if (hour < 1 || hour > 12) return null;
		hour = (hour % 12) + (found[3] === 'pm' ? 12 : 0);
	}
	if (hour > 23 || minute > 59) return null;
	return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Returns the next length up or down: in steps of 1 min below 10 min, 5 min up to an hour, then 15 min. */
export function stepLength(seconds: number, direction: 1 | -1): number {
	const size = (at: number) => (at < 600 ? 60 : at < 3600 ? 300 : 900);
	const step = direction > 0 ? size(seconds) : size(seconds - 1);
	const next =
		direction > 0
			? (Math.floor(seconds / step) + 1) * step
			: (Math.ceil(seconds / step) - 1) * step;
	return Math.min(LONGEST, Math.max(60, next));
}
