/**
 * Keeps what the user looks at in its place while rows are added, removed or measured above it. Browsers do this by
 * themselves with `overflow-anchor`, except for WebKit.
 */

interface Anchor {
	/** The rows from the first visible one on: their keys and their distances from the top. */
	rows: { key: string; top: number }[];
	/** Key of the row that had the focus, in itself or in one of its controls. */
	focused: string | null;
}

export function rowOf(scroller: HTMLElement, key: string): HTMLElement | null {
	return scroller.querySelector<HTMLElement>(`[data-row=${JSON.stringify(key)}]`);
}

export function capture(scroller: HTMLElement): Anchor {
	const top = scroller.getBoundingClientRect().top;
	const rows = [...scroller.querySelectorAll<HTMLElement>('[data-row]')]
		.map((row) => ({ key: row.dataset.row!, box: row.getBoundingClientRect() }))
		.filter(({ box }) => box.bottom > top)
		.map(({ key, box }) => ({ key, top: box.top - top }));
	const focused = document.activeElement?.closest<HTMLElement>('[data-row]');
	return { rows, focused: focused?.dataset.row ?? null };
}

/** Scrolls so that the first of the captured rows that is still there is where it was, and returns the focus to its row. */
export function restore(
	scroller: HTMLElement,
	anchor: Pick<Anchor, 'rows'> & Partial<Anchor>,
): void {
	const top = scroller.getBoundingClientRect().top;
	for (const { key, top: before } of anchor.rows) {
		const row = rowOf(scroller, key);
		if (!row) continue;
		scroller.scrollTop += row.getBoundingClientRect().top - top - before;
		break;
	}
	if (anchor.focused != null && document.activeElement === document.body)
		rowOf(scroller, anchor.focused)?.focus({ preventScroll: true });
}
