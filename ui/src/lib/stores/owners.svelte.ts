/** The owners of sits on this device. */
import type { Api } from '../api/api';
import type { OwnerView } from '../api/types';
import type { Notices } from './notices.svelte';

export class Owners {
	all = $state.raw<OwnerView[]>([]);
	#api: Api;
	#notices: Notices;

	constructor(api: Api, notices: Notices) {
		this.#api = api;
		this.#notices = notices;
	}

	/** Owners whose sits the log shows only if it is filtered by them. */
	get others(): OwnerView[] {
		return this.all.filter((one) => !one.shown && one.sits > 0);
	}

	async load(): Promise<void> {
		const owners = await this.#notices.guard(this.#api.listOwners());
		if (owners) this.all = owners;
	}
}
