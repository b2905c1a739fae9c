/** The demo's partner: a project in memory with one other person, Ada. */
import type { MessageId } from '../messages.svelte';
import type { PartnerApi } from './api';
import type {
	InvitationPreview,
	IpcError,
	NewsView,
	PartnershipView,
	PartnerView,
	PendingChange,
	ProfileView,
	ShownView,
	WeekChoice,
	WeekView,
} from './types';

/** What the partner's part of the demo begins with. */
export interface PartnerState {
	/** The week of a partnership, or what there is without one. */
	kind?:
		| 'none'
		| 'invited'
		| 'invited-elsewhere'
		| 'expired'
		| 'week'
		| 'first-week'
		| 'full'
		| 'resting'
		| 'former';
	profile?: ProfileView;
	/** Changes that the project does not have yet. */
	pending?: PendingChange[];
	trouble?: IpcError | null;
	/** Hours since the project was read; null: never. */
	age?: number | null;
	privacy?: 'counts' | 'times';
	/** What a pasted invitation says; a message id: why it is refused. */
	invitation?: 'ok' | 'unnamed' | 'sign-in' | 'other-project' | MessageId;
	/** Whether the project cannot be reached. */
	isOffline?: boolean;
}

export const DEMO_INVITATION =
	'zafu://join/7K3MQ9X2V4TB8WCNR5DH6PEJ0GA?url=https%3A%2F%2Flotus.supabase.co&key=sb_publishable_3f9c1b';

const ADA: ProfileView = { name: 'Ada', image: 'moon' };
const ME: ProfileView = { name: 'Élodie', image: null };
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Sits of the user and of the partner in each week, the last one current; `0` as goal: both were resting. */
type Sats = [mine: number, partners: number, goal: number][];

const YEAR: Sats = [
	[4, 3, 10],
	[5, 6, 10],
	[5, 5, 10],
	[3, 4, 10],
	[2, 1, 0],
	[6, 4, 10],
	[7, 5, 10],
	[5, 4, 10],
];

const SATS: Record<'week' | 'first-week' | 'full' | 'resting', Sats> = {
	week: [...YEAR, [3, 1, 10]],
	'first-week': [[1, 0, 10]],
	full: [...YEAR, [6, 5, 10]],
	resting: [
		[5, 6, 10],
		[1, 0, 0],
	],
};

function weeks(sats: Sats, now: Date): WeekView[] {
	const current = now.getTime() - 3.7 * DAY_MS;
	return sats.map(([mine, partners, goal], at) => ({
		number: at + 1,
		start: new Date(current - (sats.length - 1 - at) * WEEK_MS).toISOString(),
		goal,
		mine,
		partners,
		kept: goal > 0 ? mine + partners >= goal : null,
	}));
}

interface Parts {
	state: PartnerState;
	calls: string[];
	week: () => WeekChoice;
	isSignedIn: () => boolean;
	changed: () => void;
}

/** Records requests in `calls`. */
function demoNews(ago: (ms: number) => string): NewsView[] {
	return [
		{ kind: 'bow', at: ago(DAY_MS), week: null },
		{ kind: 'kept', at: ago(2 * DAY_MS), week: ago(2 * WEEK_MS + 3.7 * DAY_MS) },
		{ kind: 'joined', at: ago(8 * WEEK_MS), week: null },
	];
}

