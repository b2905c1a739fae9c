import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { frozenPrototypes } from './frozen-prototypes.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Imports an `.ftl` file as its text without the comments, which are for translators. */
const fluent = {
	name: 'fluent',
	transform: (source: string, id: string) =>
		id.endsWith('.ftl')
			? `export default ${JSON.stringify(source.replace(/^#.*\n/gm, ''))}`
			: undefined,
};

export default defineConfig(({ command, mode }) => {
	// The production build does not contain the demo.
	const demo = mode === 'demo' || (command === 'serve' && mode !== 'production');
	return {
		base: './',
		clearScreen: false,
		plugins: [frozenPrototypes, fluent, svelte(), ...(mode === 'test' ? [svelteTesting()] : [])],
		resolve: {
			alias: {
				'#connect': here(demo ? './src/lib/api/connect.demo.ts' : './src/lib/api/connect.ts'),
			},
		},
		server: { port: 1420, strictPort: true, host: '127.0.0.1', fs: { allow: ['..'] } },
		build: {
			target: ['es2022', 'safari16.4'],
			outDir: mode === 'demo' ? 'dist-demo' : 'dist',
			modulePreload: false,
			assetsInlineLimit: 0,
			reportCompressedSize: false,
		},
		test: {
			environment: 'jsdom',
			include: ['src/**/*.test.ts'],
			setupFiles: ['./src/test/setup.ts'],
			restoreMocks: true,
			// A busy machine is slow, and axe cannot start while it still runs.
			testTimeout: 30_000,
		},
	};
});
