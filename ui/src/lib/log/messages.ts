/** Adds the messages of the log, which the window does not need at the start. */
import { addSources } from '../messages.svelte';

addSources(
	import.meta.glob<string>('../../../../messages/*/{edit,log}.ftl', {
		eager: true,
		import: 'default',
	}),
);
