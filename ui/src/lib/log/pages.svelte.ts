/** The pages of the log that are loaded, newest first, without a gap. More are loaded at both ends. */
import type { Api } from '../api/api';
import type { DayTotal, LogFilter, LogPage, LogPosition, SitRecord } from '../api/types';
import type { Notices } from '../stores/notices.svelte';
import { refOf } from './session';

/** Number of sits of a page. */
export const PAGE = 50;

export interface Page {
	/** Identifies the page while it is loaded. */
	key: number;
	sits: SitRecord[];
}

export class Pages {
	list = $state.raw<Page[]>([]);
	/** The totals of the days of the loaded sits, by day. */
	days = $state.raw<ReadonlyMap<string, DayTotal>>(new Map());
	/** Whether there are newer sits than the loaded ones. */
	newer = $state(false);
	/** Whether there are older sits than the loaded ones. */
	older = $state(false);
	/** Number of newer sits, if it is known. */
	newerCount = $state<number | null>(0);
	/** Number of all sits that the filter selects, if it is known. */
	total = $state<number | null>(null);
	isLoaded = $state(false);
	/** Whether sits are being loaded. */
	isBusy = $state(false);
	/** Changes whenever the log is opened at another place: the scroll position is not kept then. */
	opened = $state(0);
	#api: Api;
	#notices: Notices;
	#filter: LogFilter | null = null;
	#keys = 0;
	/** Incremented when pages are replaced, so that responses to earlier queries are dropped. */
	#generation = 0;
	/** Keys of the pages far from what the user sees. */
	#far = new Set<number>();

	constructor(api: Api, notices: Notices) {
		this.#api = api;
		this.#notices = notices;
	}

	get sits(): SitRecord[] {
		return this.list.flatMap((page) => page.sits);
	}

	/** Loads the page at `position` in place of all others. Returns false if it has no sits, and keeps them then. */
	async open(filter: LogFilter, position: LogPosition = 'newest'): Promise<boolean> {
		this.#filter = filter;
		const page = await this.#replace(position, PAGE);
		if (!page) return true;
		if (page.sits.length === 0 && page.newer) return false;
		this.opened += 1;
		this.#set(page, []);
		return true;
	}

	/** Reads the loaded sits again, except for those far from what the user sees. */
	async refresh(): Promise<void> {
		if (!this.#filter) return;
		const near = this.list.filter((page) => !this.#far.has(page.key));
		const [from, to] = [this.list.indexOf(near[0]!), this.list.indexOf(near.at(-1)!)];
		const kept = near.length === 0 ? this.list : this.list.slice(from, to + 1);
		const count = kept.reduce((sum, page) => sum + page.sits.length, 0);
		const first = kept[0]?.sits[0];
		const isNewest = !first || (!this.newer && kept[0] === this.list[0]);
		let page = await this.#replace(isNewest ? 'newest' : { day: first.day }, Math.max(PAGE, count));
		// The sits that were loaded are gone, and all others are newer.
		if (page?.sits.length === 0 && page.newer) page = await this.#replace('newest', PAGE);
		if (page) this.#set(page, kept);
	}

	async loadOlder(): Promise<void> {
		const last = this.list.at(-1)?.sits.at(-1);
		if (!last || !this.older) return;
		const page = await this.#extend({ after: refOf(last) });
		if (!page) return;
		this.older = page.older;
		if (page.sits.length > 0) this.list = [...this.list, this.#page(page.sits)];
	}

	async loadNewer(): Promise<void> {
		const first = this.list[0]?.sits[0];
		if (!first || !this.newer) return;
		const page = await this.#extend({ before: refOf(first) });
		if (!page) return;
		this.newer = page.newer;
		this.newerCount = page.newerCount;
		if (page.sits.length > 0) this.list = [this.#page(page.sits), ...this.list];
	}

	/** Tells whether a page is far from what the user sees. */
	setFar(key: number, isFar: boolean): void {
		if (isFar) this.#far.add(key);
		else this.#far.delete(key);
	}

	/** Position of the first sit of a page in the whole list, from 0; among the loaded sits if that is unknown. */
	indexOf(page: Page): number {
		let index = this.newerCount ?? 0;
		for (const one of this.list) {
			if (one === page) break;
			index += one.sits.length;
		}
		return index;
	}

	#page(sits: SitRecord[], key = (this.#keys += 1)): Page {
		return { key, sits };
	}

	/** Requests sits in place of the loaded ones. Returns undefined if that failed, or was overtaken. */
	async #replace(position: LogPosition, limit: number): Promise<LogPage | undefined> {
		this.#generation += 1;
		return this.#request(position, limit);
	}

	/** Requests a page beside the loaded ones. Returns undefined if that failed, or another request is in flight. */
	async #extend(position: LogPosition): Promise<LogPage | undefined> {
		if (this.isBusy) return undefined;
		const page = await this.#request(position, PAGE);
		if (page) this.days = new Map([...this.days, ...page.days.map(byDay)]);
		return page;
	}

	async #request(position: LogPosition, limit: number): Promise<LogPage | undefined> {
		const generation = this.#generation;
		this.isBusy = true;
		const filter = this.#filter!;
		const page = await this.#notices.guard(this.#api.log({ filter, position, limit }));
		if (generation !== this.#generation) return undefined;
		this.isBusy = false;
		return page;
	}

	/** Shows the sits of a response; pages that take the place of `before` keep their keys. */
	#set(page: LogPage, before: Page[]): void {
		const count = Math.ceil(page.sits.length / PAGE);
		this.list = Array.from({ length: count }, (_, at) =>
			this.#page(page.sits.slice(at * PAGE, (at + 1) * PAGE), before[at]?.key),
		);
		this.days = new Map(page.days.map(byDay));
		this.newer = page.newer;
		this.older = page.older;
		this.newerCount = page.newerCount;
		this.total = page.total;
		this.isLoaded = true;
		this.#far = new Set([...this.#far].filter((key) => this.list.some((one) => one.key === key)));
	}
}

function byDay(total: DayTotal): [string, DayTotal] {
	return [total.day, total];
}
