/** What jsdom lacks and the window needs. */
import { configure } from '@testing-library/svelte';

// What is slow on a busy machine is not wrong.
configure({ asyncUtilTimeout: 20_000 });

// Dialogs: open is open; the browser's own keeping of the focus is not tested here.
HTMLDialogElement.prototype.showModal = function () {
	this.setAttribute('open', '');
};
HTMLDialogElement.prototype.close = function () {
	this.removeAttribute('open');
};

globalThis.matchMedia ??= (query: string) =>
	({
		matches: false,
		media: query,
		onchange: null,
		addEventListener: () => undefined,
		removeEventListener: () => undefined,
		addListener: () => undefined,
		removeListener: () => undefined,
		dispatchEvent: () => false,
	}) as MediaQueryList;

Element.prototype.animate ??= () => {
	const animation = { cancel: () => undefined, finished: Promise.resolve(), currentTime: 0 };
	return animation as unknown as Animation;
};

globalThis.ResizeObserver ??= class {
	observe(): void {
		// Nothing has a size here.
	}
	unobserve(): void {
		// Nothing has a size here.
	}
	disconnect(): void {
		// Nothing has a size here.
	}
};
