/** The sit that the setup page is about to start: the usual one, a preset, or either with changes. */
import type { LengthChoice, PlanChoice, Preset, StartRequest } from '../api/types';

/** The origin of the sit that is offered when Zafu opens. */
export const USUAL = 'usual';

export class Draft {
	plan = $state.raw<PlanChoice | null>(null);
	/** `USUAL` or the id of a preset; null once the plan was changed. */
	origin = $state<string | null>(null);
	/** The last timed length in seconds and clock time, restored when the user returns to that kind. */
	#seconds = 1200;
	#clock = '';

	/** Replaces the draft by a plan. */
	from(plan: PlanChoice, origin: string): void {
		this.plan = plan;
		this.origin = origin;
		this.#remember(plan.length);
	}

	choose(preset: Preset): void {
		this.from(preset.plan, preset.id);
	}

	change(change: Partial<PlanChoice>): void {
		if (!this.plan) return;
		this.plan = { ...this.plan, ...change };
		this.origin = null;
		this.#remember(this.plan.length);
	}

	/** Changes the kind of length; a sit until a clock time starts from `now`. */
	kind(kind: LengthChoice['kind'], now: Date): void {
		if (kind === 'open') this.change({ length: { kind } });
		else if (kind === 'timed') this.change({ length: { kind, seconds: this.#seconds } });
		else this.change({ length: { kind, clock: this.#clock || soon(now, this.#seconds) } });
	}

	request(): StartRequest {
		if (this.origin !== null && this.origin !== USUAL) return { presetId: this.origin };
		return this.plan ? { plan: this.plan } : {};
	}

	#remember(length: LengthChoice): void {
		if (length.kind === 'timed') this.#seconds = length.seconds;
		if (length.kind === 'until') this.#clock = length.clock;
	}
}

/** Returns `HH:MM` of the first full five minutes at which a sit of that length has ended. */
function soon(now: Date, seconds: number): string {
	const minutes = Math.ceil((now.getHours() * 60 + now.getMinutes() + seconds / 60) / 5) * 5;
	const pad = (value: number) => String(value).padStart(2, '0');
	return `${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)}`;
}
