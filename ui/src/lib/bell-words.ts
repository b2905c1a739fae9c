/** What the window says when a bell is not heard as it was meant to be, in the language of the person. */
import type { BellError, FileFault, IpcError } from './api/types';
import { m } from './paraglide/messages';
import { soundName } from './words';

/** An error in full. */
export function errorText(error: IpcError): string {
	return error.bell ? bellText(error.bell) : error.message;
}

/** An error in so few words that they fit into one line of the narrowest window, if it is about a bell. */
export function errorBrief(error: IpcError): string {
	return error.bell ? bellBrief(error.bell) : error.message;
}

function bellText(error: BellError): string {
	switch (error.kind) {
		case 'no-device':
			return m.bell_no_device({ reason: error.reason });
		case 'device-refused':
			return m.bell_device_refused({ device: error.device, reason: error.reason });
		case 'device-lost':
			return m.bell_device_lost({ device: error.device, reason: error.reason });
		case 'sound-stuck':
			return m.bell_stuck();
		case 'file':
			return m.bell_file({
				file: fileName(error.file),
				fault: faultText(error.fault),
				instead: soundName(error.instead),
			});
		case 'file-refused':
			return m.bell_file_refused({ file: fileName(error.file), fault: faultText(error.fault) });
		case 'unknown-sound':
			return m.bell_unknown({ name: error.name, instead: soundName(error.instead) });
		case 'failed':
			return m.bell_failed({ reason: error.reason });
	}
}

function bellBrief(error: BellError): string {
	switch (error.kind) {
		case 'no-device':
			return m.bell_no_device_brief();
		case 'device-refused':
		case 'device-lost':
		case 'sound-stuck':
		case 'failed':
			return m.bell_silent_brief();
		case 'file':
		case 'file-refused':
			return m.bell_file_brief();
		case 'unknown-sound':
			return m.bell_unknown_brief();
	}
}

function faultText(fault: FileFault): string {
	switch (fault.kind) {
		case 'missing':
			return m.fault_missing();
		case 'not-a-file':
			return m.fault_not_a_file();
		case 'bad-name':
			return m.fault_bad_name();
		case 'unreadable':
			return m.fault_unreadable({ reason: fault.reason });
		case 'slow':
			return m.fault_slow();
		case 'unknown-format':
			return m.fault_unknown_format();
		case 'damaged':
			return m.fault_damaged();
		case 'rate':
			return m.fault_rate({ hertz: fault.hertz });
		case 'channels':
			return m.fault_channels({ count: fault.count });
		case 'not-finite':
			return m.fault_not_finite();
		case 'silent':
			return m.fault_silent();
	}
}

/** A path's last part: a folder says little and takes a line. */
function fileName(path: string): string {
	return path.split(/[\\/]/).at(-1) || path;
}
