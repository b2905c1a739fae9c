/** Looks up the window's texts in the Fluent catalogue at the project's root (`messages/LANGUAGE/*.ftl`). */
import { FluentBundle, FluentResource } from '@fluent/bundle';
import type { Message } from './api/types';
import type { Messages } from './message-types';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export type MessageId = keyof Messages;
/** The messages that take no arguments. */
export type PlainMessageId = {
	[Id in MessageId]: Messages[Id] extends null ? Id : never;
}[MessageId];
type Arguments<Id extends MessageId> = Messages[Id] extends null ? [] : [Messages[Id]];

/**
 * The source of every file that the window reads, by path. At the start, all languages are in the bundle, so that the
 * first paint waits for no request; only the language in use is parsed.
 */
export const SOURCES = import.meta.glob<string>(
	'../../../messages/*/{account,announcement,bells,common,engine,error,server,settings,setup,sit,storage,sync,timer,unsettled}.ftl',
	{ eager: true, import: 'default' },
);

/** Adds the files of a part of the window that is loaded later. */
export function addSources(sources: Record<string, string>): void {
	Object.assign(SOURCES, sources);
	addTo(current, sources);
	// What shows texts follows `current`, not its bundle.
	current = { ...current };
}

interface Loaded {
	language: Language;
	locale: string;
	bundle: FluentBundle;
}

let current = $state.raw(load(systemLanguage()));

/** Returns a message in the current language; reading it in a component follows later changes of the language. */
export function t<Id extends MessageId>(id: Id, ...[args]: Arguments<Id>): string {
	return format(id, args ?? undefined) ?? id;
}

/**
 * Returns the text of a message from the engine in the current language. One that the catalogue does not have, as of a
 * newer engine, is shown as its id and arguments.
 */
export function messageText({ id, args }: Message): string {
	const texts = Object.entries(args).map(
		([name, value]) => [name, typeof value === 'object' ? messageText(value) : value] as const,
	);
	const text = format(id, Object.fromEntries(texts));
	return text ?? [id, ...texts.map(([name, value]) => `${name}=${value}`)].join(' ');
}

function format(id: string, args?: Record<string, string | number>): string | null {
	const pattern = current.bundle.getMessage(id)?.value;
	if (!pattern) return null;
	const errors: Error[] = [];
	const text = current.bundle.formatPattern(pattern, args, errors);
	// Types and tests exclude it. A text with a gap is still better than a window that stops.
	if (import.meta.env.DEV && errors.length > 0) throw errors[0];
	return text;
}

/** Changes the language of the window; `system` takes the first of the user's languages that Zafu has. */
export function setLanguage(choice: Language | 'system'): void {
	const language = choice === 'system' ? systemLanguage() : choice;
	if (language !== current.language) current = load(language);
	document.documentElement.lang = language;
}

/** Returns the locale for numbers and dates: the current language, with the user's region if it has one. */
export function locale(): string {
	return current.locale;
}

function systemLanguage(): Language {
	for (const preferred of navigator.languages) {
		const language = LANGUAGES.find((one) => one === preferred.split('-')[0]);
		if (language) return language;
	}
	return 'en';
}

function load(language: Language): Loaded {
	const locale = navigator.languages.find((one) => one.split('-')[0] === language) ?? language;
	// No isolation marks around arguments: every language here is written left to right, and the marks would end up
	// in labels and in copied text. A language written right to left needs them.
	const bundle = new FluentBundle(locale, { useIsolating: false });
	const loaded = { language, locale, bundle };
	addTo(loaded, SOURCES);
	return loaded;
}

/** Parses those of the files that are in the language. */
function addTo({ language, bundle }: Loaded, sources: Record<string, string>): void {
	for (const [path, source] of Object.entries(sources))
		if (path.includes(`/${language}/`)) bundle.addResource(new FluentResource(source));
}
