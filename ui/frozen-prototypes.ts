/**
 * Lets packages load in a window that freezes `Object.prototype`: there, `prototype.toString = ...` throws, because the
 * inherited property cannot be assigned. The property is defined first.
 */
import type { Plugin } from 'vite';

/** What is assigned, and what takes its place, by package. */
const FIXES = [
	{
		module: /\/d3-color\//,
		assigned: 'prototype.constructor = constructor;',
		fixed: "Object.defineProperty(prototype, 'constructor', { value: constructor });",
	},
	{
		module: /\/d3-format\//,
		assigned: 'FormatSpecifier.prototype.toString = ',
		fixed:
			"Object.defineProperty(FormatSpecifier.prototype, 'toString', { writable: true });\nFormatSpecifier.prototype.toString = ",
	},
];

const ASSIGNED =
	/prototype\.(constructor|toString|toLocaleString|valueOf|hasOwnProperty|isPrototypeOf|propertyIsEnumerable)\s*=[^=]/;

/**
 * Returns the source with its assignments fixed, or null if it has none.
 *
 * @throws If a package assigns an inherited property in a way that is not known, or no longer does in the way that is.
 */
export function fix(source: string, module: string): string | null {
	const known = FIXES.find((one) => one.module.test(module));
	if (!known) {
		const found = /\/node_modules\//.test(module) && ASSIGNED.exec(source);
		if (!found) return null;
		throw new Error(`${module} assigns ${found[0]}, which throws in the window: add it to FIXES`);
	}
	const parts = source.split(known.assigned);
	if (parts.length === 2 && !ASSIGNED.test(parts.join(''))) return parts.join(known.fixed);
	throw new Error(
		`${module} has changed: look for what it assigns to prototypes, and change FIXES`,
	);
}

export const frozenPrototypes: Plugin = { name: 'frozen-prototypes', transform: fix };