export function demoPartner({ state, calls, week, isSignedIn, changed }: Parts): PartnerApi {
	const { kind = 'none', privacy = 'times', isOffline = false, invitation = 'ok' } = state;
	const profile = state.profile ?? ME;
	const now = new Date();
	const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
	const times = [0.2, 2, 6, 9].map((days) => ({ start: ago(days * DAY_MS), seconds: 1500 }));

	function shown(of: ProfileView, target: number, level: 'counts' | 'times'): ShownView {
		return { profile: of, target, privacy: level, times: level === 'times' ? times : null };
	}

	function partnership(sats: Sats, level: 'counts' | 'times'): PartnershipView {
		const all = weeks(sats, now);
		const ended = all.slice(0, -1);
		const target = sats.at(-1)![2] / 2;
		return {
			id: '01990000-0000-7000-8000-0000000000aa',
			startedAt: all[0]!.start,
			partner: shown(ADA, target, level),
			shown: shown(profile, target, level),
			privacy: level,
			weeks: all,
			kept: ended.filter((one) => one.kept).length,
			missed: ended.filter((one) => one.kept === false).length,
			mayBow: kind === 'week' && !state.pending?.includes('bow'),
			together:
				level === 'times' && sats.length > 2
					? [
							{ start: ago(2 * DAY_MS), seconds: 740 },
							{ start: ago(6 * DAY_MS), seconds: 1200 },
						]
					: [],
		};
	}

	const sats = kind in SATS ? SATS[kind as keyof typeof SATS] : null;
	const { age = 0.05 } = state;
	let view: PartnerView = {
		readAt: age === null ? null : ago(age * 3_600_000),
		signedIn: isSignedIn(),
		profile,
		target: sats ? sats.at(-1)![2] / 2 : 5,
		invitationExpiresAt:
			kind === 'invited' || kind === 'invited-elsewhere'
				? ago(-6 * DAY_MS)
				: kind === 'expired'
					? ago(DAY_MS)
					: null,
		canShowInvitation: kind === 'invited',
		partnership: sats && partnership(sats, privacy),
		former:
			kind === 'former'
				? [{ startedAt: ago(20 * WEEK_MS), endedAt: ago(8 * WEEK_MS), kept: 9, missed: 2 }]
				: [],
		news: sats ? demoNews(ago) : [],
		pending: state.pending ?? [],
		trouble: state.trouble ?? null,
	};

	function change(call: string, next: Partial<PartnerView>): Promise<PartnerView> {
		calls.push(call);
		view = { ...view, ...next };
		changed();
		return Promise.resolve(structuredClone(view));
	}

	function reject(code: IpcError['code'], id: MessageId): never {
		throw { code, message: { id, args: {} } } satisfies IpcError;
	}

	function needNetwork(): void {
		if (isOffline) reject('network', 'server-auth-unreachable');
	}

	return {
		partner: async () => {
			view = { ...view, signedIn: isSignedIn() };
			return structuredClone(view);
		},
		invitePartner: async () => {
			needNetwork();
			const expiresAt = ago(-WEEK_MS);
			await change('invitePartner', { invitationExpiresAt: expiresAt, canShowInvitation: true });
			return {
				link: DEMO_INVITATION,
				text: `Let us keep a weekly goal together. Open this link with Zafu, or paste it there:\n${DEMO_INVITATION}`,
				expiresAt,
			};
		},
		withdrawInvitation: async () => {
			needNetwork();
			return change('withdrawInvitation', { invitationExpiresAt: null, canShowInvitation: false });
		},
		invitationHost: async (text) => (text.includes('zafu://join/') ? 'lotus.supabase.co' : null),
		previewInvitation: async (text): Promise<InvitationPreview> => {
			calls.push('previewInvitation');
			if (!text.includes('zafu://join/')) reject('bad-request', 'partner-invitation-no-link');
			needNetwork();
			const isKnown = ['ok', 'unnamed', 'sign-in', 'other-project'].includes(invitation);
			if (!isKnown) reject('rejected', invitation as MessageId);
			const needs =
				invitation === 'sign-in' || invitation === 'other-project' ? invitation : 'nothing';
			return {
				profile:
					invitation === 'unnamed' ? { name: '', image: null } : needs === 'nothing' ? ADA : null,
				host: 'lotus.supabase.co',
				url: 'https://lotus.supabase.co',
				key: 'sb_publishable_3f9c1b',
				expiresAt: needs === 'nothing' ? ago(-3 * DAY_MS) : null,
				needs,
			};
		},
		acceptInvitation: async (_, keepTexts) => {
			needNetwork();
			return change(`acceptInvitation ${keepTexts}`, {
				partnership: partnership([[0, 1, 10]], 'counts'),
			});
		},
		setProfile: async (next) => {
			if (next.name.length > 40) reject('bad-request', 'partner-name-too-long');
			return change(`setProfile ${next.name} ${next.image}`, { profile: next });
		},
		setTarget: (target) => change(`setTarget ${target}`, { target }),
		setPrivacy: (level) =>
			change(`setPrivacy ${level}`, {
				partnership: view.partnership && {
					...view.partnership,
					privacy: level,
					shown: shown(view.profile, view.target, level),
					together: level === 'times' ? view.partnership.together : [],
				},
			}),
		bow: () =>
			change('bow', { partnership: view.partnership && { ...view.partnership, mayBow: false } }),
		leavePartner: () => change('leavePartner', { partnership: null }),
		week: async () => {
			const shared = week() === 'ours' ? view.partnership?.weeks.at(-1) : undefined;
			const { goal, mine, partners } = shared ?? { goal: view.target, mine: 2, partners: 0 };
			const share = (sits: number) => (goal > 0 ? Math.min(1, sits / goal) : null);
			return {
				mode: shared ? 'ours' : 'mine',
				start: ago(3.7 * DAY_MS),
				end: ago(-3.3 * DAY_MS),
				goal,
				mine,
				partners,
				kept: goal > 0 ? mine + partners >= goal : null,
				share: share(mine + partners),
				shareWithSit: share(mine + partners + 1),
			};
		},
	};
}
