// @ts-check
/**
 * Takes a picture of every scene of the demo build in each theme and frame, checks each scene with axe, joins all
 * pictures of a theme into one sheet, and writes the picture of the README. Run by `cargo xtask screens`, which builds
 * the demo and finds the browser:
 *
 *   node screens/take.js PATH_OF_CHROMIUM OUTPUT_FOLDER PICTURE_OF_README [SCENE...]
 *
 * Takes every scene if none is named. Exits with 1 if axe finds a violation, something reaches over the side of the
 * window, or a page throws.
 */
import { AxeBuilder } from '@axe-core/playwright';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { FRAMES, NARROW, README_FRAME, README_QUERY, SCENES, THEMES } from './scenes.js';

/**
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('./scenes.js').Frame} Frame
 */

/** Longer than this without a result means that something is broken, also on a busy machine. In milliseconds. */
const TIMEOUT = 300_000;

/** A page for each pixel density, which a page keeps for its lifetime. */
class Camera {
	/**
	 * @param {Record<1 | 2, Page>} pages
	 * @param {string} site
	 * @param {string[]} faults
	 */
	constructor(pages, site, faults) {
		this.pages = pages;
		this.site = site;
		this.faults = faults;
	}

	/**
	 * @param {Browser} browser
	 * @param {string} site the URL of the demo
	 * @param {string[]} faults receives what the pages throw, and what does not fit
	 */
	static async start(browser, site, faults) {
		/** @param {number} deviceScaleFactor */
		const open = async (deviceScaleFactor) => {
			// axe needs a context that it can open a page of its own in.
			const context = await browser.newContext({
				deviceScaleFactor,
				locale: 'en',
				timezoneId: 'Europe/Berlin',
			});
			context.setDefaultTimeout(TIMEOUT);
			const page = await context.newPage();
			page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
			return page;
		};
		return new Camera({ 1: await open(1), 2: await open(2) }, site, faults);
	}

	/**
	 * Shows a scene with the clock stopped, and controls that do not fade out unless the query says so.
	 *
	 * @param {string} query
	 * @param {string} theme
	 * @param {Frame} frame
	 */
	async open(query, theme, { scale, language, width, height }) {
		const fade = query.includes('fade=') ? '' : 'fade=0&';
		const page = this.pages[scale];
		await page.setViewportSize({ width, height });
		await page.goto(`${this.site}?still=1&${fade}theme=${theme}&lang=${language}&${query}`);
		return page;
	}

	/**
	 * Takes the pictures of a scene and returns their files, in the order of the frames.
	 *
	 * @param {string} name
	 * @param {string} query
	 * @param {string} theme
	 */
	async pictures(name, query, theme) {
		const files = [];
		let shown = '';
		for (const frame of FRAMES) {
			const { width, scale, language } = frame;
			// A different width only resizes the page that is shown.
			if (shown !== `${scale}${language}`) await this.open(query, theme, frame);
			shown = `${scale}${language}`;
			const kind = `${width}-${language}${scale === 1 ? '' : `@${scale}x`}`;
			const file = join(folder, `${name}-${theme}-${kind}.png`);
			await picture(this.pages[scale], frame, file);
			files.push(file);
			for (const one of await outside(this.pages[scale]))
				this.faults.push(`${name} at ${width} px, ${language}: reaches over the side: ${one}`);
		}
		return files;
	}

	/**
	 * Returns what axe finds wrong with a scene in both themes.
	 *
	 * @param {string} query
	 */
	async violations(query) {
		const page = await this.open(query, THEMES[0], NARROW);
		const found = new Set();
		for (const theme of THEMES) {
			// axe cannot measure a contrast on a gradient: it is measured on both of its end colours.
			for (const ground of ['near', 'far']) {
				await page.evaluate(
					([theme, ground]) => {
						document.documentElement.dataset.theme = theme;
						document.body.style.background = `var(--paper-${ground})`;
					},
					[theme, ground],
				);
				await settled(page);
				const { violations } = await new AxeBuilder({ page }).analyze();
				for (const { id, nodes } of violations)
					for (const { html } of nodes) found.add(`${theme}: ${id}: ${html.slice(0, 160)}`);
			}
		}
		return [...found];
	}
}

/**
 * Takes a picture of the page once nothing moves on it.
 *
 * @param {Page} page
 * @param {Frame} frame
 * @param {string} file
 */
