/**
 * While developing: Zafu's own API inside Zafu's window, the demo in a browser. The address chooses what the
 * demo shows: `?state=sit&progress=0.5&theme=dark&press=end`; see `scenes.ts`. Never in the production bundle.
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

export function connect(): Api {
	if ('__TAURI_INTERNALS__' in window) return tauri;
	const query = new URLSearchParams(location.search);
	if (query.get('lang') === 'de') overwriteGetLocale(() => 'de');
	press((query.get('press') ?? '').split(',').filter(Boolean));
	return createDemo(scene(query));
}
