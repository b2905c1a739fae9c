/** What the engine last said of the timer, and when. Whoever shows time goes on from here. */
import type { SitView, EngineState } from '../api/types';
import { momentOf, type Moment } from '../time/moment';

const NOTHING: EngineState = {
	revision: 0,
	sit: null,
	unsettled: [],
	finished: null,
	trouble: [],
	sync: null,
};

export class Timer {
	engineState = $state.raw<EngineState>(NOTHING);
	/** Whether the engine has spoken at all; until then nothing is shown. */
	received = $state(false);
	#receivedAt = 0;
	#now: () => number;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/**
	 * Answers and events take different ways: one that was overtaken by a newer one is ignored. Returns whether this one
	 * was taken.
	 */
	receive(engineState: EngineState): boolean {
		if (engineState.revision < this.engineState.revision) return false;
		this.#receivedAt = this.#now();
		this.engineState = engineState;
		this.received = true;
		return true;
	}

	get sit(): SitView | null {
		return this.engineState.sit;
	}

	/** Where the sit is right now. Reads the clock: not reactive by itself. */
	moment(): Moment | null {
		const sit = this.engineState.sit;
		return sit && momentOf(sit, this.#now() - this.#receivedAt);
	}
}
