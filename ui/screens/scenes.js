// @ts-check

/** Opens the page for imports and exports. */
const TRANSFER = 'press=open-log,log-menu,menu-transfer';

/** Every scene by its name: the query that makes the demo show it (`src/lib/api/scenes.ts`). */
export const SCENES = {
	setup: '',
	'setup-open': 'press=length-open',
	'setup-until': 'press=length-until',
	'setup-mute': 'mute',
	'setup-troubles': 'trouble=2',
	'setup-bell': 'bell=device-refused',
	'setup-bell-file': 'bell=file',
	'setup-preset': 'press=length-30,preset-keep',
	'setup-today': 'today',
	'setup-long': 'records=long&bells=at',
	bells: 'press=bells',
	'bells-every': 'bells=every&press=bells',
	'bells-spread': 'bells=spread&press=bells',
	'bells-at': 'bells=at&press=bells',
	'bells-random': 'bells=random&press=bells',
	prepare: 'state=prepare',
	'sit-000': 'state=sit&progress=0',
	'sit-010': 'state=sit&progress=0.1',
	'sit-050': 'state=sit&progress=0.5',
	'sit-090': 'state=sit&progress=0.9',
	'sit-seconds': 'state=sit&progress=0.3&time=seconds',
	'sit-hidden': 'state=sit&progress=0.7&time=hidden',
	'sit-open': 'state=open',
	'sit-paused': 'state=paused',
	'sit-trouble': 'state=sit&trouble=1',
	'sit-bell': 'state=sit&bell=no-device',
	overtime: 'state=overtime',
	'overtime-troubles': 'state=overtime&trouble=2',
	'overtime-troubles-read': 'state=overtime&trouble=2&press=notices-open',
	end: 'state=sit&press=end',
	discard: 'state=sit&press=end,end-discard',
	quit: 'state=sit&asked=quit',
	finished: 'state=finished',
	'finished-early': 'state=early',
	'finished-note': 'state=finished&records=long&asked=note',
	'finished-not-saved': 'state=finished&unsaved',
	unsettled: 'state=unsettled',
	'unsettled-overtime': 'state=unsettled-overtime',
	log: 'records=years&press=open-log',
	'log-few': 'press=open-log',
	'log-edit': 'records=years&press=open-log,sit-edit',
	'log-add': 'records=years&press=open-log,log-add',
	'log-deleted': 'records=years&press=open-log,sit-delete',
	'log-selected': 'records=years&press=open-log,sit-select,log-menu,menu-select,selection-all',
	'log-delete': 'records=years&press=open-log,log-menu,menu-select,selection-all,selection-delete',
	'log-label': 'records=years&press=open-log,sit-select,selection-label',
	'log-menu': 'records=years&press=open-log,sit-delete,log-menu',
	'log-filter': 'records=years&press=open-log,log-filter',
	'log-filtered':
		'records=years&press=open-log,log-filter,filter-label-Metta,filter-label-Ησυχία,filter-source-timer,filter-done',
	'log-jump': 'records=years&press=open-log,log-jump',
	'log-shortcuts': 'records=years&press=open-log,log-menu,menu-shortcuts',
	'log-long': 'records=long&press=open-log',
	'log-empty': 'records=none&press=open-log',
	'log-elsewhere': 'records=elsewhere&sync=waiting&press=open-log',
	insight: 'insight=many&press=open-log,open-insight',
	'insight-labels': 'insight=many&press=open-log,open-insight,bars-week,bars-labels,year-save',
	'insight-tables': 'insight=many&press=open-log,open-insight,year-table,bars-table,weekdays-table',
	'insight-long': 'insight=labels&press=open-log,open-insight,bars-labels',
	'insight-few': 'insight=few&press=open-log,open-insight',
	'insight-no-streak': 'insight=many&no-streak&press=open-log,open-insight',
	'insight-empty': 'insight=none&press=open-log,open-insight',
	labels: 'records=years&press=open-log,log-menu,menu-labels',
	'labels-empty': 'records=none&press=open-log,log-menu,menu-labels',
	'label-edit': 'records=years&press=open-log,log-menu,menu-labels,label-edit',
	transfer: `${TRANSFER}`,
	'transfer-past': `imports&${TRANSFER}`,
	'transfer-drag': `asked=drag&${TRANSFER}`,
	'import-years': `import=years&${TRANSFER},import-choose,import-preview`,
	'import-skipped': `import=years&${TRANSFER},import-choose,import-samples-all,import-skipped`,
	'import-nothing': `import=nothing&${TRANSFER},import-choose,import-preview`,
	'import-order': `import=order&${TRANSFER},import-choose,import-question`,
	'import-error': `import=error&${TRANSFER},import-choose,import-error`,
	'import-running': `import=endless&${TRANSFER},import-choose,import-progress`,
	'import-done': `import=years&${TRANSFER},import-choose,import-commit,import-done`,
	'transfer-filtered':
		'records=years&press=open-log,log-filter,filter-label-Metta,filter-source-timer,filter-done,log-menu,menu-transfer,export-json,export-run,export-done',
	restore: `${TRANSFER},backup-restore`,
	'import-undo': `imports&${TRANSFER},import-row-undo`,
	'partner-no-account': 'press=open-settings,open-partner',
	'partner-none': 'sync=synced&press=open-partner',
	'partner-nameless': 'sync=synced&nameless&press=open-partner',
	'partner-invited': 'sync=synced&partner=invited&press=open-partner',
	'partner-invitation': 'sync=synced&press=open-partner,invite,invite-copy',
	'partner-expired': 'sync=synced&partner=expired&press=open-partner',
	'partner-invite-offline': 'sync=waiting&offline&press=open-partner,invite,invite-error',
	'partner-join': 'sync=synced&asked=join&press=join-look,join-preview',
	'partner-join-sign-in': 'asked=join&invitation=sign-in&press=join-look,join-preview',
	'partner-join-other':
		'sync=synced&asked=join&invitation=other-project&press=join-look,join-preview',
	'partner-join-refused':
		'sync=synced&asked=join&invitation=partner-refusal-not-open&press=join-look,join-error',
	'partner-week': 'sync=synced&partner=week&press=open-partner',
	'partner-see': 'sync=synced&partner=week&press=open-partner,shown-open',
	'partner-first-week': 'sync=synced&partner=first-week&privacy=counts&press=open-partner',
	'partner-full': 'sync=synced&partner=full&press=open-partner',
	'partner-resting': 'sync=synced&partner=resting&press=open-partner',
	'partner-offline': 'sync=waiting&partner=week&age=50&pending=bow,privacy&press=open-partner',
	'partner-signed-out':
		'sync=signed-out&partner=week&age=50&pending=bow&press=open-settings,open-partner',
	'partner-leaving': 'sync=waiting&partner=week&pending=leave&press=open-partner',
	'partner-rejected': 'sync=synced&partner=week&rejected&press=open-partner',
	'partner-former': 'sync=synced&partner=former&press=open-partner',
	'partner-leave': 'sync=synced&partner=week&press=open-partner,leave',
	'setup-week': 'week=mine',
	'setup-week-ours': 'sync=synced&partner=week&today',
	'setup-week-full': 'sync=synced&partner=full',
	'sit-week': 'sync=synced&partner=week&state=sit&progress=0.5',
	'finished-week': 'sync=synced&partner=week&state=finished',
	settings: 'fade=4&press=open-settings',
	'setup-synced': 'sync=synced',
	'setup-waiting': 'sync=waiting',
	'setup-action-needed': 'sync=adopt',
	'account-new': 'project=none&press=open-settings,open-account',
	'account-enter': 'press=open-settings,open-account',
	'account-code': 'press=open-settings,open-account,how-code',
	'account-synced': 'sync=synced&press=sync-mark',
	'account-changes': 'sync=waiting&pending=profile,target&press=sync-mark',
	'account-backlog': 'sync=backlog&press=sync-mark',
	'account-waiting': 'sync=waiting&press=sync-mark',
	'account-until-quit': 'sync=until-quit&press=sync-mark',
	'account-out': 'sync=signed-out&press=sync-mark',
	'account-sign-in': 'sync=sign-in&press=sync-mark',
	'account-erased': 'sync=erased&press=sync-mark',
	'account-adopt': 'sync=adopt&press=sync-mark',
	'account-adopt-from': 'sync=adopt-from&owners=more&press=sync-mark',
	'account-owners': 'sync=synced&owners=more&press=sync-mark',
	'account-no-profile': 'sync=no-profile&press=sync-mark',
	'log-owners': 'sync=synced&owners=more&records=shared&press=open-log',
	'account-server': 'sync=server-misconfigured&press=sync-mark',
	'account-refused': 'sync=refused&press=sync-mark',
	'account-outcome': 'sync=refused&press=sync-mark,dead-letter-export',
	'account-texts': 'sync=synced&keeps-texts&press=sync-mark,texts-send',
	'account-erase': 'sync=synced&press=sync-mark,erase',
};

