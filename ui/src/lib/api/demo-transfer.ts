/** Imports of the demo: files whose content is made up, and imports that were made. */
import type { Api, Listener } from './api';
import type {
	BackupView,
	RestorePreview,
	ImportPreview,
	ImportReading,
	ImportUndoView,
	ImportView,
	IpcError,
	LogFilter,
} from './types';

export interface DemoImport {
	/** Names of the chosen files. */
	names: string[];
	preview?: ImportPreview;
	/** A date that can be read in two ways, until the order is given. */
	example?: string;
	/** Why the files cannot be read. */
	error?: IpcError;
	/** Whether reading them never ends. */
	isEndless?: boolean;
}

interface Parts {
	files: DemoImport | undefined;
	made: ImportView[];
	backups: BackupView[];
	/** What restoring any backup would change. */
	restore: RestorePreview;
	/** What undoing an import would change, where it is not as the import was. */
	undo: Partial<ImportUndoView>;
	/** Receives the name of each request that changes something. */
	calls: string[];
	/** Returns the number of sits that a filter selects. */
	count: (filter: LogFilter) => number;
	listeners: Set<Listener>;
}

type TransferApi = Pick<
	Api,
	| 'listBackups'
	| 'makeBackup'
	| 'previewRestore'
	| 'restoreBackup'
	| 'exportLog'
	| 'chooseImportFiles'
	| 'readImport'
	| 'commitImport'
	| 'followImport'
	| 'discardImport'
	| 'importProgress'
	| 'cancelImport'
	| 'listImports'
	| 'previewImportUndo'
	| 'undoImport'
>;

const KNOWN_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];

function unknownZone(zone: string): IpcError {
	const similar = KNOWN_ZONES.find((known) => known.endsWith(`/${zone}`));
	const message: IpcError['message'] = similar
		? { id: 'import-unknown-zone-similar', args: { zone, similar } }
		: { id: 'import-unknown-zone', args: { zone } };
	return { code: 'bad-request', message };
}

const RESTORE_CHANGED: IpcError = {
	code: 'rejected',
	message: { id: 'engine-restore-changed', args: {} },
};

const CANCELLED: IpcError = { code: 'rejected', message: { id: 'import-cancelled', args: {} } };

