/** An import: the files that the user has chosen, what importing them would change, and the imports that were made. */
import { asIpcError, type ImportOptions } from '../api/api';
import type {
	ChosenFiles,
	DateOrder,
	ImportPreview,
	ImportProgress,
	ImportUndoView,
	ImportView,
	IpcError,
} from '../api/types';
import { t } from '../messages.svelte';
import { useApp, type App } from '../stores/app.svelte';
import './messages';

/** What the page shows of an import. */
export type ImportStep =
	| { kind: 'choose' }
	| { kind: 'question'; file: string; example: string }
	| { kind: 'preview'; preview: ImportPreview }
	/** Null if there was nothing to import. */
	| { kind: 'done'; made: ImportView | null };

/** Work that takes less time than this shows no progress, in milliseconds. */
const PROGRESS_AFTER = 300;
const PROGRESS_EVERY = 250;

export class Import {
	step = $state.raw<ImportStep>({ kind: 'choose' });
	busy = $state<'choosing' | 'reading' | 'importing' | 'undoing' | null>(null);
	/** How far a reading or an import is that takes long. */
	progress = $state.raw<ImportProgress | null>(null);
	/** Whether the engine no longer has what the preview shows, so that the files have to be read again. */
	isStale = $state(false);
	/** Why the last request failed. */
	error = $state.raw<IpcError | null>(null);
	/** The imports that were made, newest first. */
	made = $state.raw<ImportView[]>([]);
	/** The import that was undone last. */
	undone = $state.raw<ImportView | null>(null);
	longSits = $state(false);
	zone = $state.raw<string | null>(null);
	/** The files that were read last. */
	files = $state.raw<ChosenFiles | null>(null);
	#dateOrder: DateOrder | null = null;
	#app: App;

	constructor(app: App) {
		this.#app = app;
	}

	/** Loads the imports that were made. */
	async load(): Promise<void> {
		this.made = (await this.#app.notices.guard(this.#app.api.listImports())) ?? this.made;
	}

	/** Has the user choose files, and reads them. */
	async choose(): Promise<void> {
		if (this.busy) return;
		this.busy = 'choosing';
		const files = await this.#app.notices.guard(this.#app.api.chooseImportFiles());
		this.busy = null;
		if (files) await this.take(files);
	}

	/** Reads files that the user has chosen or dropped. */
	async take(files: ChosenFiles): Promise<void> {
		if (this.busy) {
			this.#app.notices.show({ kind: 'error', text: t('transfer-busy') });
			return;
		}
		this.files = files;
		this.#dateOrder = null;
		this.zone = null;
		this.longSits = false;
		if (!(await this.#read({}))) this.step = { kind: 'choose' };
	}

	setZone(zone: string): Promise<unknown> {
		return this.#read({ zone });
	}

	setDateOrder(dateOrder: DateOrder): Promise<unknown> {
		return this.#read({ dateOrder });
	}

	setLongSits(longSits: boolean): Promise<unknown> {
		this.longSits = longSits;
		return this.#read({});
	}

	/** Reads the files once more, after an error. */
	readAgain(): Promise<unknown> {
		return this.#read({});
	}

	/** Imports what the preview shows. */
	async commit(): Promise<void> {
		if (this.step.kind !== 'preview') return;
		const { number } = this.step.preview;
		const made = await this.#run('importing', () => this.#app.api.commitImport(number));
		if (made !== undefined) this.step = { kind: 'done', made };
		await this.load();
	}

	/** Stops the reading or the import that runs. */
	async cancel(): Promise<void> {
		await this.#app.notices.guard(this.#app.api.cancelImport());
	}

	/** Returns to the choice of files. */
	async leave(): Promise<void> {
		const isRead = this.step.kind === 'preview';
		this.step = { kind: 'choose' };
		this.error = null;
		if (isRead) await this.#app.notices.guard(this.#app.api.discardImport());
	}

	/** Returns what undoing an import would change; undefined if it cannot be undone. */
	async previewUndo(id: number): Promise<ImportUndoView | undefined> {
		this.error = null;
		const found = await this.#app.notices.guard(this.#app.api.previewImportUndo(id));
		// It was undone elsewhere.
		if (!found) await this.load();
		return found;
	}

	/** Returns whether the import was undone. */
	async undo(id: number): Promise<boolean> {
		const undone = await this.#run('undoing', () => this.#app.api.undoImport(id));
		this.undone = undone ?? null;
		await this.load();
		return undone !== undefined;
	}

	async #read(change: { zone?: string; dateOrder?: DateOrder }): Promise<boolean> {
		const files = this.files;
		if (!files) return false;
		const zone = change.zone ?? this.zone;
		const dateOrder = change.dateOrder ?? this.#dateOrder;
		const options: ImportOptions = { zone, dateOrder, longSits: this.longSits };
		const read = await this.#run('reading', () => this.#app.api.readImport(files.id, options));
		if (!read) return false;
		this.#dateOrder = dateOrder;
		this.isStale = false;
		if ('dateOrderNeeded' in read) this.step = { kind: 'question', ...read.dateOrderNeeded };
		else {
			this.step = { kind: 'preview', preview: read.preview };
			this.zone = read.preview.zone;
		}
		return true;
	}

	/** Sends a request, of which only one is in flight; undefined if it failed or was not sent. */
	async #run<T>(what: NonNullable<Import['busy']>, send: () => Promise<T>): Promise<T | undefined> {
		if (this.busy) return undefined;
		this.busy = what;
		this.error = null;
		this.undone = null;
		const stop = what === 'undoing' ? () => undefined : this.#follow();
		try {
			return await send();
		} catch (thrown) {
			this.error = asIpcError(thrown);
			// The engine drops what was read before the next reading, and when an import fails.
			if (what !== 'undoing') this.isStale = true;
			return undefined;
		} finally {
			stop();
			this.busy = null;
		}
	}

	/** Reads the progress until the returned function is called. */
	#follow(): () => void {
		let isOver = false;
		const read = async () => {
			const progress = await this.#app.api.importProgress().catch(() => null);
			if (isOver) return;
			this.progress = progress;
			timer = setTimeout(read, PROGRESS_EVERY);
		};
		let timer = setTimeout(read, PROGRESS_AFTER);
		return () => {
			isOver = true;
			clearTimeout(timer);
			this.progress = null;
		};
	}
}

const imports = new WeakMap<App, Import>();

/** Returns the import of the window, which stays as it is while the user visits other pages. */
export function useImport(): Import {
	const app = useApp();
	const found = imports.get(app) ?? new Import(app);
	imports.set(app, found);
	return found;
}