export const THEMES = /** @type {const} */ (['light', 'dark']);

/**
 * The size of a picture in CSS pixels, the device pixels for each of them, and the language shown.
 *
 * @typedef {{ width: number, height: number, scale: 1 | 2, language: 'en' | 'de' }} Frame
 */

/** @type {Frame} */
export const NARROW = { width: 400, height: 900, scale: 1, language: 'en' };

/**
 * Narrow, the default size of the window, and wide; then a high-density display, and German, whose words are longer, also
 * in the smallest size of the window.
 *
 * @type {Frame[]}
 */
export const FRAMES = [
	NARROW,
	{ width: 480, height: 680, scale: 1, language: 'en' },
	{ width: 900, height: 900, scale: 1, language: 'en' },
	{ width: 1400, height: 900, scale: 1, language: 'en' },
	{ width: 480, height: 680, scale: 2, language: 'en' },
	{ width: 400, height: 900, scale: 2, language: 'de' },
	{ width: 900, height: 900, scale: 1, language: 'de' },
	{ width: 1400, height: 900, scale: 1, language: 'de' },
	{ width: 320, height: 480, scale: 1, language: 'de' },
];

/** The picture in the README: a sit in progress, in both themes. */
export const README_QUERY = 'state=sit&progress=0.62';

/** @type {Frame} */
export const README_FRAME = { width: 440, height: 560, scale: 1, language: 'en' };
