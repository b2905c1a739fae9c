/** Returns the API of the production build. */
import type { Api } from './api';
import { tauri } from './tauri';

export function connect(): Api {
	return tauri;
}
