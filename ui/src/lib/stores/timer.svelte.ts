/** What the engine last said of the timer, and when. Whoever shows time goes on from here. */
import type { SitView, Snapshot } from '../api/types';
import { momentOf, type Moment } from '../time/moment';

const NOTHING: Snapshot = {
	number: 0,
	sit: null,
	unsettled: [],
	finished: null,
	trouble: [],
	sync: null,
};

export class Timer {
	snapshot = $state.raw<Snapshot>(NOTHING);
	/** Whether the engine has spoken at all; until then nothing is shown. */
	known = $state(false);
	#receivedAt = 0;
	#now: () => number;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/**
	 * Answers and events take different ways: one that was overtaken by a newer one is ignored. Returns whether this one
	 * was taken.
	 */
	receive(snapshot: Snapshot): boolean {
		if (snapshot.number < this.snapshot.number) return false;
		this.#receivedAt = this.#now();
		this.snapshot = snapshot;
		this.known = true;
		return true;
	}

	get sit(): SitView | null {
		return this.snapshot.sit;
	}

	/** Where the sit is right now. Reads the clock: not reactive by itself. */
	moment(): Moment | null {
		const sit = this.snapshot.sit;
		return sit && momentOf(sit, this.#now() - this.#receivedAt);
	}
}
