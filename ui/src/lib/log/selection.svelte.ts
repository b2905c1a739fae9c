/** The selected sits of the log: some that the user has seen, or all that the filter selects. */
import type { LogFilter, LogSelection, SelectionView, SessionRef, SitRecord } from '../api/types';
import type { Pages } from './pages.svelte';
import { isDeletable, isEditable, keyOf, refOf } from './session';

/** All sits that a filter selects except some, with their numbers. */
export interface AllSits extends SelectionView {
	selection: LogSelection;
}

/** Sits that are changed together. */
export type ChosenSits = SitRecord[] | AllSits;

export class Selection {
	#some = $state.raw<ReadonlyMap<string, SitRecord>>(new Map());
	#all = $state.raw<AllSits | null>(null);
	#except = $derived(new Set(this.#all?.selection.except.map(keyOf)));
	/** Whether the user selects sits, also as long as none is. */
	#isOn = $state(false);
	/** The sit from which a range extends. */
	#from: string | null = null;

	get isActive(): boolean {
		return this.#isOn || this.size > 0;
	}

	get size(): number {
		return this.#all?.sits ?? this.#some.size;
	}

	/** The time sat of all of them, in seconds. */
	get seconds(): number {
		return this.#all?.seconds ?? this.#list.reduce((sum, sit) => sum + sit.satSeconds, 0);
	}

	/** Number of those that can be deleted. */
	get deletable(): number {
		return this.#all?.deletable ?? this.#list.filter(isDeletable).length;
	}

	get chosen(): ChosenSits {
		return this.#all ?? this.#list;
	}

	get #list(): SitRecord[] {
		return [...this.#some.values()];
	}

	has(sit: SitRecord): boolean {
		const key = keyOf(sit);
		return this.#all ? isEditable(sit) && !this.#except.has(key) : this.#some.has(key);
	}

	toggle(sit: SitRecord): void {
		if (!isEditable(sit)) return;
		const key = keyOf(sit);
		this.#from = key;
		if (this.#all) {
			this.#all = toggled(this.#all, sit, this.has(sit));
			if (this.size === 0) this.#all = null;
			return;
		}
		const next = new Map(this.#some);
		if (!next.delete(key)) next.set(key, sit);
		this.#some = next;
	}

	/** Shows what selects sits. */
	begin(): void {
		this.#isOn = true;
	}

	/** Selects the sits of `list` from `start`, or the one selected last, to `end`, and no other ones. */
	extend(list: SitRecord[], start: SitRecord, end: SitRecord): void {
		if (this.#from === null || this.size === 0) this.#from = keyOf(start);
		const at = (key: string) => list.findIndex((one) => keyOf(one) === key);
		const [one, other] = [at(this.#from), at(keyOf(end))];
		if (one < 0 || other < 0) return;
		this.#all = null;
		this.#set(list.slice(Math.min(one, other), Math.max(one, other) + 1));
	}

	/** Selects all sits that `filter` selects, also those that are not loaded. `count` returns their numbers. */
	async all(
		filter: LogFilter,
		count: (selection: LogSelection) => Promise<SelectionView | undefined>,
	): Promise<void> {
		this.#from = null;
		await this.#count({ filter, except: [] }, count);
	}

	clear(): void {
		this.#some = new Map();
		this.#all = null;
		this.#from = null;
		this.#isOn = false;
	}

	/** Updates the selected sits after something has changed the log, and deselects those that are known to be gone. */
	async update(
		{ sits, newer, older }: Pick<Pages, 'sits' | 'newer' | 'older'>,
		count: (selection: LogSelection) => Promise<SelectionView | undefined>,
	): Promise<void> {
		if (this.#all) return this.#count(this.#all.selection, count);
		if (this.#some.size === 0) return;
		const loaded = new Map(sits.map((sit) => [keyOf(sit), sit]));
		const first = newer && sits[0] ? startOf(sits[0]) : Infinity;
		const last = older && sits.length > 0 ? startOf(sits.at(-1)!) : -Infinity;
		const isElsewhere = (sit: SitRecord) => startOf(sit) >= first || startOf(sit) <= last;
		const kept = this.#list.map(
			(sit) => loaded.get(keyOf(sit)) ?? (isElsewhere(sit) ? sit : undefined),
		);
		this.#set(kept.filter((sit) => sit !== undefined));
	}

	async #count(
		selection: LogSelection,
		count: (selection: LogSelection) => Promise<SelectionView | undefined>,
	): Promise<void> {
		const [all, some] = [this.#all, this.#some];
		const view = await count(selection);
		// The user may have selected others, or none, meanwhile.
		if (!view || this.#all !== all || this.#some !== some) return;
		this.#some = new Map();
		this.#all = view.sits > 0 ? { ...view, selection } : null;
	}

	#set(sits: SitRecord[]): void {
		this.#some = new Map(sits.filter(isEditable).map((sit) => [keyOf(sit), sit]));
	}
}

/** Returns the number of sits that are changed together. */
export function countOf(chosen: ChosenSits): number {
	return Array.isArray(chosen) ? chosen.length : chosen.sits;
}

function toggled(all: AllSits, sit: SitRecord, wasSelected: boolean): AllSits {
	const sign = wasSelected ? -1 : 1;
	const others = all.selection.except.filter((one: SessionRef) => keyOf(one) !== keyOf(sit));
	const except = wasSelected ? [...others, refOf(sit)] : others;
	return {
		selection: { ...all.selection, except },
		sits: all.sits + sign,
		seconds: all.seconds + sign * sit.satSeconds,
		deletable: all.deletable + (isDeletable(sit) ? sign : 0),
	};
}

function startOf(sit: SitRecord): number {
	return Date.parse(sit.startedAt);
}
