/** Adds the messages of imports and exports, which the window does not need at the start. */
import { addSources } from '../messages.svelte';

addSources(
	import.meta.glob<string>('../../../../messages/*/{export,import,transfer}.ftl', {
		eager: true,
		import: 'default',
	}),
);
