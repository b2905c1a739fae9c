/**
 * State of the window: the screen and the dialog that are open, and the actions that components call.
 *
 * `data-testid`s that the end-to-end tests drive:
 *   setup      setup, preset, preset-keep, length-timed, length-open, length-until, length-value,
 *              length-less, length-more, length-5 … length-60, until-clock, preparation, bells, overtime,
 *              start, bell-trouble, today, unsettled-waiting, open-settings, open-log
 *   sit        sit (data-phase, data-progress), time, pause, resume, end, fullscreen, finish, add-overtime
 *   dialogs    end-dialog, end-confirm, end-cancel, end-discard, discard-confirm; quit-dialog,
 *              quit-confirm, quit-cancel; bells-dialog, bells-done,
 *              plan-{start,intervals,end}-{sound,strikes,hear}, interval-kind, -every, -count, -at, -least,
 *              -most; preset-dialog, preset-name, preset-save; dialog-trouble
 *   finished   finished, sat, not-saved, note, label, done, sit-again
 *   unsettled  unsettled, resolve-whole, resolve-gap, resolve-discard, resolve-later
 *   settings   settings, theme, language, language-{system,en,de}, time-display, fade, dim, usual-length, usual-preparation, usual-overtime,
 *              {start,end}-{sound,strikes,hear}, volume, preview, notify, system-awake, screen-awake,
 *              close-when-idle, day-start, show-streak, show-today, open-account, preset-delete, back
 *   log        log, log-words, log-filter, log-jump, log-add, log-menu, menu-{undo,select,jump,labels,transfer,shortcuts}, log-owner,
 *              log-chip (one each), log-clear, log-newest, log-day (one each), sit-row (one each), sit-owner, sit-select,
 *              sit-edit, sit-delete, log-empty, log-empty-{add,clear}, back; selection,
 *              selection-{label,delete,all,clear}; sit-dialog, sit-{day,time,length,note,label,offset},
 *              sit-save, sit-cancel, sit-delete-edited; filter-dialog, filter-{label,outcome,source}-KEY,
 *              filter-{shortest,longest,first,last}, filter-done; jump-dialog, jump-day, jump-go; label-dialog,
 *              label-choice, label-save; shortcuts-dialog
 *   labels     labels, label-new, label-row (one each), label-sits, label-edit, label-delete, back; label-editor,
 *              label-name, label-colour-NAME, label-shape-NAME, label-merge-same, label-into, label-merge, label-keep
 *   transfer   menu-transfer (in the log), open-transfer (in the settings), transfer, import-choose, import-progress,
 *              import-cancel-running, import-question, import-order-{day,month}, import-preview, import-file (one each), import-count-NAME,
 *              import-zone, import-order-other, import-long-sits, import-deleted-sits, import-sample (one each), import-samples-all, import-skipped, import-commit,
 *              import-again, import-leave, import-done, import-show-log, import-undo, import-more, import-error, import-row (one each),
 *              import-row-undo, undo-dialog, undo-confirm, undo-cancel,
 *              export-{filtered,all}, export-{csv,json,calendar}, export-run, export-done, export-error,
 *              backup-make, backup-row (one each), backup-restore, backups-all, restored, restore-dialog, restore-preview,
 *              restore-{confirm,cancel,error}, back; drop-target over any screen
 *   insight    open-insight (in the log), insight, insight-period, insight-overview, insight-observations; charts
 *              year, bars, times, lengths, weekdays, labels, each with CHART-{table,save,png,svg};
 *              bars-{week,month,year,labels}
 *   account    account, project, project-url, project-key, email, how-password, how-code, password, code,
 *              send-code, sign-in, sign-up, enter-trouble, account-outcome; account-state, sync-now, progress,
 *              adopt-yes, adopt-no, adopt-from-yes, adopt-from-no, upload-again, keep-here,
 *              owner-row (one each), owner-adopt, dead-letter-row (one each), dead-letter-retry,
 *              dead-letter-export, sign-out, erase, back; erase-dialog, erase-confirm, erase-cancel;
 *              texts-{keep,send}, texts-dialog, texts-{confirm,cancel}
 *   partner    open-partner (setup, settings, account), partner, invite, invite-{text,copy,copy-link,withdraw,status,
 *              open,expired,nameless,error}, join-{text,asks,look,preview,texts-keep,texts-send,accept,sign-in,account,
 *              other-project,cancel,error,has-partner}, this-week, shared-lotus, bow, bow-{waits,later}, kept, past-weeks,
 *              together, privacy-{counts,times,waits}, shown, shown-{open,times,no-times}, leave, leave-waits, former, as-of,
 *              partner-trouble, open-profile, back; leave-dialog, leave-{confirm,cancel}
 *   profile    in the account: profile-name, profile-image-NAME, profile-waits; also in the settings: target, target-waits,
 *              week-choice, partner-notifications
 *   week       week, on the setup screen and on the finished screen
 *   mark       sync-mark (data-state), on the setup screen and in the log
 *   anywhere   notice, notice-action, notice-dismiss, trouble, trouble-dismiss, announcer; under a sit
 *              notices-open comes first
 */
