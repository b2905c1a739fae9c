/** Light or dark, as chosen; remembered so that `public/theme.js` can paint it first next time. */
import type { Theme } from '../api/types';

export function applyTheme(theme: Theme): void {
	const root = document.documentElement;
	if (theme === 'system') delete root.dataset.theme;
	else root.dataset.theme = theme;
	try {
		if (theme === 'system') localStorage.removeItem('zafu-theme');
		else localStorage.setItem('zafu-theme', theme);
	} catch {
		// Without storage the first paint follows the system; the choice itself is in the settings.
	}
}
