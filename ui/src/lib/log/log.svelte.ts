/** The log: what it lists, what is selected, and the changes that the user makes. */
import type { App } from '../stores/app.svelte';
import type {
	ChangedSelection,
	LogChange,
	LogFilter,
	LogSelection,
	SelectionView,
	SessionRef,
	SitEntry,
	SitRecord,
	UndoEntry,
} from '../api/types';
import { t } from '../messages.svelte';
import { useApp } from '../stores/app.svelte';
import { changeOf, isEmpty, type EntryText } from './entry';
import { Filter } from './filter.svelte';
import { Labels, type LabelChoice } from './labels.svelte';
import './messages';
import { Pages } from './pages.svelte';
import { Selection, type AllSits, type ChosenSits } from './selection.svelte';
import { isDeletable, keyOf, refOf } from './session';
import { dayText, when } from './text';
import { Undo } from './undo.svelte';

/** What the user has entered of a sit and not saved yet. */
export interface Draft {
	text: EntryText;
	note: string;
	label: string;
}

/** A dialog of the log, with what it is about. A draft remains if the window shows another screen meanwhile. */
export type LogDialog =
	| { kind: 'add'; draft?: Draft }
	| { kind: 'edit'; sit: SitRecord; draft?: Draft }
	| { kind: 'label'; chosen: ChosenSits }
	| { kind: 'delete' }
	| { kind: 'filter' | 'jump' | 'shortcuts' };

export class Log {
	readonly undo: Undo;
	readonly labels: Labels;
	readonly pages: Pages;
	readonly selection = new Selection();
	readonly filter: Filter;
	dialog = $state.raw<LogDialog | null>(null);
	/** Key of the sit that has, or last had, the focus. */
	cursor = $state<string | null>(null);
	/** Key of the sit that takes the focus as soon as it is shown. */
	focusOn = $state<string | null>(null);
	/** The first sit that the user saw last, and its distance from the top. */
	place: { key: string; top: number } | null = null;
	#app: App;
	/** Number of changes of the user that are in progress. */
	#changes = 0;
	/** Whether something else has changed the log meanwhile. */
	#isOutdated = false;

	constructor(app: App) {
		this.#app = app;
		this.undo = new Undo(app.api, app.notices, (change) => this.#undo(change));
		app.onAccountChange = () => this.undo.clear();
		this.labels = new Labels(app.api, app.notices, this.undo);
		this.pages = new Pages(app.api, app.notices);
		this.filter = new Filter(() => this.#filterChanged(), app.api.start?.log.filter);
	}

	/** Loads what the screen shows: the newest sits, or those that were shown if the user returns to them. */
	async open(isReturn = false): Promise<void> {
		if (isReturn && this.place) this.pages.dropFar();
		else {
			this.place = null;
			this.selection.clear();
			this.pages.drop();
		}
		await (this.place ? this.pages.refresh() : this.pages.open(this.filter.current));
		await this.#loadOthers();
	}

	/** Reads everything that is shown again, since it was changed here. */
	async refresh(): Promise<void> {
		await this.pages.refresh();
		await this.#loadOthers();
	}

	/**
	 * Reads everything that is shown again, since something else has changed it: a sync, the timer or another program. Waits
	 * for changes of the user, which show the sits that they are about.
	 */
	async changedElsewhere(): Promise<void> {
		this.#isOutdated = this.#changes > 0;
		if (!this.#isOutdated) await this.refresh();
	}

	/** Lists the sits that meet these conditions and no others. */
	show(filter: Partial<LogFilter>): void {
		this.filter.replace(filter);
	}

	/** Shows the sits of a day, or those before it. */
	async jumpTo(day: string): Promise<boolean> {
		const found = await this.pages.open(this.filter.current, { day });
		if (found === undefined) return false;
		if (!found) {
			const text = t('log-jump-none', { day: dayText(day) });
			this.#app.notices.show({ kind: 'error', text });
			return false;
		}
		const first = this.pages.list[0]?.sits[0];
		this.focusOn = first ? keyOf(first) : null;
		return true;
	}

	async jumpToNewest(): Promise<void> {
		await this.pages.open(this.filter.current);
	}

	/** Selects all sits that meet the conditions of the listed ones, also those that are not loaded. */
	selectAll(): Promise<void> {
		const { filter } = this.pages;
		return this.selection.all(filter, async (selection) => {
			const view = await this.#count(selection);
			return filter === this.pages.filter ? view : undefined;
		});
	}

	#count = (selection: LogSelection): Promise<SelectionView | undefined> => {
		return this.#app.notices.guard(this.#app.api.countSelection(selection));
	};

	add(entry: SitEntry, label: LabelChoice): Promise<boolean> {
		return this.#change(() => this.#add(entry, label));
	}

	async #add(entry: SitEntry, label: LabelChoice): Promise<boolean> {
		const { api, notices } = this.#app;
		const made = await notices.guard(this.labels.make(label));
		if (!made) return false;
		const { startedAt } = entry;
		const change = { kind: 'addSit', session: null, startedAt, newLabel: made.newLabel } as const;
		const undo = this.undo.entry(change);
		const session = await notices.guard(api.addSit({ ...entry, label: made.key }, undo));
		if (!session) return false;
		const isShown = await this.#showChanged(session, startedAt);
		const at = { when: when(startedAt) };
		const done = isShown ? t('log-added', at) : t('log-added-hidden', at);
		this.undo.add({ ...undo, change: { ...change, session } }, done);
		return true;
	}

	/** Saves the fields that differ from those of `sit`, so that the others keep what a sync has changed meanwhile. */
	edit(sit: SitRecord, entry: SitEntry, label: LabelChoice): Promise<boolean> {
		return this.#change(() => this.#edit(sit, entry, label));
	}

	async #edit(sit: SitRecord, entry: SitEntry, label: LabelChoice): Promise<boolean> {
		const { api, notices } = this.#app;
		const session = refOf(sit);
		const before = entryOf(sit);
		const made = await notices.guard(this.labels.make(label));
		if (!made) return false;
		const after = { ...entry, label: made.key };
		const change = changeOf(before, after);
		if (isEmpty(change)) return true;
		const former = changeOf(after, before);
		if (former.label !== undefined) former.label = sit.ownLabel;
		const { startedAt } = entry;
		const { newLabel } = made;
		const undo = this.undo.entry({ kind: 'editSit', session, startedAt, former, newLabel });
		const edited = await notices.guard(api.editSit(session, change, undo).then(() => true));
		if (!edited) return false;
		const isShown = await this.#showChanged(session, startedAt);
		const at = { when: when(startedAt) };
		this.undo.add(undo, isShown ? t('log-edited', at) : t('log-edited-hidden', at));
		return true;
	}

