/** Looks up the window's texts in the Fluent catalogue at the project's root (`messages/LANGUAGE/*.ftl`). */
import { FluentBundle, FluentResource } from '@fluent/bundle';
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
 * The source of every file that the window reads, by path. All languages are in the bundle, so that the first paint
 * waits for no request; only the language in use is parsed.
 */
export const SOURCES = import.meta.glob<string>(
	'../../../messages/*/{account,announcement,bells,common,engine,error,log,server,settings,setup,sit,storage,sync,timer,unsettled}.ftl',
	{ eager: true, import: 'default' },
);

let current = $state.raw(load(systemLanguage()));

/** Returns a message in the current language; reading it in a component follows later changes of the language. */
export function t<Id extends MessageId>(id: Id, ...[args]: Arguments<Id>): string {
	const pattern = current.bundle.getMessage(id)?.value;
	const errors: Error[] = [];
	const text = pattern ? current.bundle.formatPattern(pattern, args, errors) : id;
	// Types and tests exclude both faults. A text with a gap is still better than a window that stops.
	if (import.meta.env.DEV && (!pattern || errors.length > 0)) throw errors[0] ?? new Error(id);
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

function load(language: Language): { language: Language; locale: string; bundle: FluentBundle } {
	const locale = navigator.languages.find((one) => one.split('-')[0] === language) ?? language;
	// No isolation marks around arguments: every language here is written left to right, and the marks would end up
	// in labels and in copied text. A language written right to left needs them.
	const bundle = new FluentBundle(locale, { useIsolating: false });
	for (const [path, source] of Object.entries(SOURCES))
		if (path.includes(`/${language}/`)) bundle.addResource(new FluentResource(source));
	return { language, locale, bundle };
}
