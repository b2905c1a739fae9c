/** Identifies sits of the log in the window. */
import type { SessionRef, SitRecord } from '../api/types';

export function refOf({ id, owner }: SessionRef): SessionRef {
	return { id, owner };
}

/** Returns a key that two sits share only if they are the same. */
export function keyOf({ id, owner }: SessionRef): string {
	return `${id}/${owner ?? ''}`;
}

/** Whether the user can select and change a sit: another device may still be timing it otherwise. */
export function isEditable(sit: SitRecord): boolean {
	return sit.stage !== 'runningElsewhere';
}

/** Whether the user can delete a sit: one that waits for an answer or runs is not over. */
export function isDeletable(sit: SitRecord): boolean {
	return isEditable(sit) && sit.stage !== 'started';
}
