/** The selected sits of the log. */
import type { SitRecord } from '../api/types';
import { isEditable, keyOf } from './session';

export class Selection {
	#chosen = $state.raw<ReadonlyMap<string, SitRecord>>(new Map());
	/** Whether the user selects sits, also as long as none is. */
	#isOn = $state(false);
	/** The sit from which a range extends. */
	#from: string | null = null;

	get isActive(): boolean {
		return this.#isOn || this.size > 0;
	}

	get size(): number {
		return this.#chosen.size;
	}

	get sits(): SitRecord[] {
		return [...this.#chosen.values()];
	}

	has(sit: SitRecord): boolean {
		return this.#chosen.has(keyOf(sit));
	}

	toggle(sit: SitRecord): void {
		if (!isEditable(sit)) return;
		const key = keyOf(sit);
		const next = new Map(this.#chosen);
		if (!next.delete(key)) next.set(key, sit);
		this.#chosen = next;
		this.#from = key;
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
		this.#set(list.slice(Math.min(one, other), Math.max(one, other) + 1));
	}

	all(list: SitRecord[]): void {
		this.#set(list);
		this.#from = null;
	}

	clear(): void {
		this.#chosen = new Map();
		this.#from = null;
		this.#isOn = false;
	}

	/** Updates the selected sits from those that are loaded; deselects the others, which the user cannot see. */
	retain(list: SitRecord[]): void {
		if (this.size > 0) this.#set(list.filter((one) => this.has(one)));
	}

	#set(sits: SitRecord[]): void {
		this.#chosen = new Map(sits.filter(isEditable).map((sit) => [keyOf(sit), sit]));
	}
}
