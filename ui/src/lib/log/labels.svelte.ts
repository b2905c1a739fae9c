/** The labels of sits, and how the user changes them. */
import type { Api } from '../api/api';
import type { LabelLook, LabelView, LogChange, UndoEntry } from '../api/types';
import { t } from '../messages.svelte';
import type { Notices } from '../stores/notices.svelte';
import { unchangedLook, unusedLook } from './label-look';
import type { Undo } from './undo.svelte';

/** A label that exists, or the name of one to create; an empty key for none. */
export type LabelChoice = { key: string } | { name: string };

/** Maximum length of a name in bytes: `MAX_LABEL_BYTES` of the core. */
export const MAX_NAME_BYTES = 1024;

export class Labels {
	/** By name. */
	list = $state.raw<LabelView[]>([]);
	isLoaded = $state(false);
	#byKey = $derived(new Map(this.list.map((label) => [label.key, label])));
	#api: Api;
	#notices: Notices;
	#undo: Undo;

	constructor(api: Api, notices: Notices, undo: Undo) {
		this.#api = api;
		this.#notices = notices;
		this.#undo = undo;
	}

	async load(): Promise<void> {
		const list = await this.#notices.guard(this.#api.listLabels());
		if (!list) return;
		this.list = list;
		this.isLoaded = true;
	}

	/** Returns a label by its key; one that is not in the list has the name and the look of its key. */
	of(key: string): LabelView {
		return this.#byKey.get(key) ?? { key, sits: 0, rejected: null, ...unchangedLook(key) };
	}

	/** Returns the label with exactly this name, else one with it in another case; not the one with the key `except`. */
	named(name: string, except?: string): LabelView | undefined {
		const exact = name.trim().normalize('NFC');
		const plain = plainName(name);
		const others = this.list.filter((label) => label.key !== except);
		return (
			others.find((label) => label.name.normalize('NFC') === exact) ??
			others.find((label) => plainName(label.name) === plain)
		);
	}

	/** Returns the colour and the shape for a new label. */
	unusedLook(): Pick<LabelLook, 'colour' | 'shape'> {
		return unusedLook(this.list);
	}

	/** Returns the label that the user chose by its key or by its name. */
	chosen(text: string): LabelChoice {
		const name = text.trim();
		if (name === '') return { key: '' };
		const label = this.named(name);
		return label ? { key: label.key } : { name };
	}

	/** Returns the key of a choice, and creates the label if it is new. Rejects if that fails. */
	async keyOf(choice: LabelChoice): Promise<string> {
		return (await this.make(choice)).key;
	}

	/** As `keyOf`, and returns the label if it is new: the undo of the change that it was created for removes it. */
	async make(choice: LabelChoice): Promise<{ key: string; newLabel: string | null }> {
		if ('key' in choice) return { key: choice.key, newLabel: null };
		const { key } = await this.#api.createLabel({ name: choice.name, ...this.unusedLook() });
		await this.load();
		return { key, newLabel: key };
	}

	/** Deletes a label that was created for a change which was undone, unless a sit has it meanwhile. */
	async removeUnused(key: string | null): Promise<void> {
		if (key === null) return;
		await this.load();
		if (this.list.some((label) => label.key === key && label.sits === 0))
			await this.#api.deleteLabel(key);
	}

	async create(look: LabelLook): Promise<LabelView | undefined> {
		const { name } = look;
		const change = { kind: 'createLabel', key: null, name } as const;
		const undo = this.#undo.entry(change);
		const created = await this.#notices.guard(this.#api.createLabel(look, undo));
		if (!created) return undefined;
		const { key } = created;
		this.#undo.add({ ...undo, change: { ...change, key } }, t('log-label-created', { name }));
		await this.load();
		return created;
	}

	change({ key, ...before }: LabelView, look: LabelLook): Promise<boolean> {
		const former = { name: before.name, colour: before.colour, shape: before.shape };
		const change = { kind: 'changeLabel', key, name: look.name, former } as const;
		const done = t('log-label-changed', { name: look.name });
		return this.#do(change, done, (undo) => this.#api.changeLabel(key, look, undo));
	}

	merge({ key, name }: LabelView, into: LabelView): Promise<boolean> {
		const change = { kind: 'mergeLabel', key, name, into: into.name } as const;
		const done = t('log-label-merged', { from: name, into: into.name });
		return this.#do(change, done, (undo) => this.#api.mergeLabel(key, into.key, undo));
	}

	delete({ key, name }: LabelView): Promise<boolean> {
		const done = t('log-label-deleted', { name });
		return this.#do({ kind: 'deleteLabel', key, name }, done, (undo) =>
			this.#api.deleteLabel(key, undo),
		);
	}

	async #do(
		change: LogChange,
		done: string,
		request: (undo: UndoEntry) => Promise<void>,
	): Promise<boolean> {
		const undo = this.#undo.entry(change);
		const isDone = (await this.#notices.guard(request(undo).then(() => true))) === true;
		if (isDone) this.#undo.add(undo, done);
		await this.load();
		return isDone;
	}
}

/** As `zafu_core::label::folded`. */
function plainName(name: string): string {
	return name.trim().toLowerCase();
}
