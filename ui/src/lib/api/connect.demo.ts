/**
 * Returns the real API inside Zafu's window and the demo in a browser; used in development only. The URL's query selects
 * what the demo shows: `?state=sit&progress=0.5&theme=dark&press=end`; see `scenes.ts`. `cargo xtask screens` waits for
 * `zafuDemo.settled()` before each picture.
 */
import type { Api } from './api';
import { createDemo } from './demo';
import { scene } from './scenes';
import { tauri } from './tauri';

const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));

/** Clicks the elements with these test ids in turn, as soon as each exists. */
async function press(ids: string[]): Promise<void> {
	for (const id of ids) {
		let found: HTMLElement | null = null;
		while (!found) {
			await frame();
			found = document.querySelector(`[data-testid="${id}"]`);
		}
		found.click();
	}
}

/** Longer than anything moves by itself. In milliseconds. */
const AFTER_EVERYTHING = 10_000;

/** Resolves once every click has taken effect, all screens are loaded and nothing moves. */
async function settled(pressed: Promise<void>): Promise<void> {
	await Promise.all([pressed, import('../screens/deferred'), import('../screens/Insight.svelte')]);
	// The second round covers what the first has changed.
	for (const _ of [1, 2]) {
		await frame();
		await frame();
		// What Svelte moves ends, also if the clock is stopped.
		const clock = performance.now.bind(performance);
		performance.now = () => clock() + AFTER_EVERYTHING;
		await frame();
		await frame();
		performance.now = clock;
		await document.fonts.ready;
		for (const animation of document.getAnimations()) {
			const endless = animation.effect?.getComputedTiming().iterations === Infinity;
			if (!endless) animation.finish();
			else animation.currentTime = 0;
			if (endless) animation.pause();
		}
	}
}

export function connect(): Api {
	if ('__TAURI_INTERNALS__' in window) return tauri;
	const query = new URLSearchParams(location.search);
	// The window's timers read this clock.
	const now = performance.now();
	if (query.has('still')) performance.now = () => now;
	const pressed = press((query.get('press') ?? '').split(',').filter(Boolean));
	Object.assign(window, { zafuDemo: { settled: () => settled(pressed) } });
	return createDemo(scene(query));
}
