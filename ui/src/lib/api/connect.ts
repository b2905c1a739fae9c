/** In production there is one API: Zafu's own. */
import type { Api } from './api';
import { tauri } from './tauri';

export function connect(): Api {
	return tauri;
}