export function demoTransfer({
	files,
	made,
	backups,
	restore,
	undo,
	calls,
	count,
	listeners,
}: Parts) {
	let list = [...made];
	let kept = [...backups];
	let read: ImportPreview | null = null;
	let cancel: () => void = () => undefined;

	const changed = () => listeners.forEach((listener) => listener.logChanged());

	const api: TransferApi = {
		listBackups: async () => structuredClone(kept),
		makeBackup: async () => {
			calls.push('makeBackup');
			const number = (kept[0]?.number ?? 0) + 1;
			const one = backup(number, '2026-11-24T09:30:00Z', 'manual', 3821);
			kept = [one, ...kept];
			return structuredClone(one);
		},
		previewRestore: async () => structuredClone(restore),
		restoreBackup: async (number, shown) => {
			if (JSON.stringify(shown) !== JSON.stringify(restore)) throw RESTORE_CHANGED;
			calls.push(`restoreBackup ${number}`);
		},
		exportLog: async (filter, format) => {
			calls.push(`exportLog ${format} ${JSON.stringify(filter)}`);
			const name = format === 'calendar' ? 'zafu.ics' : `zafu.${format}`;
			return { file: `/home/me/Documents/${name}`, sits: count(filter), leftOut: 0 };
		},
		chooseImportFiles: async () => (files ? { id: 1, names: files.names } : null),
		readImport: async (id, options): Promise<ImportReading> => {
			const { zone, dateOrder, longSits, deletedSits } = options;
			calls.push(
				`readImport ${id} ${zone} ${dateOrder} ${longSits}${deletedSits ? ' deleted' : ''}`,
			);
			read = null;
			if (files?.isEndless)
				await new Promise((_, reject) => {
					cancel = () => reject(CANCELLED);
				});
			if (files?.error) throw files.error;
			if (zone !== null && !KNOWN_ZONES.includes(zone)) throw unknownZone(zone);
			const { preview, example, names } = files!;
			if (example !== undefined && dateOrder === null)
				return { dateOrderNeeded: { file: names[0]!, example } };
			const { counts, longSits: offered } = preview!;
			const added = longSits ? counts.added + offered : counts.added;
			const skipped = longSits ? counts.skipped - offered : counts.skipped;
			const revived = deletedSits ? counts.revived + counts.deleted : counts.revived;
			const deleted = deletedSits ? 0 : counts.deleted;
			const isAnswered = example !== undefined && dateOrder !== null;
			const ordered = preview!.files.map((file) => (isAnswered ? { ...file, dateOrder } : file));
			read = {
				...preview!,
				files: ordered,
				zone: zone ?? preview!.zone,
				counts: { ...counts, added, skipped, revived, deleted },
				longSits: longSits ? 0 : offered,
			};
			return { preview: structuredClone(read) };
		},
		commitImport: async (number) => {
			calls.push(`commitImport ${number}`);
			if (!read || read.number !== number)
				throw {
					code: 'not-found',
					message: { id: 'import-not-staged', args: {} },
				} satisfies IpcError;
			const { counts, zone, zoneWasUsed } = read;
			const one: ImportView = {
				id: list.length + 1,
				importedAt: '2026-11-24T09:30:00Z',
				files: read.files.map(({ name }) => name),
				formats: read.files.map(({ format }) => format),
				zone: zoneWasUsed ? zone : null,
				counts,
				undoneAt: null,
				undone: null,
			};
			read = null;
			list = [one, ...list];
			changed();
			return structuredClone(one);
		},
		followImport: async () => null,
		discardImport: async () => {
			calls.push('discardImport');
			read = null;
		},
		importProgress: async () => ({ done: 431, total: 1000 }),
		cancelImport: async () => {
			calls.push('cancelImport');
			cancel();
		},
		listImports: async () => structuredClone(list),
		previewImportUndo: async (id) => {
			const { counts } = list.find((one) => one.id === id)!;
			const sits = counts.added + counts.revived;
			return structuredClone({ sits, edited: 0, notes: counts.noted, samples: [], ...undo });
		},
		undoImport: async (id) => {
			calls.push(`undoImport ${id}`);
			const found = list.find((one) => one.id === id)!;
			const undone: ImportView = {
				...found,
				undoneAt: '2026-11-24T09:31:00Z',
				undone: found.counts.added + found.counts.revived,
			};
			list = list.map((one) => (one.id === id ? undone : one));
			changed();
			return structuredClone(undone);
		},
	};
	return { api };
}

function backup(
	number: number,
	taken: string,
	reason: BackupView['reason'],
	sits: number | null,
): BackupView {
	const path = `/home/me/.local/share/zafu/backups/zafu-${number}.db`;
	return { number, taken, reason, bytes: 1000 * (sits ?? 12) + 110_592, sits, path };
}

export const DEMO_BACKUPS: BackupView[] = [
	backup(48, '2026-11-24T05:58:12Z', 'daily', 3821),
	backup(47, '2026-11-23T06:01:40Z', 'daily', 3819),
	backup(46, '2026-11-22T18:12:05Z', 'manual', 3818),
	backup(45, '2026-11-22T06:00:02Z', 'daily', 3817),
	backup(44, '2026-11-21T06:00:31Z', 'daily', 3815),
	backup(41, '2026-10-18T17:42:09Z', 'import', 3391),
	backup(40, '2026-10-18T17:40:01Z', 'import', null),
];

export const DEMO_RESTORE: RestorePreview = {
	sits: 3819,
	missing: 2,
	newestMissing: [
		{ startedAt: '2026-11-24T07:02:00+01:00', satSeconds: 1200 },
		{ startedAt: '2026-11-23T21:10:00+01:00', satSeconds: 900 },
	],
	changed: 1,
	returning: 1,
	labels: 1,
	presets: 0,
	settings: false,
};

const BERLIN_SUMMER = '+02:00';
const NOTE = 'Rain on the roof all through. Breath shallow at first, then long and easy.';