async function picture(page, { width, height }, file) {
	await page.setViewportSize({ width, height });
	await settled(page);
	await page.screenshot({ path: file });
}

/**
 * Returns the elements that reach over a side of the window, except for what a table scrolls.
 *
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
function outside(page) {
	return page.evaluate(() =>
		[...document.querySelectorAll('body *')]
			.filter((one) => {
				const { left, right, width } = one.getBoundingClientRect();
				const isShown = width > 0 && getComputedStyle(one).visibility !== 'hidden';
				const isOutside = left < -0.5 || right > innerWidth + 0.5;
				return isShown && isOutside && !one.closest('svg, table, .unseen');
			})
			.map((one) => one.outerHTML.slice(0, 100)),
	);
}

/** @param {Page} page */
async function settled(page) {
	await page.evaluate(() => /** @type {any} */ (window).zafuDemo.settled());
}

/**
 * Writes the picture of the README. It has few colours because it is committed.
 *
 * @param {Camera} camera
 * @param {string} file
 */
async function readme(camera, file) {
	const halves = [];
	for (const theme of THEMES) {
		const half = join(folder, `readme-${theme}.png`);
		await picture(await camera.open(README_QUERY, theme, README_FRAME), README_FRAME, half);
		halves.push(half);
	}
	imagemagick('convert', [...halves, '+append', '-strip', '-colors', '256', `PNG8:${file}`]);
	console.log(file);
}

/**
 * Joins pictures into one, two scenes in each row: ImageMagick limits a picture to 16,000 pixels in height.
 *
 * @param {string} theme
 * @param {string[]} pictures
 */
function sheet(theme, pictures) {
	const file = join(folder, `sheet-${theme}.png`);
	// Scaled down as they are read: ImageMagick may not hold all of them at their full size.
	const tiles = pictures.map((picture) => `${picture}[320x240]`);
	const layout = ['-tile', `${2 * FRAMES.length}x`, '-geometry', '320x240+8+8'];
	imagemagick('montage', [
		'-label',
		'%t',
		...tiles,
		...layout,
		'-background',
		'#808080',
		'-depth',
		'8',
		file,
	]);
	console.log(file);
}

/**
 * @param {string} program
 * @param {string[]} options
 */
function imagemagick(program, options) {
	execFileSync(program, options, { stdio: 'inherit' });
}

const [executablePath = '', folder = '', readmePicture = '', ...names] = process.argv.slice(2);
if (!readmePicture) throw new Error('arguments are missing: run cargo xtask screens');
const unknown = names.filter((name) => !(name in SCENES));
if (unknown.length > 0) throw new Error(`there is no scene ${unknown.join(', ')}`);

// Pictures of scenes that no longer exist must not remain.
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const server = await preview({
	root: fileURLToPath(new URL('..', import.meta.url)),
	mode: 'demo',
	preview: { host: '127.0.0.1', port: 0 },
});
const browser = await chromium.launch({ executablePath });
try {
	const site = server.resolvedUrls?.local[0];
	if (!site) throw new Error('vite preview names no URL');
	/** @type {string[]} */
	const faults = [];
	/** @type {Record<string, string[]>[]} */
	const taken = [];
	const all = Object.entries(SCENES);
	const scenes = names.length > 0 ? all.filter(([name]) => names.includes(name)) : all;
	let next = 0;
	const work = async () => {
		const camera = await Camera.start(browser, site, faults);
		for (let index = next++; index < scenes.length; index = next++) {
			const [name, query] = scenes[index] ?? ['', ''];
			/** @type {Record<string, string[]>} */
			const files = {};
			for (const theme of THEMES) files[theme] = await camera.pictures(name, query, theme);
			taken[index] = files;
			for (const violation of await camera.violations(query)) faults.push(`${name}: ${violation}`);
			console.log(name);
		}
	};
	await readme(await Camera.start(browser, site, faults), readmePicture);
	await Promise.all(Array.from({ length: availableParallelism() }, work));
	if (faults.length > 0) {
		console.error(`axe, the pages or their sizes report:\n${faults.join('\n')}`);
		process.exitCode = 1;
	}
	for (const theme of THEMES)
		sheet(
			theme,
			taken.flatMap((scene) => scene[theme] ?? []),
		);
} finally {
	await browser.close();
	await server.close();
}
