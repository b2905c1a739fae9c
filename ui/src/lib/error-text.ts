/** Formats errors in the current language. */
import type { IpcError } from './api/types';
import { messageText, t, type MessageId, type PlainMessageId } from './messages.svelte';

/** The messages that have a short form. */
const BRIEF: { [Id in MessageId]?: PlainMessageId } = {
	'error-bell-no-device': 'error-bell-no-device-brief',
	'error-bell-no-device-reason': 'error-bell-no-device-brief',
	'error-bell-device-refused': 'error-bell-silent-brief',
	'error-bell-device-lost': 'error-bell-silent-brief',
	'error-bell-stuck': 'error-bell-silent-brief',
	'error-bell-failed': 'error-bell-silent-brief',
	'error-bell-file': 'error-bell-file-brief',
	'error-bell-file-refused': 'error-bell-file-brief',
	'error-bell-unknown-sound': 'error-bell-unknown-sound-brief',
};

/** Returns the full text of an error. */
export function errorText({ message }: IpcError): string {
	return messageText(message);
}

/** Returns the text of an error; for bells one that fits into one line of the narrowest window. */
export function errorBrief({ message }: IpcError): string {
	const brief = BRIEF[message.id as MessageId];
	return brief ? t(brief) : messageText(message);
}

/** Returns a key that two errors share only if they say the same. */
export function errorKey({ message }: IpcError): string {
	return JSON.stringify(message);
}
