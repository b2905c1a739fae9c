/**
 * While developing: Zafu's own API inside Zafu's window, the demo in a browser. The address chooses what the
 * demo shows: `?state=sit&progress=0.5&theme=dark&press=end`; see `scenes.ts`. `cargo xtask screens` asks through
 * `zafuDemo` when the screen has settled, and what axe finds wrong with it. Never in the production bundle.
 */
import { overwriteGetLocale } from '../paraglide/runtime';
import type { Api } from './api';
import { createDemo } from './demo';
import { scene } from './scenes';
import { tauri } from './tauri';

const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));

/** Presses what has these test ids, one after the other, as soon as each is there. */
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

/** Until all that was pressed has come, with all that belongs to it, and nothing moves. */
async function settled(pressed: Promise<void>): Promise<void> {
	await Promise.all([pressed, import('../screens/later')]);
	// Once for what is drawn now, once for what that has changed.
	for (const _ of [1, 2]) {
		await frame();
		await frame();
		await document.fonts.ready;
		for (const animation of document.getAnimations()) {
			const endless = animation.effect?.getComputedTiming().iterations === Infinity;
			if (!endless) animation.finish();
			else animation.currentTime = 0;
			if (endless) animation.pause();
		}
	}
}

/** What axe finds wrong in either theme. */
async function examine(): Promise<string[]> {
	const { default: axe } = await import('axe-core');
	const faults = new Set<string>();
	for (const theme of ['light', 'dark']) {
		document.documentElement.dataset.theme = theme;
		for (const ground of ['near', 'far']) {
			// No contrast can be measured on a gradient: so it is on both of its ends.
			document.body.style.background = `var(--paper-${ground})`;
			// Until colours have turned.
			await settled(Promise.resolve());
			const { violations } = await axe.run(document);
			for (const { id, nodes } of violations)
				for (const { html } of nodes) faults.add(`${theme}: ${id}: ${html.slice(0, 160)}`);
		}
	}
	return [...faults];
}

export function connect(): Api {
	if ('__TAURI_INTERNALS__' in window) return tauri;
	const query = new URLSearchParams(location.search);
	// Who shows time reads this clock.
	const now = performance.now();
	if (query.has('still')) performance.now = () => now;
	if (query.get('lang') === 'de') overwriteGetLocale(() => 'de');
	const pressed = press((query.get('press') ?? '').split(',').filter(Boolean));
	Object.assign(window, { zafuDemo: { settled: () => settled(pressed), examine } });
	return createDemo(scene(query));
}
