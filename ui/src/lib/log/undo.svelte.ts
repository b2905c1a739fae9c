/**
 * What the user has changed in the log since Zafu was started, so that it can be undone, last change first. The shell keeps
 * it for the next window: each request that makes a change carries its entry.
 */
import { asIpcError, type Api } from '../api/api';
import type { ErrorCode, LogChange, UndoEntry } from '../api/types';
import { t } from '../messages.svelte';
import type { Notices } from '../stores/notices.svelte';
import { when } from './text';

/** Errors that may pass, so that undoing can succeed later. */
const PASSING: readonly ErrorCode[] = ['storage', 'not-saved', 'engine'];

export class Undo {
	entries = $state.raw<UndoEntry[]>([]);
	#api: Api;
	#notices: Notices;
	#perform: (change: LogChange) => Promise<void>;
	#lastId: number;
	/** Settles once nothing is being undone. */
	#undoing: Promise<void> = Promise.resolve();

	/** `perform` undoes a change, and rejects if that fails. */
	constructor(api: Api, notices: Notices, perform: (change: LogChange) => Promise<void>) {
		this.#api = api;
		this.#notices = notices;
		this.#perform = perform;
		this.entries = api.start?.log.undo ?? [];
		this.#lastId = Math.max(0, ...this.entries.map(({ id }) => id));
	}

	/** The change that is undone first. */
	get last(): UndoEntry | undefined {
		return this.entries.at(-1);
	}

	/** Returns the entry for a change that is about to be made. */
	entry(change: LogChange): UndoEntry {
		this.#lastId += 1;
		return { id: this.#lastId, change };
	}

	/** Adds a change that was made and tells the user what was done, who can undo it at once. */
	add(entry: UndoEntry, done: string): void {
		this.entries = [...this.entries, entry];
		this.#notices.show({
			kind: 'undo',
			text: done,
			action: { label: t('common-undo'), run: () => void this.run(entry) },
		});
	}

	/** Drops all changes: those of one account cannot be undone in another. The shell drops its own. */
	clear(): void {
		this.entries = [];
		if (this.#notices.current?.kind === 'undo') this.#notices.dismiss();
	}

	/**
	 * Undoes a change, by default the last one, after those that are being undone. It stays in the list if it may be undone
	 * later, and is dropped if it never can be, so that those before it can be undone.
	 */
	run(entry?: UndoEntry): Promise<void> {
		this.#undoing = this.#undoing.then(() => this.#run(entry ?? this.last));
		return this.#undoing;
	}

	async #run(entry: UndoEntry | undefined): Promise<void> {
		if (!entry || !this.entries.includes(entry)) return;
		const undoing = this.#perform(entry.change).then(
			() => true,
			(thrown: unknown) => {
				if (!PASSING.includes(asIpcError(thrown).code)) this.#drop(entry);
				throw thrown;
			},
		);
		const undone = await this.#notices.guard(undoing);
		if (!undone) return;
		this.#drop(entry);
		this.#notices.dismiss();
	}

	#drop(entry: UndoEntry): void {
		this.entries = this.entries.filter((one) => one !== entry);
		void this.#notices.guard(this.#api.dropUndo(entry.id));
	}
}

/** Returns what undoing a change is called: "Undo: delete 3 sits". */
export function undoName(change: LogChange): string {
	switch (change.kind) {
		case 'addSit':
			return t('log-undo-add', { when: when(change.startedAt) });
		case 'editSit':
			return t('log-undo-edit', { when: when(change.startedAt) });
		case 'deleteSits':
			return t('log-undo-delete', { count: change.sessions.length });
		case 'setLabel': {
			const count = change.former.reduce((sum, { sessions }) => sum + sessions.length, 0);
			return t('log-undo-label', { count });
		}
		case 'deleteSelection':
			return t('log-undo-delete', { count: change.sits });
		case 'labelSelection':
			return t('log-undo-label', { count: change.sits });
		case 'createLabel':
			return t('log-undo-label-create', { name: change.name });
		case 'changeLabel':
			return t('log-undo-label-change', { name: change.name });
		case 'mergeLabel':
			return t('log-undo-label-merge', { from: change.name, into: change.into });
		case 'deleteLabel':
			return t('log-undo-label-delete', { name: change.name });
	}
}