import { getContext, setContext } from 'svelte';
import type { Api, Restored } from '../api/api';
import type {
	Answer,
	BellCheck,
	ChosenFiles,
	OvertimeAnswer,
	PlanChoice,
	EngineState,
	SitChange,
	SyncView,
} from '../api/types';
import { errorKey } from '../error-text';
import { t } from '../messages.svelte';
import { Account } from './account.svelte';
import { Preferences } from './preferences.svelte';
import { Draft, USUAL } from './draft.svelte';
import { Notices } from './notices.svelte';
import { Owners } from './owners.svelte';
import { Timer } from './timer.svelte';

export type Screen =
	'timer' | 'settings' | 'log' | 'insight' | 'labels' | 'account' | 'transfer' | 'partner';

/** The week that the lotus shows, as shares of the opened flower, from 0 to 1. */
export interface OpenWeek {
	/** How far the lotus is open before a sit and after it; moves slowly to the share of the sits in the week. */
	readonly opened: number;
	/** How far the sits of the week open it, without the running sit. */
	readonly share: number;
	/** How far they open it with the running sit. */
	readonly shareWithSit: number;
	/** The sits in one line. */
	readonly line: string;
}

export type DialogName = 'end' | 'quit' | 'bells' | 'preset' | 'erase';

export class App {
	readonly timer: Timer;
	readonly notices = new Notices();
	readonly preferences: Preferences;
	readonly owners: Owners;
	readonly account: Account;
	readonly draft = new Draft();
	screen = $state<Screen>('timer');
	/** The dialog that is open. */
	dialog = $state<DialogName | null>(null);
	fullscreen = $state(false);
	/** Number of times that the log was changed other than by the window. */
	logChanges = $state(0);
	/** Number of times that the partner, the profile or the week was changed. */
	partnerChanges = $state(0);
	/** The week that the lotus shows; null if it shows the sit alone, or until it is loaded. */
	week = $state.raw<OpenWeek | null>(null);
	/** The link of an invitation that was opened outside of the window, until the page of the partner takes it. */
	openedLink = $state.raw<string | null>(null);
	bell = $state.raw<BellCheck | null>(null);
	/** Ids of the unsettled sits that are not asked about again until the user wants it. */
	postponed = $state.raw<ReadonlySet<string>>(new Set());
	/** Messages of the trouble that the user has dismissed. */
	dismissed = $state.raw<ReadonlySet<string>>(new Set());
	/** Id of the sit whose note field takes the focus when its finish page opens. */
	noteOn = $state<string | null>(null);
	/** Called when another account, or none, comes into use. */
	onAccountChange: () => void = () => {};
	#busy = false;
	/** The screen before the current one. */
	lastScreen: Screen = 'timer';
	/** Whether a chart of the overview opened the log, which therefore returns to the overview. */
	isLogOfChart = $state(false);
	/** The screens from which those were opened that several screens open. */
	#openers: Partial<Record<Screen, Screen>> = {};
	/** Whether files are dragged over the window. */
	filesAreOver = $state(false);
	/** The backup with which Zafu has started. */
	restored = $state.raw<Restored | null>(null);
	/** Files that were dropped on the window and are not read yet. */
	dropped = $state.raw<ChosenFiles | null>(null);

	constructor(
		readonly api: Api,
		now?: () => number,
	) {
		this.timer = new Timer(now);
		this.preferences = new Preferences(api, this.notices);
		this.owners = new Owners(api, this.notices);
		this.account = new Account(api, this.timer);
		if (api.start) {
			this.timer.receive(api.start.engineState);
			this.preferences.apply(api.start.settings);
			this.#followUsual();
			if (api.start.quitAsked) this.dialog = 'quit';
			if (api.start.importing && !api.start.engineState.sit) this.go('transfer');
			if (api.start.restored) this.#showRestored(api.start.restored);
			if (api.start.noteAsked ?? false) this.noteOn = ended(api.start.engineState);
		}
	}

