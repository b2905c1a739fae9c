/**
 * The account page: the fields of the sign-in form, the request in flight and its outcome. The state of the account is
 * in the engine state. Passwords and codes are never stored here.
 */
import { asIpcError, type Api } from '../api/api';
import type { DeadLetterView, Proof, SyncView } from '../api/types';
import { errorText } from '../error-text';
import { t } from '../messages.svelte';
import type { Timer } from './timer.svelte';

/** A request of the account page; decides where its outcome is shown. */
export type AccountRequest =
	'enter' | 'code' | 'sync' | 'answer' | 'move' | 'dead-letters' | 'texts' | 'sign-out' | 'erase';

export interface Outcome {
	request: AccountRequest;
	failed: boolean;
	text: string;
}

/** An invitation for which the user signs in. */
export interface Joining {
	/** Its project. */
	url: string;
	key: string;
	/** Whether notes and labels stay on this device. */
	keepTexts: boolean;
	/** Called once when the user has signed in. */
	entered: () => void;
}

export class Account {
	url = $state('');
	key = $state('');
	email = $state('');
	/** Whether the engine knew the project before the form was filled in; null until it has answered. */
	projectGiven = $state<boolean | null>(null);
	inFlight = $state<AccountRequest | null>(null);
	/** Outcome of the last request, until the next one starts. */
	outcome = $state.raw<Outcome | null>(null);
	/** Sits that the server rejected for good. */
	deadLetters = $state.raw<DeadLetterView[]>([]);
	/** The invitation for which the user signs in. */
	joining = $state.raw<Joining | null>(null);
	/** The project in the form before that of the invitation. */
	#before: Pick<Account, 'url' | 'key' | 'projectGiven'> | null = null;
	#api: Api;
	#timer: Timer;

	constructor(api: Api, timer: Timer) {
		this.#api = api;
		this.#timer = timer;
	}

	/** State of the account; null if no account was ever signed in on this device. */
	get sync(): SyncView | null {
		return this.#timer.engineState.sync;
	}

	/** Fills in the form's empty fields from what the engine knows. */
	async open(): Promise<void> {
		this.outcome = null;
		this.email ||= this.sync?.email ?? '';
		if (this.projectGiven !== null) return;
		try {
			const project = await this.#api.accountProject();
			this.url ||= project.url;
			this.key ||= project.key;
			this.projectGiven = project.url !== '' && project.key !== '';
		} catch (thrown) {
			// The form still works: the project can be typed.
			this.projectGiven = false;
			this.#failed('enter', thrown);
		}
	}

	/** Fills in the project of an invitation, until the user has signed in or leaves the page. */
	join(joining: Joining): void {
		this.endJoin();
		const { url, key, projectGiven } = this;
		this.#before = { url, key, projectGiven };
		Object.assign(this, { url: joining.url, key: joining.key, projectGiven: true });
		this.joining = joining;
	}

