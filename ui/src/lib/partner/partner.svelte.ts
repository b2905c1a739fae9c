/** The partner, the profile and the target: what this device knows of them, and what the user does. */
import { asIpcError } from '../api/api';
import type {
	InvitationPreview,
	InvitationView,
	IpcError,
	PartnerView,
	Privacy,
	ProfileView,
} from '../api/types';
import { errorText } from '../error-text';
import { t } from '../messages.svelte';
import type { App } from '../stores/app.svelte';
import { useApp } from '../stores/app.svelte';
import './messages';
import { isolated } from './text';

/** A request whose error is shown beside its button, because it needs the network or the text of the user. */
export type PartnerRequest = 'invite' | 'join';

export class Partner {
	view = $state.raw<PartnerView | null>(null);
	/** The open invitation of the user, once it was asked for. */
	invitation = $state.raw<InvitationView | null>(null);
	/** The text in which an invitation to the user is looked for. */
	text = $state('');
	/** What the invitation in the text says, once the user has looked at it. */
	preview = $state.raw<InvitationPreview | null>(null);
	/** Whether notes and labels stay on this device if the user joins. */
	keepTexts = $state(true);
	inFlight = $state<PartnerRequest | 'change' | null>(null);
	/** The error of the last request to invite or join, until the next one. */
	fault = $state.raw<{ request: PartnerRequest; text: string } | null>(null);
	/** When the project was read for the view in which the shown invitation was made. */
	#invitedAfter: string | null = null;
	#app: App;
	/** The changes of the user are sent one after the other. */
	#changes: Promise<unknown> = Promise.resolve();

	constructor(app: App) {
		this.#app = app;
	}

	/** How the partner is called in a sentence. */
	get name(): string {
		const name = this.view?.partnership?.partner.profile.name;
		return name ? isolated(name) : t('together-partner-unnamed');
	}

	/** What a change waits for that the project does not have yet. */
	get waits(): string {
		return t(this.view?.signedIn ? 'together-waits' : 'together-waits-sign-in');
	}

	async load(): Promise<void> {
		const view = await this.#app.notices.guard(this.#app.api.partner());
		if (view) this.#show(view);
	}

	/** Creates an invitation, or shows the open one again. */
	async invite(): Promise<void> {
		const readAt = this.view?.readAt ?? null;
		const invitation = await this.#send('invite', () => this.#app.api.invitePartner());
		if (!invitation) return;
		this.#invitedAfter = readAt;
		this.invitation = invitation;
		await this.load();
	}

	async withdraw(): Promise<void> {
		const view = await this.#send('invite', () => this.#app.api.withdrawInvitation());
		if (!view) return;
		this.invitation = null;
		this.#show(view);
	}

	/** Reads what the invitation in the text says, from the project that it names. Accepts nothing. */
	async look(): Promise<void> {
		const text = this.text;
		const preview = await this.#send('join', () => this.#app.api.previewInvitation(text));
		// Another link may have been opened meanwhile.
		if (preview && this.text === text) this.preview = preview;
	}

	/** Accepts the invitation that is shown. */
	async accept(): Promise<void> {
		const [text, keepTexts] = [this.text, this.keepTexts];
		const view = await this.#send('join', () => this.#app.api.acceptInvitation(text, keepTexts));
		if (!view) return;
		this.#show(view);
		if (this.text === text) this.forget();
	}

	/** Opens the sign-in form with the project of the invitation. The text stays for afterwards. */
	signIn(): void {
		if (!this.preview) return;
		const { url, key } = this.preview;
		this.#app.account.join({
			url,
			key,
			keepTexts: this.keepTexts,
			entered: () => {
				this.#app.go('partner');
				void this.look();
			},
		});
		this.openAccount();
	}

	/** Opens the account page. The text stays for afterwards, to be looked at again. */
	openAccount(): void {
		this.preview = null;
		this.#app.go('account');
	}

	/** Takes a link that was opened outside of the window. */
	take(link: string): void {
		this.forget();
		this.text = link;
	}

	/** Closes the invitation to the user. */
	forget(): void {
		this.text = '';
		this.preview = null;
		this.keepTexts = true;
		this.fault = null;
		this.#app.account.endJoin();
	}

	/** Sets the profile. Returns the error, or null. */
	setProfile(change: Partial<ProfileView>): Promise<IpcError | null> {
		return this.#change(() =>
			this.#app.api.setProfile({ name: '', image: null, ...this.view?.profile, ...change }),
		);
	}

	/** Sets the target. Returns the error, or null. */
	setTarget(target: number): Promise<IpcError | null> {
		return this.#change(() => this.#app.api.setTarget(target));
	}

	async setPrivacy(level: Privacy): Promise<void> {
		this.#report(await this.#change(() => this.#app.api.setPrivacy(level)));
	}

	async bow(): Promise<void> {
		// A button that is pressed twice bows once.
		const { api } = this.#app;
		const mayBow = () => this.view?.partnership?.mayBow ?? false;
		this.#report(await this.#change(() => (mayBow() ? api.bow() : api.partner())));
	}

	/** Ends the partnership. Returns whether it has ended on this device. */
	async leave(): Promise<boolean> {
		const error = await this.#change(() => this.#app.api.leavePartner());
		this.#report(error);
		return error === null;
	}

	#show(view: PartnerView): void {
		this.view = view;
		// A view from before the invitation was made does not know it.
		if (!view.canShowInvitation && view.readAt !== this.#invitedAfter) this.invitation = null;
	}

	#report(error: IpcError | null): void {
		if (error) this.#app.notices.show({ kind: 'error', text: errorText(error) });
	}

	/**
	 * Sends one request at a time, so that a button pressed twice does not act twice. One that is made while a change is
	 * in flight, as of a field that its button has left, follows it.
	 */
	async #send<T>(request: PartnerRequest, call: () => Promise<T>): Promise<T | undefined> {
		if (this.inFlight === 'invite' || this.inFlight === 'join') return undefined;
		this.inFlight = request;
		this.fault = null;
		try {
			await this.#changes;
			return await call();
		} catch (thrown) {
			this.fault = { request, text: errorText(asIpcError(thrown)) };
			return undefined;
		} finally {
			this.inFlight = null;
		}
	}

	/** Sends a change after those before it, so that none of them is lost. */
	#change(call: () => Promise<PartnerView>): Promise<IpcError | null> {
		const next = this.#changes.then(async () => {
			this.inFlight ??= 'change';
			try {
				this.#show(await call());
				return null;
			} catch (thrown) {
				return asIpcError(thrown);
			} finally {
				if (this.inFlight === 'change') this.inFlight = null;
			}
		});
		this.#changes = next;
		return next;
	}
}

const partners = new WeakMap<App, Partner>();

/** Returns the partner of the window. */
export function usePartner(): Partner {
	const app = useApp();
	const partner = partners.get(app) ?? new Partner(app);
	partners.set(app, partner);
	return partner;
}

/** Loads the partner, and again whenever it or the account changes. Called by the screens that show it. */
export function loadPartner(): Partner {
	const app = useApp();
	const partner = usePartner();
	$effect(() => {
		void app.partnerChanges;
		void app.accountName;
		void partner.load();
	});
	return partner;
}
