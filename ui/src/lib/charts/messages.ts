/** Adds the messages of the charts, which the window does not need at the start. */
import { addSources } from '../messages.svelte';

addSources(
	import.meta.glob<string>('../../../../messages/*/insight.ftl', {
		eager: true,
		import: 'default',
	}),
);
