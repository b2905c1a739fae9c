/** Adds what jsdom lacks and the window needs. */
import { configure } from '@testing-library/svelte';

// A busy machine is slow.
configure({ asyncUtilTimeout: 20_000 });

// Only the attribute: the browser's focus handling is not tested here.
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
		// jsdom has no layout.
	}
	unobserve(): void {
		// jsdom has no layout.
	}
	disconnect(): void {
		// jsdom has no layout.
	}
};

// jsdom has no layout.
Range.prototype.getBoundingClientRect ??= () => new DOMRect();
