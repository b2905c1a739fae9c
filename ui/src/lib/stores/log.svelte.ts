/** The log: past sits, newest first, loaded in parts. */
import type { Api } from '../api/api';
import type { LogOwner, OwnerView, SitRecord } from '../api/types';
import { t } from '../messages.svelte';
import type { Notices } from './notices.svelte';

const PAGE = 50;

export class Log {
	sits = $state.raw<SitRecord[]>([]);
	/** Whether there may be older sits. */
	more = $state(false);
	loaded = $state(false);
	/** Whose sits are listed. */
	owner = $state.raw<LogOwner>('shown');
	/** Every owner of sits on this device. */
	owners = $state.raw<OwnerView[]>([]);
	#api: Api;
	#notices: Notices;

	constructor(api: Api, notices: Notices) {
		this.#api = api;
		this.#notices = notices;
	}

	/** Owners whose sits the log shows only if it is filtered by them. */
	get others(): OwnerView[] {
		return this.owners.filter((one) => !one.shown && one.sits > 0);
	}

	async load(): Promise<void> {
		this.owner = 'shown';
		await Promise.all([this.#loadFirst(), this.readOwners()]);
	}

	/** Shows the sits of these owners. */
	async filterBy(owner: LogOwner): Promise<void> {
		this.owner = owner;
		await this.#loadFirst();
	}

	async readOwners(): Promise<void> {
		const owners = await this.#notices.guard(this.#api.listOwners());
		if (owners) this.owners = owners;
	}

	async #loadFirst(): Promise<void> {
		const owner = this.owner;
		const page = await this.#notices.guard(this.#api.listSits(PAGE, null, owner));
		// The user may have chosen another owner meanwhile.
		if (page && owner === this.owner) this.#set(page, page.length === PAGE);
	}

	async loadMore(): Promise<void> {
		const last = this.sits.at(-1);
		const owner = this.owner;
		const page = await this.#notices.guard(this.#api.listSits(PAGE, last?.id ?? null, owner));
		if (page && owner === this.owner) this.#set([...this.sits, ...page], page.length === PAGE);
	}

	async edit(id: string, note: string, label: string): Promise<boolean> {
		const saved = await this.#notices.guard(this.#api.editSit(id, note, label).then(() => true));
		if (saved) {
			this.sits = this.sits.map((one) => (one.id === id ? { ...one, note, label } : one));
		}
		return saved === true;
	}

	async delete(id: string): Promise<void> {
		const deleted = await this.#notices.guard(this.#api.deleteSit(id).then(() => true));
		if (!deleted) return;
		this.sits = this.sits.filter((one) => one.id !== id);
		this.#notices.show({
			kind: 'undo',
			text: t('log-deleted'),
			action: { label: t('common-undo'), run: () => void this.restore(id) },
		});
	}

	async restore(id: string): Promise<void> {
		await this.#notices.guard(this.#api.restoreSit(id));
		await this.refresh();
	}

	/** Reads as many sits as are shown again, with changes from other devices. */
	async refresh(): Promise<void> {
		await this.readOwners();
		// The sits of an account may have been moved to another one.
		const chosen = this.owner;
		if (typeof chosen === 'object' && !this.others.some((one) => one.id === chosen.of)) {
			this.owner = 'shown';
		}
		const owner = this.owner;
		const count = Math.max(PAGE, this.sits.length + 1);
		const page = await this.#notices.guard(this.#api.listSits(count, null, owner));
		if (page && owner === this.owner) this.#set(page, page.length === count);
	}

	#set(sits: SitRecord[], more: boolean): void {
		this.sits = sits;
		this.more = more;
		this.loaded = true;
	}
}