	/** Fills in again the project from before the invitation: the next password is not sent to a stranger. */
	endJoin(): void {
		if (this.#before) Object.assign(this, this.#before);
		this.#before = null;
		this.joining = null;
	}

	/** Reads the dead letters; called again when their number changes. */
	async readDeadLetters(): Promise<void> {
		try {
			this.deadLetters = await this.#api.listDeadLetters();
		} catch (thrown) {
			this.#failed('dead-letters', thrown);
		}
	}

	async sendCode(): Promise<void> {
		await this.#send(
			'code',
			() => this.#api.accountSendCode(this.#url, this.key.trim(), this.#email),
			() => t('account-code-sent', { email: this.#email }),
		);
	}

	/** Signs in, or signs up. Returns whether the user is signed in or an email was sent; null if it failed. */
	async enter(how: Proof, up: boolean): Promise<'in' | 'mail' | null> {
		const { joining } = this;
		const keepTexts = joining?.keepTexts ?? null;
		const request = { url: this.#url, key: this.key.trim(), email: this.#email, how, keepTexts };
		const response = await this.#send(
			'enter',
			() => (up ? this.#api.accountSignUp(request) : this.#api.accountSignIn(request)),
			({ mailSent, adopted }) => {
				if (mailSent) return t('account-confirmation-sent', { email: this.#email });
				return adopted > 0
					? t('account-signed-in-adopted', { count: adopted })
					: t('account-signed-in');
			},
		);
		if (response === undefined) return null;
		if (response.mailSent) return 'mail';
		// If the user has left the page meanwhile, they do not join.
		const isJoining = joining !== null && this.joining === joining;
		this.#before = null;
		this.joining = null;
		if (isJoining) joining.entered();
		return 'in';
	}

	async signOut(): Promise<void> {
		await this.#send(
			'sign-out',
			() => this.#api.accountSignOut(),
			() => t('account-signed-out'),
		);
	}

	/** Returns whether the data was erased. */
	async erase(): Promise<boolean> {
		const done = await this.#send(
			'erase',
			() => this.#api.accountErase().then(() => true),
			() => t('account-erase-done'),
		);
		return done === true;
	}

	async adopt(adopt: boolean): Promise<void> {
		await this.#send(
			'answer',
			() => this.#api.accountAdopt(adopt),
			() => (adopt ? t('account-adopted') : t('account-not-adopted')),
		);
	}

	/** Answers the open question whether the sits of a closed account are moved to this one. */
	async adoptFrom(owner: string, adopt: boolean): Promise<void> {
		await this.#move(owner, adopt, 'answer');
	}

	/** Moves the sits of a closed account to this one without an open question. */
	async moveFrom(owner: string): Promise<void> {
		await this.#move(owner, true, 'move');
	}

	async #move(owner: string, adopt: boolean, request: 'answer' | 'move'): Promise<void> {
		await this.#send(
			request,
			() => this.#api.accountAdoptFrom(owner, adopt),
			(moved) => (adopt ? t('account-moved', { count: moved }) : t('account-not-moved')),
		);
	}

	async afterErasure(upload: boolean): Promise<void> {
		await this.#send(
			'answer',
			() => this.#api.accountAfterErasure(upload),
			() => (upload ? t('account-uploaded-again') : t('account-kept-local')),
		);
	}

	/** Chooses whether notes and labels stay on the devices of the account. */
	async setKeepsTexts(keeps: boolean): Promise<void> {
		await this.#send(
			'texts',
			() => this.#api.setKeepsTexts(keeps),
			() => (keeps ? t('account-texts-kept') : t('account-texts-sent')),
		);
	}

	async syncNow(): Promise<void> {
		await this.#send('sync', () => this.#api.syncNow());
	}

	async retryDeadLetters(): Promise<void> {
		await this.#send(
			'dead-letters',
			() => this.#api.retryDeadLetters(),
			() => t('account-rejected-retried'),
		);
	}

	async exportDeadLetters(): Promise<void> {
		await this.#send(
			'dead-letters',
			() => this.#api.exportDeadLetters(),
			(path) => (path === null ? '' : t('account-rejected-exported', { path })),
		);
	}

	get #url(): string {
		return this.url.trim();
	}

	get #email(): string {
		return this.email.trim();
	}

	/** Sends one request at a time and stores its outcome. Returns the response, or undefined if there is none. */
	async #send<T>(
		request: AccountRequest,
		call: () => Promise<T>,
		describe: (response: T) => string = () => '',
	): Promise<T | undefined> {
		if (this.inFlight !== null) return undefined;
		this.inFlight = request;
		this.outcome = null;
		try {
			const response = await call();
			this.outcome = { request, failed: false, text: describe(response) };
			return response;
		} catch (thrown) {
			this.#failed(request, thrown);
			return undefined;
		} finally {
			this.inFlight = null;
		}
	}

	#failed(request: AccountRequest, thrown: unknown): void {
		this.outcome = { request, failed: true, text: errorText(asIpcError(thrown)) };
	}
}
