/** The sit that is about to be started: the default one, a preset, or either with changes. */
import type { LengthChoice, PlanChoice, Preset, StartRequest } from '../api/types';

export class Draft {
	plan = $state.raw<PlanChoice | null>(null);
	/** The preset it came from, as long as nothing was changed. */
	presetId = $state<string | null>(null);
	/** The last timed length and clock, so that trying the other kinds loses neither. */
	#seconds = 1200;
	#clock = '';

	/** Begins anew from a plan; a preset, if it has one. */
	from(plan: PlanChoice, presetId: string | null = null): void {
		this.plan = plan;
		this.presetId = presetId;
		this.#remember(plan.length);
	}

	choose(preset: Preset): void {
		this.from(preset.plan, preset.id);
	}

	change(change: Partial<PlanChoice>): void {
		if (!this.plan) return;
		this.plan = { ...this.plan, ...change };
		this.presetId = null;
		this.#remember(this.plan.length);
	}

	/** Changes the kind of length; `now` gives the clock to start from. */
	kind(kind: LengthChoice['kind'], now: Date): void {
		if (kind === 'open') this.change({ length: { kind } });
		else if (kind === 'timed') this.change({ length: { kind, seconds: this.#seconds } });
		else this.change({ length: { kind, clock: this.#clock || soon(now, this.#seconds) } });
	}

	request(): StartRequest {
		if (this.presetId !== null) return { presetId: this.presetId };
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
