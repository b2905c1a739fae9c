/** The latest engine state and the time of its receipt, from which the current time of a sit is computed. */
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
	/** Whether any state was received; until then nothing is shown. */
	received = $state(false);
	#receivedAt = 0;
	#now: () => number;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/**
	 * Stores a state unless a newer one has arrived: responses and events may overtake each other. Returns whether it was
	 * stored.
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

	/** Returns the sit's times at this instant. Reads the clock, so it is not reactive by itself. */
	moment(): Moment | null {
		const sit = this.engineState.sit;
		return sit && momentOf(sit, this.#now() - this.#receivedAt);
	}
}
