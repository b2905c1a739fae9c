/** Announces the phases and milestones of a sit to screen readers. */
import type { EngineState } from '../api/types';
import { t } from '../messages.svelte';
import { milestones, reached, untilNext, type Milestone } from '../time/announce';
import { pulse } from '../time/pulse';
import { roundedLength, short } from '../text';
import type { Timer } from './timer.svelte';

/** Returns the announcement of a change of state, or null. */
export function saidOfChange(before: EngineState, after: EngineState): string | null {
	const [was, is] = [before.sit, after.sit];
	if (is) {
		if (was?.id === is.id && was.phase === is.phase) return null;
		switch (is.phase) {
			case 'preparing':
				return t('announcement-preparing', { time: short(is.preparationSeconds) });
			case 'paused':
				return t('announcement-paused');
			case 'overtime':
				return t('announcement-overtime');
			case 'sitting':
				if (was?.phase === 'paused') return t('announcement-resumed');
				if (is.plannedSeconds === null) return t('announcement-started-open');
				return t('announcement-started', { length: short(is.plannedSeconds) });
		}
	}
	if (after.finished && after.finished.id !== before.finished?.id) {
		return t('announcement-finished', { length: roundedLength(after.finished.satSeconds) });
	}
	return null;
}

export function saidOfMilestone(milestone: Milestone): string {
	return milestone.kind === 'half'
		? t('announcement-half', { length: t('common-minutes', { count: milestone.minutesLeft }) })
		: t('announcement-remaining', { length: t('common-minutes', { count: milestone.minutes }) });
}

/** Milestones older than this, such as after the computer slept, are not announced. */
const LATE_MS = 30_000;

/** Call during the setup of a component; runs until the component is destroyed. */
export function announcements(timer: Timer): { readonly text: string } {
	let text = $state('');
	let before = timer.engineState;
	/** The sit and the time sat up to which milestones were announced. */
	let heard = { id: '', ms: 0 };

	$effect(() => {
		const after = timer.engineState;
		const said = saidOfChange(before, after);
		before = after;
		if (said !== null) text = said;
		const sit = after.sit;
		if (sit?.phase !== 'sitting') return;

		const steps = milestones(sit.plannedSeconds);
		const elapsed = () => timer.moment()?.elapsedMs ?? 0;
		if (heard.id !== sit.id) heard = { id: sit.id, ms: elapsed() };
		const hear = () => {
			const now = elapsed();
			const milestone = reached(steps, Math.max(heard.ms, now - LATE_MS), now);
			// A timer that fires slightly early must not skip its milestone.
			heard.ms = Math.max(heard.ms, now);
			if (milestone) text = saidOfMilestone(milestone);
		};
		// Milestones passed while the state was delivered.
		hear();
		return pulse(() => untilNext(steps, heard.ms), hear);
	});

	return {
		get text() {
			return text;
		},
	};
}
