/** Announces the phases and milestones of a sit to screen readers. */
import type { EngineState } from '../api/types';
import { t } from '../messages.svelte';
import { milestones, reached, untilNext, type Milestone } from '../time/announce';
import { pulse } from '../time/pulse';
import { roundedLength, short } from '../text';
import type { Timer } from './timer.svelte';

/** Returns the announcement of a change of state, or null. */
export function announcementOfChange(before: EngineState, after: EngineState): string | null {
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

export function announcementOfMilestone(milestone: Milestone): string {
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
	let announced = { id: '', ms: 0 };

	$effect(() => {
		const after = timer.engineState;
		const announcement = announcementOfChange(before, after);
		before = after;
		if (announcement !== null) text = announcement;
		const sit = after.sit;
		if (sit?.phase !== 'sitting') return;

		const steps = milestones(sit.plannedSeconds);
		const elapsed = () => timer.moment()?.elapsedMs ?? 0;
		if (announced.id !== sit.id) announced = { id: sit.id, ms: elapsed() };
		const announce = () => {
			const now = elapsed();
			const milestone = reached(steps, Math.max(announced.ms, now - LATE_MS), now);
			// A timer that fires slightly early must not skip its milestone.
			announced.ms = Math.max(announced.ms, now);
			if (milestone) text = announcementOfMilestone(milestone);
		};
		// Milestones passed while the state was delivered.
		announce();
		return pulse(() => untilNext(steps, announced.ms), announce);
	});

	return {
		get text() {
			return text;
		},
	};
}
