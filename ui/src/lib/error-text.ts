/** Formats errors in the current language. */
import type { BellError, FileFault, IpcError } from './api/types';
import { t } from './messages.svelte';
import { soundName } from './text';

/** Returns the full text of an error. */
export function errorText(error: IpcError): string {
	return error.bell ? bellText(error.bell) : error.message;
}

/** Returns the text of an error; for bells one that fits into one line of the narrowest window. */
export function errorBrief(error: IpcError): string {
	return error.bell ? bellBrief(error.bell) : error.message;
}

function bellText(error: BellError): string {
	switch (error.kind) {
		case 'no-device':
			return t('error-bell-no-device', { reason: error.reason });
		case 'device-refused':
			return t('error-bell-device-refused', { device: error.device, reason: error.reason });
		case 'device-lost':
			return t('error-bell-device-lost', { device: error.device, reason: error.reason });
		case 'sound-stuck':
			return t('error-bell-stuck');
		case 'file':
			return t('error-bell-file', {
				file: fileName(error.file),
				fault: faultText(error.fault),
				instead: soundName(error.instead),
			});
		case 'file-refused':
			return t('error-bell-file-refused', {
				file: fileName(error.file),
				fault: faultText(error.fault),
			});
		case 'unknown-sound':
			return t('error-bell-unknown-sound', { name: error.name, instead: soundName(error.instead) });
		case 'failed':
			return t('error-bell-failed', { reason: error.reason });
	}
}

function bellBrief(error: BellError): string {
	switch (error.kind) {
		case 'no-device':
			return t('error-bell-no-device-brief');
		case 'device-refused':
		case 'device-lost':
		case 'sound-stuck':
		case 'failed':
			return t('error-bell-silent-brief');
		case 'file':
		case 'file-refused':
			return t('error-bell-file-brief');
		case 'unknown-sound':
			return t('error-bell-unknown-sound-brief');
	}
}

function faultText(fault: FileFault): string {
	switch (fault.kind) {
		case 'missing':
			return t('error-file-missing');
		case 'not-a-file':
			return t('error-file-not-a-file');
		case 'bad-name':
			return t('error-file-bad-name');
		case 'unreadable':
			return t('error-file-unreadable', { reason: fault.reason });
		case 'slow':
			return t('error-file-slow');
		case 'unknown-format':
			return t('error-file-unknown-format');
		case 'damaged':
			return t('error-file-damaged');
		case 'rate':
			return t('error-file-rate', { hertz: String(fault.hertz) });
		case 'channels':
			return t('error-file-channels', { count: fault.count });
		case 'not-finite':
			return t('error-file-not-finite');
		case 'silent':
			return t('error-file-silent');
	}
}

/** Returns the last part of a path: the folder would take a line and tell little. */
function fileName(path: string): string {
	return path.split(/[\\/]/).at(-1) || path;
}