	/** Loads everything from the engine and listens to its events; returns a function that stops listening. */
	async begin(): Promise<() => void> {
		const stop = await this.notices.guard(
			this.api.listen({
				engineState: (engineState) => this.receive(engineState),
				quitAsked: () => (this.dialog = 'quit'),
				openNote: (id) => this.openNote(id),
				logChanged: () => (this.logChanges += 1),
				partnerChanged: () => (this.partnerChanges += 1),
				invitationOpened: (link) => {
					this.openedLink = link;
					if (this.timer.engineState.sit)
						this.notices.show({ kind: 'info', text: t('common-invitation-later') });
					this.#showOpenedLink();
				},
				filesOver: (isOver) => (this.filesAreOver = isOver),
				filesDropped: (files) => this.#drop(files),
			}),
		);
		const seen = () => {
			if (!document.hidden) void this.refresh();
		};
		document.addEventListener('visibilitychange', seen);
		await Promise.all([this.refresh(), this.preferences.load()]);
		this.#followUsual();
		void this.checkBell();
		return () => {
			document.removeEventListener('visibilitychange', seen);
			stop?.();
		};
	}

	receive(engineState: EngineState): void {
		const before = this.timer.engineState;
		if (!this.timer.receive(engineState)) return;
		if (accountIn(engineState.sync) !== accountIn(before.sync)) this.onAccountChange();
		const trouble = engineState.trouble.map(errorKey);
		this.dismissed = new Set(trouble.filter((key) => this.dismissed.has(key)));
		if (engineState.sit && !before.sit) {
			this.screen = 'timer';
			// A dialog about the sit before this one no longer applies.
			if (this.dialog !== 'quit') this.dialog = null;
		}
		if (!engineState.sit && (this.dialog === 'end' || this.dialog === 'quit')) this.dialog = null;
		if (before.sit && !engineState.sit) void this.setFullscreen(false);
		this.#showOpenedLink();
	}

