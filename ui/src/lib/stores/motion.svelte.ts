/** Whether the person asks for less motion. */
import { MediaQuery } from 'svelte/reactivity';

const query = new MediaQuery('(prefers-reduced-motion: reduce)', false);

export const motion = {
	get reduced(): boolean {
		return query.current;
	},
};
