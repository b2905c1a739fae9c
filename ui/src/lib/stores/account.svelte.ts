/**
 * The account, as a person deals with it: what was typed, what is being asked of the project, and what came of it.
 * How things stand is in the engineStates. Passwords and codes are never kept here.
 */
import { asIpcError, type Api } from '../api/api';
import type { RefusedView, Proof, SyncView } from '../api/types';
import { t } from '../messages.svelte';
import type { Timer } from './timer.svelte';

/** What is asked, and so where its outcome is shown. */
export type Asked =
	'enter' | 'code' | 'sync' | 'answer' | 'move' | 'refused' | 'sign-out' | 'erase';

export interface Outcome {
	asked: Asked;
	/** Whether it went wrong. */
	wrong: boolean;
	text: string;
}

export class Account {
	url = $state('');
	key = $state('');
	email = $state('');
	/** Whether the project was known before anybody typed it; null: not known yet. */
	projectGiven = $state<boolean | null>(null);
	/** What is being asked just now. */
	asking = $state<Asked | null>(null);
	/** What came of it, in words, until something else is asked. */
	outcome = $state.raw<Outcome | null>(null);
	/** What the server will not have. */
	refused = $state.raw<RefusedView[]>([]);
	#api: Api;
	#timer: Timer;

	constructor(api: Api, timer: Timer) {
		this.#api = api;
		this.#timer = timer;
	}

	/** How things stand; null: nobody was ever signed in here. */
	get sync(): SyncView | null {
		return this.#timer.engineState.sync;
	}

	/** Looks up what the page begins with. What was typed already stays. */
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
			// It can be typed all the same.
			this.projectGiven = false;
			this.#failed('enter', thrown);
		}
	}

	/** Reads what was refused; to be called again when its number changes. */
	async readRefused(): Promise<void> {
		try {
			this.refused = await this.#api.listRefused();
		} catch (thrown) {
			this.#failed('refused', thrown);
		}
	}

	async sendCode(): Promise<void> {
		await this.#ask(
			'code',
			() => this.#api.accountSendCode(this.#url, this.key.trim(), this.#email),
			() => t('account-code-sent', { email: this.#email }),
		);
	}

	/** Signs in, or up first. Returns whether somebody is signed in now or a mail was sent; null if it failed. */
	async enter(how: Proof, up: boolean): Promise<'in' | 'mail' | null> {
		const request = { url: this.#url, key: this.key.trim(), email: this.#email, how };
		const came = await this.#ask(
			'enter',
			() => (up ? this.#api.accountSignUp(request) : this.#api.accountSignIn(request)),
			({ mailSent, adopted }) => {
				if (mailSent) return t('account-confirmation-sent', { email: this.#email });
				return adopted > 0
					? t('account-signed-in-adopted', { count: adopted })
					: t('account-signed-in');
			},
		);
		if (came === undefined) return null;
		return came.mailSent ? 'mail' : 'in';
	}

	async signOut(): Promise<void> {
		await this.#ask(
			'sign-out',
			() => this.#api.accountSignOut(),
			() => t('account-signed-out'),
		);
	}

	/** Says whether it was done. */
	async erase(): Promise<boolean> {
		const done = await this.#ask(
			'erase',
			() => this.#api.accountErase().then(() => true),
			() => t('account-erase-done'),
		);
		return done === true;
	}

	async adopt(adopt: boolean): Promise<void> {
		await this.#ask(
			'answer',
			() => this.#api.accountAdopt(adopt),
			() => (adopt ? t('account-adopted') : t('account-not-adopted')),
		);
	}

	/** Answers the open question whether the sits of an account that is gone become part of this one. */
	async adoptFrom(owner: string, adopt: boolean): Promise<void> {
		await this.#move(owner, adopt, 'answer');
	}

	/** Moves the sits of an account that is gone to this one without an open question. */
	async moveFrom(owner: string): Promise<void> {
		await this.#move(owner, true, 'move');
	}

	async #move(owner: string, adopt: boolean, asked: 'answer' | 'move'): Promise<void> {
		await this.#ask(
			asked,
			() => this.#api.accountAdoptFrom(owner, adopt),
			(moved) => (adopt ? t('account-moved', { count: moved }) : t('account-not-moved')),
		);
	}

	async afterErasure(upload: boolean): Promise<void> {
		await this.#ask(
			'answer',
			() => this.#api.accountAfterErasure(upload),
			() => (upload ? t('account-uploaded-again') : t('account-kept-local')),
		);
	}

	async syncNow(): Promise<void> {
		await this.#ask('sync', () => this.#api.syncNow());
	}

	async retryRefused(): Promise<void> {
		await this.#ask(
			'refused',
			() => this.#api.retryRefused(),
			() => t('account-rejected-retried'),
		);
	}

	async exportRefused(): Promise<void> {
		await this.#ask(
			'refused',
			() => this.#api.exportRefused(),
			(path) => (path === null ? '' : t('account-rejected-exported', { path })),
		);
	}

	get #url(): string {
		return this.url.trim();
	}

	get #email(): string {
		return this.email.trim();
	}

	/** One question at a time. What goes wrong is shown beside what was asked, and loses nothing that was typed. */
	async #ask<T>(
		asked: Asked,
		ask: () => Promise<T>,
		say: (came: T) => string = () => '',
	): Promise<T | undefined> {
		if (this.asking !== null) return undefined;
		this.asking = asked;
		this.outcome = null;
		try {
			const came = await ask();
			this.outcome = { asked, wrong: false, text: say(came) };
			return came;
		} catch (thrown) {
			this.#failed(asked, thrown);
			return undefined;
		} finally {
			this.asking = null;
		}
	}

	#failed(asked: Asked, thrown: unknown): void {
		this.outcome = { asked, wrong: true, text: asIpcError(thrown).message };
	}
}
