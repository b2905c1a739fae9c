/** The conditions that sits of the log must meet. The shell keeps them for the next window. */
import type { LogFilter } from '../api/types';

export const NO_FILTER: LogFilter = {
	owner: 'shown',
	labels: [],
	words: '',
	outcomes: [],
	sources: [],
};

/** Words are searched for once the user has stopped typing for this long. In milliseconds. */
export const TYPING_PAUSE = 200;

/** Whether a filter selects all sits of a day, or none. */
export function hasWholeDays(filter: LogFilter): boolean {
	const { labels, words, shortest, longest, time } = filter;
	const lists = [labels, filter.outcomes, filter.sources];
	const isPart = [shortest, longest, time].some((one) => one !== undefined);
	return lists.every((list) => list.length === 0) && words === '' && !isPart;
}

export class Filter {
	current = $state.raw<LogFilter>(NO_FILTER);
	/** The words as typed, before they are searched for. */
	typed = $state('');
	#changed: () => void;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `changed` is called after each change. */
	constructor(changed: () => void, kept: LogFilter = NO_FILTER) {
		this.#changed = changed;
		this.current = kept;
		this.typed = kept.words;
	}

	/** Number of conditions, not counting the words. */
	get count(): number {
		const { owner, labels, outcomes, sources, ...filter } = this.current;
		const hasLength = filter.shortest !== undefined || filter.longest !== undefined;
		const hasDays = filter.firstDay !== undefined || filter.lastDay !== undefined;
		const owners = owner === 'shown' ? 0 : 1;
		return (
			owners +
			labels.length +
			outcomes.length +
			sources.length +
			Number(hasLength) +
			Number(filter.time !== undefined) +
			Number(hasDays)
		);
	}

	/** Whether every sit of this account is listed. */
	get isEmpty(): boolean {
		return this.count === 0 && this.current.words === '';
	}

	/** Changes conditions; undefined removes one. */
	change(conditions: { [Name in keyof LogFilter]?: LogFilter[Name] | undefined }): void {
		const next = Object.entries({ ...this.current, ...conditions });
		this.current = Object.fromEntries(
			next.filter(([, value]) => value !== undefined),
		) as unknown as LogFilter;
		if (conditions.words !== undefined) this.#setTyped(conditions.words);
		this.#changed();
	}

	/** Searches for these words once the user stops typing. */
	type(words: string): void {
		this.#setTyped(words);
		this.#timer = setTimeout(() => this.apply(), TYPING_PAUSE);
	}

	/** Searches for the typed words at once. */
	apply(): void {
		const words = this.typed.trim();
		clearTimeout(this.#timer);
		if (words === this.current.words) return;
		this.current = { ...this.current, words };
		this.#changed();
	}

	/** Replaces all conditions by these. */
	replace(conditions: Partial<LogFilter>): void {
		this.current = { ...NO_FILTER, ...conditions };
		this.#setTyped(this.current.words);
		this.#changed();
	}

	clear(): void {
		this.replace({});
	}

	#setTyped(words: string): void {
		clearTimeout(this.#timer);
		this.typed = words;
	}
}