/** Returns a preview of ten years of Insight Timer. */
function years(): ImportPreview {
	const sample = (
		day: number,
		time: string,
		satSeconds: number,
		label = 'Meditation',
		note = '',
	) => ({
		startedAt: `2026-06-${String(day).padStart(2, '0')}T${time}:00${BERLIN_SUMMER}`,
		satSeconds,
		label,
		note,
	});
	return {
		number: 1,
		files: [
			{
				name: 'InsightTimerLogs.csv',
				format: 'insight-timer',
				dateOrder: 'monthFirst',
				sits: 3541,
				skipped: 4,
			},
			{
				name: 'InsightTimerJournal.txt',
				format: 'insight-timer-journal',
				dateOrder: null,
				sits: 212,
				skipped: 0,
			},
		],
		zone: 'Europe/Berlin',
		zoneWasUsed: true,
		counts: { added: 3180, revived: 0, known: 340, same: 21, deleted: 0, noted: 12, skipped: 4 },
		notes: 208,
		repeated: 0,
		longSits: 2,
		firstDay: '2016-02-14',
		lastDay: '2026-06-23',
		samples: [
			sample(23, '06:55', 2700, 'Meditation', NOTE),
			sample(22, '20:10', 1200, 'Yoga nidra'),
			sample(22, '06:54', 2700),
			sample(21, '07:20', 3600, 'Meditation', 'Sunday group'),
			sample(20, '06:58', 2700),
			sample(19, '06:55', 2700),
		],
		skipped: [
			[102, 'import-reason-longer-than-day', { length: '87:21:41' }],
			[733, 'import-reason-no-time', {}],
			[1204, 'import-reason-start', { text: '13/45/2019 08:21:14' }],
			[2011, 'import-reason-longer-than-day', { length: '30:00:00' }],
		].map(([row, id, args]) => ({
			file: 0,
			row: row as number,
			message: {
				id: 'import-skipped-line',
				args: {
					line: row as number,
					reason: { id: id as string, args: args as Record<string, string> },
				},
			},
		})),
	};
}

const NOT_RECOGNISED: IpcError = {
	code: 'file',
	message: {
		id: 'import-file',
		args: { file: 'holiday.csv', reason: { id: 'import-not-recognised', args: {} } },
	},
};

/** The files that the user chooses in the demo, by their names in the URL. */
export const DEMO_IMPORTS: Record<string, () => DemoImport> = {
	years: () => ({ names: years().files.map(({ name }) => name), preview: years() }),
	nothing: () => {
		const preview = years();
		preview.counts = { ...preview.counts, added: 0, known: 3520, skipped: 0 };
		return {
			names: ['zafu.json'],
			preview: {
				...preview,
				files: [{ ...preview.files[0]!, name: 'zafu.json', format: 'zafu-json' }],
				zoneWasUsed: false,
				longSits: 0,
				firstDay: null,
				lastDay: null,
				samples: [],
				skipped: [],
			},
		};
	},
	order: () => ({
		names: ['InsightTimerLogs.csv'],
		preview: years(),
		example: '04/05/2026 08:21:14',
	}),
	error: () => ({ names: ['holiday.csv'], error: NOT_RECOGNISED }),
	deleted: () => {
		const preview = years();
		preview.counts = { ...preview.counts, added: 0, deleted: 300 };
		return { names: ['zafu.json'], preview: { ...preview, longSits: 0, samples: [] } };
	},
	endless: () => ({ names: ['export.xml'], isEndless: true }),
};

/** Imports that were made, of which one was undone. */
export const DEMO_PAST_IMPORTS: ImportView[] = [
	{
		id: 2,
		importedAt: '2026-10-18T17:42:10Z',
		files: ['export.zip'],
		formats: ['apple-health'],
		zone: null,
		counts: { added: 412, revived: 0, known: 3, same: 96, deleted: 0, noted: 0, skipped: 0 },
		undoneAt: null,
		undone: null,
	},
	{
		id: 1,
		importedAt: '2026-10-18T17:40:02Z',
		files: ['InsightTimerLogs.csv', 'InsightTimerJournal.txt'],
		formats: ['insight-timer', 'insight-timer-journal'],
		zone: 'Europe/London',
		counts: { added: 3180, revived: 0, known: 0, same: 0, deleted: 0, noted: 0, skipped: 4 },
		undoneAt: '2026-10-18T17:41:30Z',
		undone: 3180,
	},
];