	/** Shows an opened invitation, after a running sit and after the page of the finished one, which can have a note. */
	#showOpenedLink(): void {
		const { sit, finished } = this.timer.engineState;
		if (this.openedLink === null || sit || finished) return;
		if (this.notices.current?.kind === 'info') this.notices.dismiss();
		this.go('partner');
	}

	/** Returns the opened link to the page that shows it now; null if there is none. */
	takeOpenedLink(): string | null {
		const link = this.openedLink;
		if (link === null) return null;
		this.openedLink = null;
		void this.notices.guard(this.api.invitationShown(link));
		return link;
	}

	/** Opens the note field of a sit; in overtime, after the user has ended the sit. */
	openNote(id: string): void {
		this.noteOn = id;
		this.screen = 'timer';
	}

	/** Identifies the account that is signed in; empty if none is. */
	get accountName(): string {
		return accountIn(this.timer.engineState.sync);
	}

	async refresh(): Promise<void> {
		await this.#apply(this.api.getState());
	}

	async checkBell(): Promise<void> {
		this.bell = (await this.notices.guard(this.api.checkBell())) ?? null;
	}

	async start(): Promise<void> {
		this.notices.dismiss();
		await this.#once(() => this.api.startSit(this.draft.request()));
	}

	pauseOrResume(): Promise<void> {
		const phase = this.timer.sit?.phase;
		if (phase === 'paused') return this.#once(() => this.api.resumeSit());
		if (phase === 'sitting') return this.#once(() => this.api.pauseSit());
		return Promise.resolve();
	}

	/** Ends a preparation at once, since nothing is lost; asks first otherwise. */
	askToEnd(): void {
		const phase = this.timer.sit?.phase;
		if (phase === 'preparing') void this.end(null);
		else if (phase) this.dialog = 'end';
	}

	end(overtime: OvertimeAnswer | null): Promise<void> {
		this.dialog = null;
		return this.#once(() => this.api.endSit(overtime));
	}

	discard(): Promise<void> {
		this.dialog = null;
		return this.#once(() => this.api.discardSit());
	}

	resolve(id: string, answer: Answer): Promise<void> {
		return this.#once(() => this.api.resolveSit(id, answer));
	}

	/** Hides a trouble until it has passed. If it comes back, it is shown again. */
	dismiss(trouble: string): void {
		this.dismissed = new Set([...this.dismissed, trouble]);
	}

	postpone(id: string): void {
		this.postponed = new Set([...this.postponed, id]);
	}

	/** Asks about unsettled sits again. */
	askAgain(): void {
		this.postponed = new Set();
	}

	/** Saves the note and the label's key, if they are given, and leaves the finish page; stays there if that fails. */
	async leave(change: Pick<SitChange, 'note' | 'label'>, again = false): Promise<void> {
		const finished = this.timer.engineState.finished;
		if (!finished) return;
		if (Object.keys(change).length > 0) {
			const { id, owner } = finished;
			const saved = await this.notices.guard(
				this.api.editSit({ id, owner }, change).then(() => true),
			);
			if (!saved) return;
		}
		await this.#once(() => this.api.dismissFinished());
		if (again) await this.start();
	}

	async setFullscreen(on: boolean): Promise<void> {
		if (on === this.fullscreen) return;
		this.fullscreen = on;
		await this.notices.guard(this.api.setFullscreen(on));
	}

	go(screen: Screen): void {
		const isOpened = screen === 'account' || screen === 'transfer' || screen === 'partner';
		// The account and the partner open each other: the way back stays that of the first one.
		if (isOpened && screen !== this.screen && screen !== this.previous)
			this.#openers[screen] = this.screen;
		this.#show(screen);
	}

	#show(screen: Screen): void {
		// Labels and the account are opened from the log, and return to it.
		if (screen === 'log' && (this.screen === 'timer' || this.screen === 'insight'))
			this.isLogOfChart = false;
		this.lastScreen = this.screen;
		this.screen = screen;
		if (screen === 'account') void this.account.open();
		else this.account.endJoin();
	}

	/** Opens the log with what the user chose in a chart of the overview. */
	openLogOfChart(): void {
		this.go('log');
		this.isLogOfChart = true;
	}

	/** The screen to which the user returns from this one. */
	get previous(): Screen {
		switch (this.screen) {
			case 'account':
			case 'transfer':
			case 'partner':
				return this.#openers[this.screen] ?? 'timer';
			case 'labels':
			case 'insight':
				return 'log';
			case 'log':
				return this.isLogOfChart ? 'insight' : 'timer';
			default:
				return 'timer';
		}
	}

	back(): void {
		this.#show(this.previous);
	}

	#showRestored(restored: Restored): void {
		this.restored = restored;
		this.go('transfer');
	}

	/** Whether dropped files are imported: not during a sit, and not while a dialog is open. */
	get takesFiles(): boolean {
		if (this.dialog !== null) return false;
		return this.screen !== 'timer' || this.timer.sit === null;
	}

	#drop(files: ChosenFiles): void {
		this.filesAreOver = false;
		if (!this.takesFiles) return;
		this.dropped = files;
		this.go('transfer');
	}

	/** Changes the usual sit, and the draft with it unless the user has changed that. */
	async usual(plan: PlanChoice): Promise<void> {
		await this.preferences.change({ plan });
		this.#followUsual();
	}

	/** Sets the draft to the usual sit. */
	offerUsual(): void {
		const plan = this.preferences.settings?.plan;
		if (plan) this.draft.from(plan, USUAL);
	}

	/** Updates the draft from the usual sit, unless the user has changed it or chosen a preset. */
	#followUsual(): void {
		if (!this.draft.plan || this.draft.origin === USUAL) this.offerUsual();
	}

	/** Ends and keeps a running sit, then quits Zafu. */
	async quit(): Promise<void> {
		this.dialog = null;
		await this.notices.guard(this.api.quitApp());
	}

	/** Sends one request at a time, so that a key pressed twice does not act twice. */
	async #once(ask: () => Promise<EngineState>): Promise<void> {
		if (this.#busy) return;
		this.#busy = true;
		await this.#apply(ask());
		this.#busy = false;
	}

	async #apply(request: Promise<EngineState>): Promise<void> {
		const engineState = await this.notices.guard(request);
		if (engineState) this.receive(engineState);
	}
}

/** Identifies the account that is signed in; empty if none is. */
function accountIn(sync: SyncView | null): string {
	return sync?.signedIn ? `${sync.email} ${sync.project}` : '';
}

/** Returns the id of the sit in overtime, else of the finished one. */
function ended({ sit, finished }: EngineState): string | null {
	return sit?.phase === 'overtime' ? sit.id : (finished?.id ?? null);
}

const KEY = Symbol('app');

export function provide(app: App): void {
	setContext(KEY, app);
}

export function useApp(): App {
	return getContext(KEY);
}
