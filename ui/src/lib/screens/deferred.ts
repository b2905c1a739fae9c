/**
 * Components that are not needed at the start, in a separate chunk that is loaded after the first render. It excludes
 * the setup and sit screens.
 */
export { default as Account } from './Account.svelte';
export { default as Dialogs } from './Dialogs.svelte';
export { default as Finished } from './Finished.svelte';
export { default as Insight } from './InsightLoader.svelte';
export { default as Labels } from './Labels.svelte';
export { default as Log } from './Log.svelte';
export { default as Partner } from './Partner.svelte';
export { default as Settings } from './Settings.svelte';
export { default as Transfer } from './Transfer.svelte';
export { default as Unsettled } from './Unsettled.svelte';
export { default as WeekLoader } from '../partner/WeekLoader.svelte';
