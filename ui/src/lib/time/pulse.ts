/**
 * Calls `beat` repeatedly, each time after the milliseconds that `delay` returns; null stops it. Pauses while the page is
 * hidden, and calls `beat` at once when it is shown again. Returns a function that stops it.
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
