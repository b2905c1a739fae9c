/** The sit that is about to be started: the default one, a preset, or either with changes. */
import type { LengthChoice, PlanChoice, Preset, StartRequest } from '../api/types';

/** The origin of the sit that is offered when Zafu opens. */
export const USUAL = 'usual';

export class Draft {
	plan = $state.raw<PlanChoice | null>(null);
	/** What it is, as long as nothing was changed: the usual sit, or the preset of this id. */
	origin = $state<string | null>(null);
	/** The last timed length and clock, so that trying the other kinds loses neither. */
	#seconds = 1200;
	#clock = '';

	/** Begins anew from a plan. */
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

	/** Changes the kind of length; `now` gives the clock to start from. */
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

/** The next full five minutes after a sit of that length from now. */
function soon(now: Date, seconds: number): string {
	const minutes = Math.ceil((now.getHours() * 60 + now.getMinutes() + seconds / 60) / 5) * 5;
	const pad = (value: number) => String(value).padStart(2, '0');
	return `${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)}`;
}
