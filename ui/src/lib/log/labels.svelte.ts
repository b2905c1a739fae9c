/** The labels of sits, and how the user changes them. */
import type { Api } from '../api/api';
import type { LabelLook, LabelView } from '../api/types';
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
	#readSits: () => Promise<void>;

	/** `readSits` reads the listed sits again, since the labels that they are shown with have changed. */
	constructor(api: Api, notices: Notices, undo: Undo, readSits: () => Promise<void>) {
		this.#api = api;
		this.#notices = notices;
		this.#undo = undo;
		this.#readSits = readSits;
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

	/** As `keyOf`, and returns whether the label is new: the undo of the change that it was created for removes it. */
	async make(choice: LabelChoice): Promise<{ key: string; isNew: boolean }> {
		if ('key' in choice) return { key: choice.key, isNew: false };
		const created = await this.#api.createLabel({ name: choice.name, ...this.unusedLook() });
		await this.load();
		return { key: created.key, isNew: true };
	}

	/** Deletes a label that was created for a change which was undone, unless a sit has it meanwhile. */
	async removeUnused({ key, isNew }: { key: string; isNew: boolean }): Promise<void> {
		if (!isNew) return;
		await this.load();
		if (this.list.some((label) => label.key === key && label.sits === 0))
			await this.#api.deleteLabel(key);
	}

	async create(look: LabelLook): Promise<LabelView | undefined> {
		const created = await this.#notices.guard(this.#api.createLabel(look));
		if (!created) return undefined;
		const { name } = look;
		this.#undo.add({
			done: () => t('log-label-created', { name }),
			name: () => t('log-undo-label-create', { name }),
			undo: () => this.#then(this.#api.deleteLabel(created.key)),
		});
		await this.load();
		return created;
	}

	change(label: LabelView, look: LabelLook): Promise<boolean> {
		const { key, name, colour, shape } = label;
		return this.#do(this.#api.changeLabel(key, look), {
			done: () => t('log-label-changed', { name: look.name }),
			name: () => t('log-undo-label-change', { name: look.name }),
			undo: () => this.#then(this.#api.changeLabel(key, { name, colour, shape })),
		});
	}

	merge(from: LabelView, into: LabelView): Promise<boolean> {
		const names = { from: from.name, into: into.name };
		return this.#do(this.#api.mergeLabel(from.key, into.key), {
			done: () => t('log-label-merged', names),
			name: () => t('log-undo-label-merge', names),
			undo: () => this.#then(this.#api.restoreLabel(from.key)),
		});
	}

	delete(label: LabelView): Promise<boolean> {
		const { key, name } = label;
		return this.#do(this.#api.deleteLabel(key), {
			done: () => t('log-label-deleted', { name }),
			name: () => t('log-undo-label-delete', { name }),
			undo: () => this.#then(this.#api.restoreLabel(key)),
		});
	}

	async #do(request: Promise<void>, entry: Parameters<Undo['add']>[0]): Promise<boolean> {
		const done = await this.#notices.guard(request.then(() => true));
		if (done) this.#undo.add(entry);
		await this.load();
		return done === true;
	}

	async #then(request: Promise<void>): Promise<void> {
		await request;
		await Promise.all([this.load(), this.#readSits()]);
	}
}

/** As `zafu_core::label::folded`. */
function plainName(name: string): string {
	return name.trim().toLowerCase();
}
