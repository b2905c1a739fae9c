/** The keys of the log. */

/** Whether the key for commands is Command, as on macOS. */
export const isMac = navigator.platform.startsWith('Mac');

/** Whether the key for commands is held, and no other one. */
export function isCommand(event: KeyboardEvent): boolean {
	const [held, other] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
	return held && !other && !event.altKey;
}

/** Whether keys are typed into the focused element. */
export function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target instanceof HTMLInputElement)
		return target.type !== 'checkbox' && target.type !== 'radio';
	return target.matches('textarea, select');
}
