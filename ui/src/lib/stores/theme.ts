/** Applies the theme and stores it for `public/theme.js`, which needs it before the next first paint. */
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
