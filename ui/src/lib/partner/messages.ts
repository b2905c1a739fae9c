/** Adds the messages of partners, which the window does not need at the start. */
import { addSources } from '../messages.svelte';

addSources(
	import.meta.glob<string>('../../../../messages/*/{partner,together}.ftl', {
		eager: true,
		import: 'default',
	}),
);
