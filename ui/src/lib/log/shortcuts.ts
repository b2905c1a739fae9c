/** The keys of the log and what they do, as the user reads them. */
import { t, type PlainMessageId } from '../messages.svelte';
import { isMac } from './keys';

/** Returns a key held with the key for commands: `Ctrl+Z`, or `⌘Z` on macOS. */
export function command(key: string): string {
	return isMac ? `⌘${key}` : t('log-key-with', { held: t('log-key-control'), key });
}

/** Returns the shortcuts of the log in groups, each with the keys that do the same. */
export function shortcuts(): { title: string; keys: { keys: string[]; text: string }[] }[] {
	const shift = isMac ? '⇧' : t('log-key-shift');
	const shifted = (key: string) =>
		isMac ? `${shift}${key}` : t('log-key-with', { held: shift, key });
	const group = (title: PlainMessageId, keys: [string[], PlainMessageId][]) => ({
		title: t(title),
		keys: keys.map(([keys, text]) => ({ keys, text: t(text) })),
	});
	return [
		group('log-keys-page', [
			[[command('F')], 'log-keys-search'],
			[[command('G')], 'log-keys-jump'],
			[[command('N')], 'log-keys-add'],
			[[command('Z')], 'log-keys-undo'],
			[[command('A')], 'log-keys-all'],
			[[t('log-key-escape')], 'log-keys-escape'],
			[['?'], 'log-keys-help'],
		]),
		group('log-keys-row', [
			[['↑', '↓'], 'log-keys-move'],
			[[shifted('↑'), shifted('↓')], 'log-keys-extend'],
			[[t('log-key-space')], 'log-keys-select'],
			[[t('log-key-enter')], 'log-keys-edit'],
			[['L'], 'log-keys-label'],
			[[t('log-key-delete')], 'log-keys-delete'],
			[[t('log-key-home'), t('log-key-end')], 'log-keys-ends'],
		]),
	];
}
