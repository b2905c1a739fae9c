/** The latest error or undoable action, shown below the page. */
import { asIpcError } from '../api/api';
import { errorText } from '../error-text';

export interface Notice {
	text: string;
	/** The button beside the text. */
	action?: { label: string; run: () => void };
	kind: 'error' | 'undo' | 'info';
}

export class Notices {
	current = $state.raw<Notice | null>(null);

	show(notice: Notice): void {
		this.current = notice;
	}

	dismiss(): void {
		this.current = null;
	}

	/** Awaits a promise; shows its error and returns undefined if it rejects. */
	async guard<T>(doing: Promise<T>): Promise<T | undefined> {
		try {
			return await doing;
		} catch (thrown) {
			this.show({ kind: 'error', text: errorText(asIpcError(thrown)) });
			return undefined;
		}
	}
}
