import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fix } from '../frozen-prototypes';

const D3 = ['d3-color', 'd3-format'].map((name) => {
	const module = `${process.cwd()}/node_modules/${name}/dist/${name}.mjs`;
	return { module, source: readFileSync(module, 'utf8') };
});

describe('a build for a window with frozen prototypes', () => {
	it.each(D3)('fixes what $module assigns', ({ source, module }) => {
		expect(fix(source, module)).toContain('Object.defineProperty(');
	});

	it.each(D3)('fails if $module assigns nothing, or in another way', ({ source, module }) => {
		expect(() => fix('export {};', module)).toThrow('has changed');
		expect(() => fix(source.replace('prototype.', 'prototype .'), module)).toThrow('has changed');
		expect(() => fix(`${source}\nOther.prototype.valueOf = one;`, module)).toThrow('has changed');
	});

	it('fails if another package assigns an inherited property', () => {
		const assigns = 'One.prototype.toString = function () {};';
		expect(() => fix(assigns, '/ui/node_modules/other/index.js')).toThrow('add it to FIXES');
		expect(fix('one.toString() === two', '/ui/node_modules/other/index.js')).toBeNull();
	});
});
