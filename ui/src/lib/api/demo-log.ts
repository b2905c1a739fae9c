/** The demo's log: sits and labels in memory, with the pages and filters of the engine. */
import { NO_FILTER } from '../log/filter.svelte';
import { unchangedLook } from '../log/label-look';
import { isDeletable, isEditable } from '../log/session';
import type { MessageId } from '../messages.svelte';
import type { Api } from './api';
import type {
	ChangedSelection,
	DayTotal,
	IpcError,
	LabelLook,
	LabelView,
	LogChange,
	LogFilter,
	LogOwner,
	LogPage,
	LogPosition,
	LogSelection,
	LogSession,
	OwnerView,
	SessionRef,
	SitEntry,
	SitRecord,
	TimeRange,
	UndoEntry,
} from './types';

export interface DemoLabel extends LabelLook {
	key: string;
	mergedInto?: string | null;
	deleted?: boolean;
	rejected?: LabelView['rejected'];
}

interface Parts {
	records: SitRecord[];
	labels: DemoLabel[];
	/** Receives the name of each request that changes something. */
	calls: string[];
	dayStartsAtHour: () => number;
	/** Owners of sits that the log shows only if it is filtered by them. */
	others: () => OwnerView[];
	nextId: () => string;
}

type LogApi = Pick<
	Api,
	| 'log'
	| 'today'
	| 'editSit'
	| 'addSit'
	| 'deleteSits'
	| 'restoreSits'
	| 'setLabel'
	| 'countSelection'
	| 'deleteSelection'
	| 'labelSelection'
	| 'revertSelection'
	| 'listLabels'
	| 'createLabel'
	| 'changeLabel'
	| 'mergeLabel'
	| 'deleteLabel'
	| 'restoreLabel'
	| 'dropUndo'
	| 'keepLogFilter'
>;

const CJK = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]/gu;

