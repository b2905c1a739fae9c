/** Detects that the user has not moved the pointer or pressed a key for a while. */

const STIRS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focusin'] as const;

/** Call during the setup of a component. With `afterSeconds` 0 the user never counts as idle. */
export function idleAfter(afterSeconds: () => number): { readonly active: boolean } {
	let active = $state(false);

	$effect(() => {
		const after = afterSeconds();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const stir = () => {
			active = false;
			clearTimeout(timer);
			if (after > 0) timer = setTimeout(() => (active = true), after * 1000);
		};
		stir();
		STIRS.forEach((kind) => addEventListener(kind, stir, { passive: true }));
		return () => {
			clearTimeout(timer);
			STIRS.forEach((kind) => removeEventListener(kind, stir));
		};
	});

	return {
		get active() {
			return active;
		},
	};
}
