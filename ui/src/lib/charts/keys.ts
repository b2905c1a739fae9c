/** Keys that move between the marks of a chart. */

/** Returns the mark that a key moves to in a chart whose marks are in one row. */
export function moveByMark(key: string, index: number, last: number): number | undefined {
	switch (key) {
		case 'ArrowRight':
		case 'ArrowDown':
			return Math.min(last, index + 1);
		case 'ArrowLeft':
		case 'ArrowUp':
			return Math.max(0, index - 1);
		case 'Home':
			return 0;
		case 'End':
			return last;
		default:
			return undefined;
	}
}

const DAYS: Record<string, number> = {
	ArrowUp: -1,
	ArrowDown: 1,
	ArrowLeft: -7,
	ArrowRight: 7,
};

/** Returns the mark that a key moves to in a chart of consecutive days whose columns are weeks. */
export function moveByDay(key: string, index: number, last: number): number | undefined {
	if (key === 'Home') return 0;
	if (key === 'End') return last;
	const days = DAYS[key];
	if (days === undefined) return undefined;
	const next = index + days;
	return next < 0 || next > last ? index : next;
}
