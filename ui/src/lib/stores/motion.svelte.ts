/** Whether the system asks for reduced motion. */
import { MediaQuery } from 'svelte/reactivity';

const query = new MediaQuery('(prefers-reduced-motion: reduce)', false);

export const motion = {
	get reduced(): boolean {
		return query.current;
	},
};