/** Returns the words of a text without case and diacritics; each character of Chinese or Japanese is a word. */
function wordsOf(text: string): string[] {
	const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(CJK, ' $& ');
	return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

const isOf = (record: SitRecord, { id, owner }: SessionRef) =>
	record.id === id && (record.owner === owner || owner === null);

/** Returns the local day of an instant at the offset of this computer, `2026-03-01`, as the engine computes it. */
export function localDay(at: Date, dayStartsAtHour: number): string {
	const local = at.getTime() - at.getTimezoneOffset() * 60_000;
	return new Date(local - dayStartsAtHour * 3_600_000).toISOString().slice(0, 10);
}

/** Returns the local day of a sit, as the engine computes it. */
function dayOf(startedAt: string, dayStartsAtHour: number): string {
	const local = Date.parse(`${startedAt.slice(0, 19)}Z`);
	return new Date(local - dayStartsAtHour * 3_600_000).toISOString().slice(0, 10);
}

/** Returns whether a sit starts in a part of the day, which may go on after midnight. */
function isWithin(startedAt: string, { from, until }: TimeRange): boolean {
	const minute = Number(startedAt.slice(11, 13)) * 60 + Number(startedAt.slice(14, 16));
	const [isAfter, isBefore] = [minute >= from, minute < until];
	return from < until ? isAfter && isBefore : isAfter || isBefore;
}

export function demoLog({ records, labels, calls, dayStartsAtHour, others, nextId }: Parts) {
	const byStart = (a: SitRecord, b: SitRecord) =>
		Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1);
	let kept = [...records].sort(byStart);
	let removed: SitRecord[] = [];
	let table = [...labels];
	/** What reverts each change of a selection. */
	const reverts: Record<number, () => void> = {};
	let lastChange = 0;
	/** What the shell keeps for the next window. */
	let session: LogSession = { filter: NO_FILTER, undo: [] };

	function reject(id: MessageId, args: Record<string, string>): never {
		throw { code: 'not-found', message: { id, args } } satisfies IpcError;
	}

	/** Returns the key of the label as which a label is shown; empty if there is none. */
	function shownKey(key: string): string {
		for (let steps = 0; steps <= table.length; steps += 1) {
			const row = table.find((one) => one.key === key);
			if (row?.deleted) return '';
			if (!row?.mergedInto) return key;
			key = row.mergedInto;
		}
		return key;
	}

	/** Returns a sit as the log shows it. In memory, a sit has its own label. */
	function shownOf(sit: SitRecord): SitRecord {
		return { ...sit, label: shownKey(sit.label), ownLabel: sit.label };
	}

	function look(key: string): LabelLook {
		return table.find((one) => one.key === key) ?? unchangedLook(key);
	}

	function viewOf(key: string): LabelView {
		const { name, colour, shape } = look(key);
		const sits = kept.filter((one) => shownKey(one.label) === key).length;
		const rejected = table.find((one) => one.key === key)?.rejected ?? null;
		return { key, name, colour, shape, sits, rejected };
	}

	/** Returns whether a sit belongs to the owners whose sits are listed. */
	const isOwned = (owner: LogOwner) => (record: SitRecord) =>
		owner === 'all' ||
		(owner === 'shown'
			? !others().some((one) => one.id === record.owner)
			: record.owner === owner.of);

	function selects(filter: LogFilter): (record: SitRecord) => boolean {
		const words = wordsOf(filter.words);
		const { owner } = filter;
		return (record) => {
			const label = shownKey(record.label);
			const text = [...wordsOf(record.note), ...wordsOf(label && look(label).name)];
			const outcome = record.stage === 'completed' || record.stage === 'endedEarly';
			return (
				isOwned(owner)(record) &&
				(filter.labels.length === 0 || filter.labels.includes(label)) &&
				words.every((word) => text.some((one) => one.startsWith(word))) &&
				record.satSeconds >= (filter.shortest ?? 0) &&
				record.satSeconds <= (filter.longest ?? Infinity) &&
				(filter.outcomes.length === 0 ||
					filter.outcomes.some((one) => (outcome ? one === record.stage : one === 'started'))) &&
				(filter.sources.length === 0 || filter.sources.includes(record.source)) &&
				(filter.time === undefined || isWithin(record.startedAt, filter.time)) &&
				(filter.firstDay === undefined || record.day >= filter.firstDay) &&
				(filter.lastDay === undefined || record.day <= filter.lastDay)
			);
		};
	}

	/** Returns the range of a page in the list of all selected sits. */
	function range(list: SitRecord[], position: LogPosition, limit: number): [number, number] {
		if (position === 'newest') return [0, limit];
		if ('day' in position) {
			const at = list.findIndex((one) => one.day <= position.day);
			return at < 0 ? [list.length, list.length] : [at, at + limit];
		}
		const ref = 'after' in position ? position.after : position.before;
		const at = list.findIndex((one) => isOf(one, ref));
		if (at < 0) reject('storage-no-such-session', { id: ref.id });
		return 'after' in position ? [at + 1, at + 1 + limit] : [Math.max(0, at - limit), at];
	}

	/** Returns the totals of the days of a page, including sits that the filter excludes. */
	function totals(list: SitRecord[], page: SitRecord[]): DayTotal[] {
		const days = [...new Set(page.map((one) => one.day))];
		return days.map((day) => {
			const ended = list.filter((one) => one.day === day && one.endedAt !== null);
			return {
				day,
				sits: ended.length,
				seconds: ended.reduce((sum, one) => sum + one.satSeconds, 0),
			};
		});
	}

	function change(session: SessionRef, edit: Partial<SitRecord>): void {
		const found = kept.find((one) => isOf(one, session));
		if (!found) reject('storage-no-such-session', { id: session.id });
		kept = kept.map((one) => (one === found ? { ...found, ...edit } : one)).sort(byStart);
	}

	function setLook(key: string, edit: Partial<DemoLabel>): void {
		const before = table.find((one) => one.key === key) ?? { key, ...unchangedLook(key) };
		table = [...table.filter((one) => one.key !== key), { ...before, ...edit }];
	}

	/** Keeps a change that was made, with what the response to its request tells of it. */
	function keep(entry: UndoEntry | undefined, result: Partial<LogChange> = {}): void {
		if (!entry) return;
		const change = { ...entry.change, ...result } as LogChange;
		session = { ...session, undo: [...session.undo, { ...entry, change }] };
	}

	const isIn = (sessions: SessionRef[]) => (one: SitRecord) =>
		sessions.some((session) => isOf(one, session));

	function remove(sessions: SessionRef[]): void {
		const isChosen = isIn(sessions);
		removed = [...removed, ...kept.filter(isChosen)];
		kept = kept.filter((one) => !isChosen(one));
	}

	function restore(sessions: SessionRef[]): void {
		const isChosen = isIn(sessions);
		kept = [...kept, ...removed.filter(isChosen)].sort(byStart);
		removed = removed.filter((one) => !isChosen(one));
	}

	/** Returns the sits of a selection that can be changed. */
	function selected({ filter, except }: LogSelection): SitRecord[] {
		const isExcepted = isIn(except);
		return kept.filter(selects(filter)).filter((one) => isEditable(one) && !isExcepted(one));
	}

	/** Keeps what reverts a change of a selection. */
	function reverted(sits: number, revert: () => void, undo?: UndoEntry): ChangedSelection {
		const changed = { change: (lastChange += 1), sits };
		reverts[changed.change] = revert;
		keep(undo, changed);
		return changed;
	}

	const api: LogApi = {
		log: async ({ filter, position, limit }): Promise<LogPage> => {
			kept = kept.map((one) => ({ ...one, day: dayOf(one.startedAt, dayStartsAtHour()) }));
			const list = kept.filter(selects(filter));
			const [from, to] = range(list, position, limit);
			const sits = list.slice(from, to).map(shownOf);
			// The engine counts only at a place where the log opens, and not the sits that words select.
			const counted = filter.words === '' && (position === 'newest' || 'day' in position);
			return structuredClone({
				sits,
				days: totals(kept.filter(isOwned(filter.owner)), sits),
				newer: from > 0,
				older: to < list.length,
				newerCount: counted ? from : null,
				total: counted ? list.length : null,
			});
		},
		today: async () => {
			const day = localDay(new Date(), dayStartsAtHour());
			const isToday = (one: SitRecord) => dayOf(one.startedAt, dayStartsAtHour()) === day;
			const sits = kept
				.filter(isOwned('shown'))
				.filter(isToday)
				.filter((one) => one.endedAt !== null);
			return {
				day,
				sits: sits.length,
				seconds: sits.reduce((sum, one) => sum + one.satSeconds, 0),
			};
		},
		editSit: async (session, edit, undo) => {
			calls.push('editSit');
			const isCorrection = edit.startedAt !== undefined || edit.satSeconds !== undefined;
			change(session, { ...edit, ...(isCorrection && { corrected: true }) });
			keep(undo);
		},
		addSit: async (entry: SitEntry, undo) => {
			calls.push('addSit');
			const id = nextId();
			kept = [
				...kept,
				{
					...entry,
					id,
					day: '',
					plannedSeconds: null,
					stage: 'completed' as const,
					endedAt: entry.startedAt,
					source: 'manual' as const,
					owner: null,
					otherDevice: false,
					corrected: false,
					ownLabel: entry.label,
				},
			].sort(byStart);
			keep(undo, { session: { id, owner: null } });
			return { id, owner: null };
		},
		deleteSits: async (sessions, undo) => {
			calls.push('deleteSits');
			remove(sessions);
			keep(undo);
		},
		restoreSits: async (sessions) => {
			calls.push('restoreSits');
			restore(sessions);
		},
		setLabel: async (sessions, key, undo) => {
			calls.push(`setLabel ${key}`);
			for (const session of sessions) change(session, { label: key });
			keep(undo);
		},
		countSelection: async (selection) => {
			const sits = selected(selection);
			const seconds = sits.reduce((sum, one) => sum + one.satSeconds, 0);
			return { sits: sits.length, seconds, deletable: sits.filter(isDeletable).length };
		},
		deleteSelection: async (selection, undo) => {
			calls.push('deleteSelection');
			const sits = selected(selection).filter(isDeletable);
			remove(sits);
			return reverted(sits.length, () => restore(sits), undo);
		},
		labelSelection: async (selection, key, undo) => {
			calls.push(`labelSelection ${key}`);
			const sits = selected(selection).filter((one) => shownKey(one.label) !== key);
			for (const sit of sits) change(sit, { label: key });
			const revert = () => sits.forEach((sit) => change(sit, { label: sit.label }));
			return reverted(sits.length, revert, undo);
		},
		revertSelection: async (id) => {
			const revert = reverts[id] ?? reject('engine-no-such-change', {});
			revert();
			delete reverts[id];
		},
		listLabels: async () => {
			const keys = new Set([...table.map((one) => one.key), ...kept.map((one) => one.label)]);
			const shown = [...keys].filter((key) => key !== '' && shownKey(key) === key);
			return shown.map(viewOf).sort((a, b) => a.name.localeCompare(b.name));
		},
		createLabel: async (look, undo) => {
			calls.push(`createLabel ${look.name}`);
			let key = look.name;
			for (let n = 2; table.some((one) => one.key === key); n += 1) key = `${look.name} (${n})`;
			setLook(key, look);
			keep(undo, { key });
			return viewOf(key);
		},
		changeLabel: async (key, look, undo) => {
			calls.push(`changeLabel ${key}`);
			setLook(key, look);
			keep(undo);
		},
		mergeLabel: async (from, into, undo) => {
			calls.push(`mergeLabel ${from} ${into}`);
			setLook(from, { mergedInto: into });
			keep(undo);
		},
		deleteLabel: async (key, undo) => {
			calls.push(`deleteLabel ${key}`);
			setLook(key, { deleted: true });
			keep(undo);
		},
		restoreLabel: async (key) => {
			calls.push(`restoreLabel ${key}`);
			setLook(key, { deleted: false, mergedInto: null });
		},
		dropUndo: async (id) => {
			session = { ...session, undo: session.undo.filter((entry) => entry.id !== id) };
		},
		keepLogFilter: async (filter) => {
			session = { ...session, filter };
		},
	};

	/** Adds a sit that the timer or another device has recorded. */
	function record(sit: SitRecord): void {
		kept = [...kept, sit].sort(byStart);
	}

	/** Returns the name of the label as which a label is shown; empty if there is none. */
	function nameOf(key: string): string {
		const shown = shownKey(key);
		return shown && look(shown).name;
	}

	/** Returns the number of sits that a filter selects. */
	const count = (filter: LogFilter) => kept.filter(selects(filter)).length;

	return { api, record, nameOf, count, session: () => session };
}
