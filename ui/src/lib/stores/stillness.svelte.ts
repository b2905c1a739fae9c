/** Whether the person has been still for so long that the window may step back. */

const STIRS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focusin'] as const;

/** To be called while a component is set up. `afterSeconds` 0: never still. */
export function stillness(afterSeconds: () => number): { readonly still: boolean } {
	let still = $state(false);

	$effect(() => {
		const after = afterSeconds();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const stir = () => {
			still = false;
			clearTimeout(timer);
			if (after > 0) timer = setTimeout(() => (still = true), after * 1000);
		};
		stir();
		STIRS.forEach((kind) => addEventListener(kind, stir, { passive: true }));
		return () => {
			clearTimeout(timer);
			STIRS.forEach((kind) => removeEventListener(kind, stir));
		};
	});

	return {
		get still() {
			return still;
		},
	};
}
