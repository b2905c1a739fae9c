/** Whether the person has been still for so long that the window may step back. */

const STIRS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focusin'] as const;

/** To be called while a component is set up. `afterSeconds` 0: never active. */
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
