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
/** An observer of what is visible: jsdom has no layout, so that tests say it. */
export class FakeIntersectionObserver {
	static all = new Set<FakeIntersectionObserver>();
	elements = new Set<Element>();

	constructor(readonly callback: IntersectionObserverCallback) {
		FakeIntersectionObserver.all.add(this);
	}

	/** Tells the observers of an element whether it is visible. */
	static show(element: Element, isIntersecting: boolean): void {
		for (const one of this.all)
			if (one.elements.has(element))
				one.callback(
					[{ isIntersecting } as IntersectionObserverEntry],
					one as unknown as IntersectionObserver,
				);
	}

	observe(element: Element): void {
		this.elements.add(element);
	}

	disconnect(): void {
		this.elements.clear();
		FakeIntersectionObserver.all.delete(this);
	}
}
globalThis.IntersectionObserver ??=
	FakeIntersectionObserver as unknown as typeof IntersectionObserver;
Element.prototype.scrollIntoView ??= () => undefined;
