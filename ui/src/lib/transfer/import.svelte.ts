/** An import: the files that the user has chosen, what importing them would change, and the imports that were made. */
import { asIpcError, type ImportOptions } from '../api/api';
import type {
	ChosenFiles,
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

/** How files are read at first: with the time zone of this computer. */
const AS_CHOSEN: ImportOptions = {
	zone: null,
	dateOrder: null,
	longSits: false,
	deletedSits: false,
};

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
	/** How the user wants the files read. The preview was read so, unless it `isStale`. */
	options = $state.raw<ImportOptions>(AS_CHOSEN);
	/** The files of the question or the preview. */
	files = $state.raw<ChosenFiles | null>(null);
	#app: App;

	constructor(app: App) {
		this.#app = app;
		if (app.api.start?.importing) void this.#follow();
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
		if (!(await this.#read(files, AS_CHOSEN))) this.step = { kind: 'choose' };
	}

	/** Reads the files once more, in another way or after an error. */
	async readAgain(change: Partial<ImportOptions>): Promise<void> {
		if (this.files) await this.#read(this.files, { ...this.options, ...change });
	}

	/** Imports what the preview shows. */
	async commit(): Promise<void> {
		if (this.step.kind !== 'preview') return;
		const { number } = this.step.preview;
		const made = await this.#run('importing', () => this.#app.api.commitImport(number));
		if (made !== undefined) this.step = { kind: 'done', made };
		await this.load();
	}

	/** Shows the import that an earlier window has begun. */
	async #follow(): Promise<void> {
		const followed = await this.#run('importing', () => this.#app.api.followImport());
		if (followed) this.step = { kind: 'done', made: followed.imported };
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

	/** Returns whether the files were read. */
	async #read(files: ChosenFiles, options: ImportOptions): Promise<boolean> {
		if (this.busy) return false;
		this.options = options;
		const read = await this.#run('reading', () => this.#app.api.readImport(files.id, options));
		if (!read) return false;
		this.files = files;
		this.isStale = false;
		this.step =
			'preview' in read
				? { kind: 'preview', preview: read.preview }
				: { kind: 'question', ...read.dateOrderNeeded };
		if ('preview' in read) this.options = { ...options, zone: read.preview.zone };
		return true;
	}

	/** Sends a request, of which only one is in flight; undefined if it failed or was not sent. */
	async #run<T>(what: NonNullable<Import['busy']>, send: () => Promise<T>): Promise<T | undefined> {
		if (this.busy) return undefined;
		this.busy = what;
		this.error = null;
		this.undone = null;
		const stop = what === 'undoing' ? () => undefined : this.#watch();
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
	#watch(): () => void {
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