	/** Deletes those of the sits that can be deleted. Asks first if they are not listed one by one. */
	delete(chosen: ChosenSits): Promise<void> {
		if (Array.isArray(chosen)) return this.#change(() => this.#delete(chosen));
		if (chosen.deletable > 0) this.dialog = { kind: 'delete' };
		return Promise.resolve();
	}

	/** Deletes all sits of a selection that can be deleted. */
	deleteAll({ selection, deletable }: AllSits): Promise<boolean> {
		return this.#changeAll({ kind: 'deleteSelection', change: null, sits: deletable }, (undo) =>
			this.#app.api.deleteSelection(selection, undo),
		);
	}

	async #delete(chosen: SitRecord[]): Promise<void> {
		const { api, notices } = this.#app;
		const sits = chosen.filter(isDeletable);
		if (sits.length === 0) return;
		const sessions = sits.map(refOf);
		const next = this.#after(sits);
		const undo = this.undo.entry({ kind: 'deleteSits', sessions });
		const deleted = await notices.guard(api.deleteSits(sessions, undo).then(() => true));
		if (!deleted) return;
		this.selection.clear();
		this.undo.add(undo, t('log-deleted', { count: sits.length }));
		await this.refresh();
		this.focusOn = next;
	}

	/** Sets the label of sits. */
	setLabel(chosen: ChosenSits, label: LabelChoice): Promise<boolean> {
		if (Array.isArray(chosen)) return this.#change(() => this.#setLabel(chosen, label));
		return this.#change(async () => {
			const { api, notices } = this.#app;
			const made = await notices.guard(this.labels.make(label));
			if (!made) return false;
			const { key, newLabel } = made;
			const change = { kind: 'labelSelection', change: null, sits: chosen.sits, newLabel } as const;
			return this.#changeAll(change, (undo) => api.labelSelection(chosen.selection, key, undo));
		});
	}

	/** Changes all sits of a selection. */
	#changeAll(
		change: Extract<LogChange, { kind: 'deleteSelection' | 'labelSelection' }>,
		request: (undo: UndoEntry) => Promise<ChangedSelection>,
	): Promise<boolean> {
		return this.#change(async () => {
			const undo = this.undo.entry(change);
			const changed = await this.#app.notices.guard(request(undo));
			if (!changed) return false;
			const isDeletion = change.kind === 'deleteSelection';
			if (isDeletion) this.selection.clear();
			const done = isDeletion ? 'log-deleted' : 'log-labelled';
			this.undo.add(
				{ ...undo, change: { ...change, ...changed } },
				t(done, { count: changed.sits }),
			);
			await this.refresh();
			return true;
		});
	}

	async #setLabel(sits: SitRecord[], label: LabelChoice): Promise<boolean> {
		const { api, notices } = this.#app;
		const sessions = sits.map(refOf);
		const made = await notices.guard(this.labels.make(label));
		if (!made) return false;
		const { key, newLabel } = made;
		const former = [...new Set(sits.map((sit) => sit.ownLabel))].map((label) => ({
			label,
			sessions: sits.filter((sit) => sit.ownLabel === label).map(refOf),
		}));
		const undo = this.undo.entry({ kind: 'setLabel', former, newLabel });
		const set = await notices.guard(api.setLabel(sessions, key, undo).then(() => true));
		if (!set) return false;
		this.undo.add(undo, t('log-labelled', { count: sits.length }));
		await this.refresh();
		return true;
	}

	#filterChanged(): void {
		void this.#app.notices.guard(this.#app.api.keepLogFilter(this.filter.current));
		void this.#reopen();
	}

	async #reopen(): Promise<void> {
		this.selection.clear();
		this.place = null;
		await this.pages.open(this.filter.current);
		// What was selected meanwhile is of the former filter.
		this.selection.clear();
	}

	/** Loads the labels and the owners, and drops what they or the sits no longer have. */
	async #loadOthers(): Promise<void> {
		await Promise.all([
			this.selection.update(this.pages, this.#count),
			this.labels.load(),
			this.#app.owners.load(),
		]);
		this.#checkOwner();
	}

	/** Undoes a change, removes the label that was created for it, and shows the result. */
	#undo(change: LogChange): Promise<void> {
		return this.#change(async () => {
			await this.#revert(change);
			if ('newLabel' in change) await this.labels.removeUnused(change.newLabel);
			await this.refresh();
		});
	}

	/** Rejects if the change cannot be undone. */
	async #revert(change: LogChange): Promise<void> {
		const api = this.#app.api;
		switch (change.kind) {
			case 'addSit':
				if (change.session) await api.deleteSits([change.session]);
				return;
			case 'editSit':
				return api.editSit(change.session, change.former);
			case 'deleteSits':
				return api.restoreSits(change.sessions);
			case 'setLabel':
				for (const { label, sessions } of change.former) await api.setLabel(sessions, label);
				return;
			case 'deleteSelection':
			case 'labelSelection':
				if (change.change !== null) await api.revertSelection(change.change);
				return;
			case 'createLabel':
				if (change.key !== null) await api.deleteLabel(change.key);
				return;
			case 'changeLabel':
				return api.changeLabel(change.key, change.former);
			case 'mergeLabel':
			case 'deleteLabel':
				return api.restoreLabel(change.key);
		}
	}

	/** Runs a change of the user, then shows what something else has changed meanwhile. */
	async #change<T>(change: () => Promise<T>): Promise<T> {
		this.#changes += 1;
		try {
			return await change();
		} finally {
			this.#changes -= 1;
			if (this.#isOutdated) void this.changedElsewhere();
		}
	}

	/** Shows a sit that was added or edited, wherever its start puts it. Returns false if the filter excludes it. */
	async #showChanged(ref: SessionRef, startedAt: string): Promise<boolean> {
		await this.refresh();
		const isIt = (sit: SitRecord) => keyOf(sit) === keyOf(ref);
		// A day earlier than its date, if days start later than at midnight, is found as well: the page begins at or
		// before the date.
		if (!this.pages.sits.some(isIt))
			await this.pages.open(this.filter.current, { day: startedAt.slice(0, 10) }, ({ sits }) =>
				sits.some(isIt),
			);
		const found = this.pages.sits.find(isIt);
		if (found) this.focusOn = keyOf(found);
		return found !== undefined;
	}

	/** Returns the key of the sit that takes the place of those. */
	#after(sits: SitRecord[]): string | null {
		const keys = new Set(sits.map(keyOf));
		const all = this.pages.sits;
		const last = all.findLastIndex((sit) => keys.has(keyOf(sit)));
		const rest = all.slice(last + 1).find((sit) => !keys.has(keyOf(sit)));
		const before = all.slice(0, last).findLast((sit) => !keys.has(keyOf(sit)));
		const next = rest ?? before;
		return next ? keyOf(next) : null;
	}

	/** Lists the sits of the account in use if those of the chosen owner have been moved. */
	#checkOwner(): void {
		const { owner } = this.filter.current;
		if (typeof owner !== 'object') return;
		if (!this.#app.owners.others.some((one) => one.id === owner.of))
			this.filter.change({ owner: 'shown' });
	}
}

export function entryOf({ startedAt, satSeconds, note, label }: SitRecord): SitEntry {
	return { startedAt, satSeconds, note, label };
}

const logs = new WeakMap<App, Log>();

/** Returns the log of the window, which is loaded after the start. */
export function logOf(app: App): Log {
	const log = logs.get(app) ?? new Log(app);
	logs.set(app, log);
	return log;
}

export function useLog(): Log {
	return logOf(useApp());
}
