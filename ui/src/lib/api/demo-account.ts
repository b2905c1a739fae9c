/** The demo's account: a project in memory that accepts one password and one code. */
import type { MessageId } from '../messages.svelte';
import type { Api } from './api';
import type {
	IpcError,
	OwnerView,
	ProjectView,
	DeadLetterView,
	SignInRequest,
	SignedInView,
	SyncView,
} from './types';

/** The credentials of the demo's account. */
export const DEMO_PASSWORD = 'correct horse';
export const DEMO_CODE = '314159';

export const SIGNED_IN: SyncView = {
	email: '',
	project: '',
	signedIn: true,
	state: 'synced',
	pending: 0,
	rejected: 0,
	localOnly: 0,
	unreadable: 0,
	rejectedLabels: 0,
	ownerless: 0,
	adoptFrom: null,
	syncedAt: '2026-11-24T06:02:00Z',
	progress: null,
	need: null,
	trouble: null,
	untilQuit: false,
	keepsTexts: false,
};

export interface AccountState {
	project?: ProjectView | undefined;
	sync?: Partial<SyncView> | undefined;
	refused?: DeadLetterView[];
	/** Owners of sits besides the current account. */
	others?: OwnerView[];
}

type AccountApi = Pick<
	Api,
	| 'accountProject'
	| 'accountSignIn'
	| 'accountSignUp'
	| 'accountSendCode'
	| 'accountSignOut'
	| 'accountErase'
	| 'setKeepsTexts'
	| 'accountAdopt'
	| 'accountAdoptFrom'
	| 'accountAfterErasure'
	| 'listOwners'
	| 'syncNow'
	| 'listDeadLetters'
	| 'retryDeadLetters'
	| 'exportDeadLetters'
>;

/** Calls `changed` after each change of `sync`; records requests in `calls`. */
export function demoAccount(state: AccountState, calls: string[], changed: () => void) {
	const project = state.project ?? { url: '', key: '' };
	let refused = state.refused ?? [];
	let others = state.others ?? [];
	let sync: SyncView | null = state.sync ? { ...SIGNED_IN, ...state.sync } : null;

	function reject(code: IpcError['code'], id: MessageId): never {
		throw { code, message: { id, args: {} } } satisfies IpcError;
	}

	function set(change: Partial<SyncView>): void {
		sync = { ...(sync ?? SIGNED_IN), ...change };
		changed();
	}

	/** Returns the state without an open question. */
	const calm = { need: null, state: 'synced', trouble: null } as const;

	function open({ url, email, how, keepTexts }: SignInRequest): SignedInView {
		if (!url.includes('.')) reject('network', 'server-auth-unreachable');
		if ('password' in how && how.password !== DEMO_PASSWORD)
			reject('rejected', 'server-auth-wrong-password');
		if ('code' in how && how.code !== DEMO_CODE) reject('rejected', 'server-auth-wrong-code');
		set({ ...calm, signedIn: true, email, project: url, keepsTexts: keepTexts ?? false });
		return { adopted: 12, mailSent: false };
	}

	const api: AccountApi = {
		accountProject: async () => ({ ...project }),
		accountSignIn: async (request) => {
			calls.push('accountSignIn');
			return open(request);
		},
		accountSignUp: async ({ email }) => {
			calls.push('accountSignUp');
			if (!email.includes('@')) reject('rejected', 'server-auth-address-invalid');
			return { adopted: 0, mailSent: true };
		},
		accountSendCode: async (_url, _key, email) => {
			calls.push(`accountSendCode ${email}`);
			if (!email.includes('@')) reject('rejected', 'server-auth-address-invalid');
		},
		accountSignOut: async () => {
			calls.push('accountSignOut');
			set({ signedIn: false, state: 'signed-out', need: null, progress: null });
		},
		accountErase: async () => {
			calls.push('accountErase');
			set({ ...calm, pending: 0, localOnly: 6 });
		},
		setKeepsTexts: async (keeps) => {
			calls.push(`setKeepsTexts ${keeps}`);
			set({ keepsTexts: keeps });
		},
		accountAdopt: async (adopt) => {
			calls.push(`accountAdopt ${adopt}`);
			set({ ...calm, ownerless: 0 });
		},
		accountAdoptFrom: async (owner, adopt) => {
			calls.push(`accountAdoptFrom ${owner} ${adopt}`);
			const found = others.find((one) => one.id === owner);
			if (adopt) others = others.filter((one) => one.id !== owner);
			set({ ...calm, adoptFrom: null });
			return adopt ? (found?.sits ?? 0) : 0;
		},
		listOwners: async () => {
			const own: OwnerView[] = sync
				? [
						{
							id: '01990000-0000-4000-8000-000000000001',
							email: sync.email,
							project: sync.project,
							state: sync.signedIn ? 'signed-in' : 'signed-out',
							shown: true,
							sits: 6,
							deleted: 0,
							unsent: sync.pending,
							localOnly: sync.localOnly,
						},
					]
				: [];
			return structuredClone([...own, ...others]);
		},
		accountAfterErasure: async (upload) => {
			calls.push(`accountAfterErasure ${upload}`);
			set({ ...calm, pending: 0, localOnly: upload ? 0 : (sync?.pending ?? 0) });
		},
		syncNow: async () => {
			calls.push('syncNow');
			set({ ...calm, pending: 0, syncedAt: new Date().toISOString() });
		},
		listDeadLetters: async () => structuredClone(refused),
		retryDeadLetters: async () => {
			calls.push('retryDeadLetters');
			refused = [];
			set({ ...calm, rejected: 0 });
		},
		exportDeadLetters: async () => {
			calls.push('exportDeadLetters');
			return '/home/me/Documents/zafu-dead-letters.json';
		},
	};
	return { api, sync: () => sync, others: () => others };
}
