// The chosen theme, remembered from last time, so that the first paint is right. Settings have the
// last word as soon as they arrive (src/lib/stores/theme.ts).
try {
	var theme = localStorage.getItem('zafu-theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (_) {
	// No storage: the system's theme it is.
}
