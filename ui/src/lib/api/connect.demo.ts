/**
 * While developing: Zafu's own API inside Zafu's window, the demo in a browser. The address chooses what the
 * demo shows: `?state=sit&progress=0.5&theme=dark&press=end`; see `scenes.ts`. `examine` has axe look at it. Never in the production bundle.
 */
import { overwriteGetLocale } from '../paraglide/runtime';
import type { Api } from './api';
import { createDemo } from './demo';
import { scene } from './scenes';
import { tauri } from './tauri';

/** Presses what has these test ids, one after the other, as soon as each is there. */
function press([first, ...rest]: string[]): void {
	if (!first) return;
	const found = document.querySelector<HTMLElement>(`[data-testid="${first}"]`);
	found?.click();
	setTimeout(() => press(found ? rest : [first, ...rest]), 50);
}

/** What axe finds wrong in either theme, written where `cargo xtask screens` reads it. */
async function examine(): Promise<void> {
	const { default: axe } = await import('axe-core');
	const faults = new Set<string>();
	for (const theme of ['light', 'dark']) {
		document.documentElement.dataset.theme = theme;
		for (const ground of ['near', 'far']) {
			// No contrast can be measured on a gradient: so it is on both of its ends.
			document.body.style.background = `var(--paper-${ground})`;
			// Until colours have turned.
			await new Promise((turned) => setTimeout(turned, 300));
			const { violations } = await axe.run(document);
			for (const { id, nodes } of violations)
				for (const { html } of nodes) faults.add(`${theme}: ${id}: ${html.slice(0, 160)}`);
		}
	}
	document.documentElement.dataset.faults = JSON.stringify([...faults]);
}

export function connect(): Api {
	if ('__TAURI_INTERNALS__' in window) return tauri;
	const query = new URLSearchParams(location.search);
	if (query.get('lang') === 'de') overwriteGetLocale(() => 'de');
	press((query.get('press') ?? '').split(',').filter(Boolean));
	// By then everything has come that comes slowly.
	if (query.has('examine')) setTimeout(() => void examine(), 2500);
	return createDemo(scene(query));
}
