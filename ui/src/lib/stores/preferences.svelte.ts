/** Settings, presets, and the sounds to choose from. */
import type { Api } from '../api/api';
import type { PlanChoice, Preset, Settings } from '../api/types';
import type { Notices } from './notices.svelte';
import { setLanguage } from '../messages.svelte';
import { applyTheme } from './theme';

export class Preferences {
	settings = $state.raw<Settings | null>(null);
	presets = $state.raw<Preset[]>([]);
	sounds = $state.raw<string[]>([]);
	#api: Api;
	#notices: Notices;

	constructor(api: Api, notices: Notices) {
		this.#api = api;
		this.#notices = notices;
	}

	/** Applies settings received from the engine. */
	apply(settings: Settings): void {
		this.settings = settings;
		applyToWindow(settings);
	}

	async load(): Promise<void> {
		const [settings, presets, sounds] = await Promise.all([
			this.#notices.guard(this.#api.getSettings()),
			this.#notices.guard(this.#api.listPresets()),
			this.#notices.guard(this.#api.listSounds()),
		]);
		if (settings) this.apply(settings);
		this.presets = presets ?? [];
		this.sounds = (sounds ?? []).map((sound) => sound.name);
	}

	/** Applies a change at once; reverts it and shows the error if it cannot be saved. */
	async change(change: Partial<Settings>): Promise<void> {
		const before = this.settings;
		if (!before) return;
		const next = { ...before, ...change };
		this.settings = next;
		applyToWindow(next);
		const saved = await this.#notices.guard(this.#api.saveSettings(next).then(() => true));
		if (!saved && this.settings === next) {
			this.settings = before;
			applyToWindow(before);
		}
	}

	/** Saves a plan as a preset, replacing one of the same name. Returns the preset, or undefined if it failed. */
	async savePreset(name: string, plan: PlanChoice): Promise<Preset | undefined> {
		const same = this.presets.find((one) => one.name === name);
		const preset = { id: same?.id ?? crypto.randomUUID(), name, plan };
		const saved = await this.#notices.guard(this.#api.savePreset(preset).then(() => true));
		if (!saved) return undefined;
		this.presets = [...this.presets.filter((one) => one.id !== preset.id), preset];
		return preset;
	}

	async deletePreset(id: string): Promise<void> {
		const deleted = await this.#notices.guard(this.#api.deletePreset(id).then(() => true));
		if (deleted) this.presets = this.presets.filter((one) => one.id !== id);
	}
}

/** Applies the settings that concern the whole window. */
function applyToWindow(settings: Settings): void {
	applyTheme(settings.theme);
	setLanguage(settings.language);
}
