/** Makes a picture of a chart: its title, sentence, drawing and legend as they are on the screen, with resolved colours. */
import font from '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2?inline';

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 24;
/** Between the parts of a picture. */
const GAP = 10;
/** Pixels of a PNG for each pixel of the screen. */
const SCALE = 2;
/** Share of the height of a line that is above the baseline, of the font Figtree. */
const ASCENT = 0.79;

/** Properties that an SVG element inherits or starts with, and that stylesheets set here. */
const DRAWN = [
	'fill',
	'fill-rule',
	'stroke',
	'stroke-width',
	'font-family',
	'font-size',
	'font-weight',
	'text-anchor',
] as const;

/** Returns an SVG file of a figure: of each part that is marked with `data-picture`. */
export function svg(figure: HTMLElement): string {
	const box = figure.getBoundingClientRect();
	const parts: { element: Element; origin: Point }[] = [];
	let bottom = MARGIN;
	for (const element of figure.querySelectorAll('[data-picture]')) {
		const { top, height } = element.getBoundingClientRect();
		// Closes the gaps of the controls that the picture leaves out.
		const y = parts.length === 0 ? MARGIN : bottom + GAP;
		parts.push({ element, origin: { x: box.left - MARGIN, y: top - y } });
		bottom = y + height;
	}
	const width = Math.ceil(box.width + 2 * MARGIN);
	const height = Math.ceil(bottom + MARGIN);

	const root = document.createElementNS(SVG, 'svg');
	set(root, { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' });
	const [title = '', sentence = ''] = [...figure.querySelectorAll('h2, figcaption p')].map(
		(one) => one.textContent,
	);
	add(root, 'title').textContent = title;
	add(root, 'desc').textContent = sentence;
	add(root, 'style').textContent =
		`@font-face{font-family:Figtree;font-weight:300 900;src:url(${font})}text{font-variant-numeric:tabular-nums}`;
	set(add(root, 'rect'), { width, height, fill: resolved(figure, 'var(--paper-near)') });
	for (const { element, origin } of parts) draw(element, root, origin);
	return new XMLSerializer().serializeToString(root);
}

/** Returns the SVG file as a PNG file. */
export async function png(figure: HTMLElement): Promise<Uint8Array> {
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg(figure))}`;
	await image.decode();
	const canvas = document.createElement('canvas');
	[canvas.width, canvas.height] = [image.width * SCALE, image.height * SCALE];
	const context = canvas.getContext('2d');
	if (!context) throw new Error('there is no canvas');
	context.drawImage(image, 0, 0, canvas.width, canvas.height);
	const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
	if (!blob) throw new Error('the canvas has no picture');
	return new Uint8Array(await blob.arrayBuffer());
}

interface Point {
	x: number;
	y: number;
}

/** Adds what a node shows: a drawing at its place, or the lines of a text. */
function draw(node: Node, root: SVGElement, origin: Point): void {
	if (node instanceof SVGSVGElement) {
		const { left, top } = node.getBoundingClientRect();
		const copy = node.cloneNode(true) as SVGSVGElement;
		inline(node, copy, null);
		set(copy, { x: left - origin.x, y: top - origin.y, overflow: 'visible' });
		for (const hit of copy.querySelectorAll('.hit')) hit.remove();
		for (const one of [copy, ...copy.querySelectorAll('*')]) clean(one);
		root.append(copy);
	} else if (node instanceof Text) {
		if (node.data.trim() !== '') text(node, root, origin);
	} else {
		for (const child of node.childNodes) draw(child, root, origin);
	}
}

/** Adds the lines of a text, as the screen breaks them. */
function text(node: Text, root: SVGElement, origin: Point): void {
	const style = getComputedStyle(node.parentElement!);
	const range = document.createRange();
	let line: { element: SVGElement; top: number } | undefined;
	for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
		range.setStart(node, index);
		range.setEnd(node, index + word.length);
		const { left, right, top, height } = range.getBoundingClientRect();
		if (line && Math.abs(line.top - top) < height / 2) {
			line.element.textContent += ` ${word}`;
			continue;
		}
		const element = add(root, 'text');
		set(element, {
			// A line begins at its first word: from right to left, that is at its right end.
			x: (style.direction === 'rtl' ? right : left) - origin.x,
			y: top - origin.y + height * ASCENT,
			direction: style.direction,
			fill: style.color,
			'font-family': style.fontFamily,
			'font-size': style.fontSize,
			'font-weight': style.fontWeight,
		});
		element.textContent = word;
		line = { element, top };
	}
}

/** Writes the computed properties of an element and of those inside it to its copy, if they differ from the parent's. */
function inline(source: Element, copy: Element, parent: CSSStyleDeclaration | null): void {
	const style = getComputedStyle(source);
	for (const name of DRAWN) {
		const value = style.getPropertyValue(name);
		if (value !== '' && value !== parent?.getPropertyValue(name)) copy.setAttribute(name, value);
		else copy.removeAttribute(name);
	}
	[...source.children].forEach((child, index) => inline(child, copy.children[index]!, style));
}

/** Removes what only the window needs. */
function clean(element: Element): void {
	for (const child of [...element.childNodes]) if (child instanceof Comment) child.remove();
	for (const { name } of [...element.attributes])
		if (/^(class|role|tabindex|focusable|data-.*|aria-.*)$/.test(name))
			element.removeAttribute(name);
}

/** Returns the value that a colour has inside an element. */
function resolved(inside: HTMLElement, colour: string): string {
	const probe = document.createElement('span');
	probe.style.color = colour;
	inside.append(probe);
	const value = getComputedStyle(probe).color;
	probe.remove();
	return value;
}

function add(parent: SVGElement, name: string): SVGElement {
	const element = document.createElementNS(SVG, name);
	parent.append(element);
	return element;
}

function set(element: Element, values: Record<string, string | number>): void {
	for (const [name, value] of Object.entries(values)) element.setAttribute(name, String(value));
}
