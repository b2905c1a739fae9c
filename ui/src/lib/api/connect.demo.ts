/**
 * While developing: Zafu's own API inside Zafu's window, the demo in a browser. The address chooses what the
 * demo shows: `?state=sit&progress=0.5&theme=dark`; see `scenes.ts`. Never in the production bundle.
 */
import { overwriteGetLocale } from '../paraglide/runtime';
import type { Api } from './api';
import { createDemo } from './demo';
import { scene } from './scenes';
import { tauri } from './tauri';

export function connect(): Api {
	if ('__TAURI_INTERNALS__' in window) return tauri;
	const query = new URLSearchParams(location.search);
	if (query.get('lang') === 'de') overwriteGetLocale(() => 'de');
	return createDemo(scene(query));
}
