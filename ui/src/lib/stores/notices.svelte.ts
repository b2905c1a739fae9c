/** What went wrong, and what can be undone: one at a time, in one place, in words. */
import { asIpcError } from '../api/api';
import { errorText } from '../error-text';

export interface Notice {
	text: string;
	/** What one can do about it. */
	action?: { label: string; run: () => void };
	kind: 'error' | 'undo';
}

export class Notices {
	current = $state.raw<Notice | null>(null);

	show(notice: Notice): void {
		this.current = notice;
	}

	dismiss(): void {
		this.current = null;
	}

	/** Runs what may fail; a failure is shown and comes back as undefined. */
	async guard<T>(doing: Promise<T>): Promise<T | undefined> {
		try {
			return await doing;
		} catch (thrown) {
			this.show({ kind: 'error', text: errorText(asIpcError(thrown)) });
			return undefined;
		}
	}
}
