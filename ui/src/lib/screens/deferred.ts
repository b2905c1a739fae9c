/**
 * What hardly any start shows: a part of its own, fetched once the first picture stands. The screens that sits are
 * begun and sat on are not in it.
 */
export { default as Account } from './Account.svelte';
export { default as Dialogs } from './Dialogs.svelte';
export { default as Finished } from './Finished.svelte';
export { default as Log } from './Log.svelte';
export { default as Settings } from './Settings.svelte';
export { default as Unsettled } from './Unsettled.svelte';
