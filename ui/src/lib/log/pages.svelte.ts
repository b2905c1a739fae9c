/** The pages of the log that are loaded, newest first, without a gap. More are loaded at both ends. */
import type { Api } from '../api/api';
import type { DayTotal, LogFilter, LogPage, LogPosition, SitRecord } from '../api/types';
import type { Notices } from '../stores/notices.svelte';
import { NO_FILTER } from './filter.svelte';
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
	/** The filter that has selected the loaded sits. */
	filter = $state.raw<LogFilter>(NO_FILTER);
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
	/** The filter of the last query. */
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

	/**
	 * Loads the page at `position` in place of all others. Returns false and keeps those if it is not wanted (without
	 * `isWanted`: if it is empty although there are newer sits), undefined if it cannot be loaded.
	 */
	async open(
		filter: LogFilter,
		position: LogPosition = 'newest',
		isWanted = ({ sits, newer }: LogPage) => sits.length > 0 || !newer,
	): Promise<boolean | undefined> {
		const before = this.#filter;
		this.#filter = filter;
		const generation = this.#generation + 1;
		const page = await this.#replace(position, PAGE);
		if (page && isWanted(page)) {
			this.opened += 1;
			this.#set(page, []);
			return true;
		}
		// The former filter has selected the pages that stay, unless another query has overtaken this one.
		if (generation === this.#generation) this.#filter = before;
		return page && false;
	}

	/** Forgets all pages. */
	drop(): void {
		this.#generation += 1;
		this.list = [];
		this.isLoaded = false;
		this.isBusy = false;
	}

	/** Forgets the pages far from what the user sees. */
	dropFar(): void {
		const [from, to] = this.#near();
		if (this.newerCount !== null) this.newerCount += countOf(this.list.slice(0, from));
		this.newer ||= from > 0;
		this.older ||= to < this.list.length;
		this.list = this.list.slice(from, to);
	}

	/** Reads the loaded sits again, except for those far from what the user sees, which are dropped. */
	async refresh(): Promise<void> {
		if (!this.#filter) return;
		const kept = this.list.slice(...this.#near());
		const first = kept[0]?.sits[0];
		const isNewest = !first || (!this.newer && kept[0] === this.list[0]);
		const position = isNewest ? 'newest' : { day: first.day };
		let page = await this.#replace(position, Math.max(PAGE, countOf(kept)));
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
		// The engine counts only when the log is opened.
		if (this.newerCount !== null)
			this.newerCount = page.newer ? Math.max(0, this.newerCount - page.sits.length) : 0;
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

	/** Returns the range of the pages near what the user sees; all pages if that is unknown. */
	#near(): [from: number, to: number] {
		const isNear = (page: Page) => !this.#far.has(page.key);
		const from = this.list.findIndex(isNear);
		return from < 0 ? [0, this.list.length] : [from, this.list.findLastIndex(isNear) + 1];
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
		this.filter = this.#filter ?? NO_FILTER;
		this.days = new Map(page.days.map(byDay));
		this.newer = page.newer;
		this.older = page.older;
		this.newerCount = page.newerCount;
		this.total = page.total;
		this.isLoaded = true;
		this.#far = new Set([...this.#far].filter((key) => this.list.some((one) => one.key === key)));
	}
}

function countOf(pages: Page[]): number {
	return pages.reduce((sum, page) => sum + page.sits.length, 0);
}

function byDay(total: DayTotal): [string, DayTotal] {
	return [total.day, total];
}
