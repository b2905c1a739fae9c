/** What the user has changed in the log since Zafu was opened, so that it can be undone, last change first. */
import { asIpcError } from '../api/api';
import type { ErrorCode } from '../api/types';
import { t } from '../messages.svelte';
import type { Notices } from '../stores/notices.svelte';

export interface UndoEntry {
	/** What was done: "3 sits were deleted." */
	done: () => string;
	/** What undoing it is called: "Undo: delete 3 sits". */
	name: () => string;
	/** Rejects if it could not be undone. */
	undo: () => Promise<unknown>;
}

/** Errors that may pass, so that undoing can succeed later. */
const PASSING: readonly ErrorCode[] = ['storage', 'not-saved', 'engine'];

export class Undo {
	entries = $state.raw<UndoEntry[]>([]);
	#notices: Notices;
	/** Settles once nothing is being undone. */
	#undoing: Promise<void> = Promise.resolve();

	constructor(notices: Notices) {
		this.#notices = notices;
	}

	/** The change that is undone first. */
	get last(): UndoEntry | undefined {
		return this.entries.at(-1);
	}

	/** Adds a change and tells the user, who can undo it at once. */
	add(entry: UndoEntry): void {
		this.entries = [...this.entries, entry];
		this.#notices.show({
			kind: 'undo',
			text: entry.done(),
			action: { label: t('common-undo'), run: () => void this.run(entry) },
		});
	}

	/** Drops all changes: those of one account cannot be undone in another. */
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
		const undoing = entry.undo().then(
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
	}
}
