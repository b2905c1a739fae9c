/**
 * Calls `beat` again and again, after as long as `delay` says each time; null: not any more. While the page
 * is hidden nothing runs at all, and coming back beats at once. Returns what stops it.
 */
export function pulse(delay: () => number | null, beat: () => void): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const schedule = () => {
		clearTimeout(timer);
		if (document.hidden) return;
		const wait = delay();
		if (wait === null) return;
		timer = setTimeout(run, Math.max(8, wait));
	};
	const run = () => {
		beat();
		schedule();
	};
	const turned = () => {
		if (document.hidden) clearTimeout(timer);
		else run();
	};
	document.addEventListener('visibilitychange', turned);
	schedule();
	return () => {
		clearTimeout(timer);
		document.removeEventListener('visibilitychange', turned);
	};
}
