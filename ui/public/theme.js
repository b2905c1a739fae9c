// The chosen theme, so that the first paint is right: as the shell hands it over (src-tauri/window.rs), or as it
// was remembered. The settings override it once they are loaded (src/lib/stores/theme.ts).
try {
	var start = window.__ZAFU_START__;
	var theme = start ? start.settings.theme : localStorage.getItem('zafu-theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (_) {
	// No storage: the system's theme it is.
}
