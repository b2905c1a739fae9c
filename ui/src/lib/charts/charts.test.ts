import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEMO_LOGS, insightOf, type DemoSit } from '../api/demo-insight';
import { setLanguage } from '../messages.svelte';
import Bars from './Bars.svelte';
import ByLabel from './ByLabel.svelte';
import type { ChartProps } from './data';
import Heatmap from './Heatmap.svelte';
import Lengths from './Lengths.svelte';
import TimeOfDay from './TimeOfDay.svelte';
import Weekdays from './Weekdays.svelte';

const LOG = DEMO_LOGS.many!();

const MARCH: DemoSit[] = [
	{ day: '2026-03-02', minute: 400, seconds: 1200, label: 'Zazen' },
	{ day: '2026-03-03', minute: 400, seconds: 1500, label: 'Zazen' },
	{ day: '2026-03-03', minute: 1200, seconds: 1200, label: '' },
	{ day: '2026-03-10', minute: 400, seconds: 5400, label: 'Metta' },
];

type Chart = Component<ChartProps & { year: number }>;

const CHARTS: [string, Chart][] = [
	['year', Heatmap],
	['bars', Bars as unknown as Chart],
	['times', TimeOfDay as unknown as Chart],
	['lengths', Lengths as unknown as Chart],
	['labels', ByLabel as unknown as Chart],
	['weekdays', Weekdays as unknown as Chart],
];

function show(chart: Chart, log = MARCH, period: number | 'all' = 2026, today = '2026-03-12') {
	const onselect = vi.fn();
	const save = vi.fn();
	const data = insightOf(log, period, today);
	render(chart, { props: { data, year: data.year ?? 2026, onselect, save } });
	return { onselect, save };
}

const marks = () => [...document.querySelectorAll<SVGElement>('[data-mark]')];
const names = () => marks().map((mark) => mark.getAttribute('aria-label') ?? '');
const focused = () => document.activeElement?.getAttribute('aria-label');
const press = (key: string) => fireEvent.keyDown(document.activeElement!, { key });

async function rows(name: string): Promise<string[][]> {
	await fireEvent.click(screen.getByTestId(`${name}-table`));
	return screen
		.getAllByRole('row')
		.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent.trim()));
}

afterEach(() => {
	cleanup();
	setLanguage('en');
});

describe('the heatmap', () => {
	it('announces each day with its sits and its time', () => {
		show(Heatmap);
		expect(names().slice(0, 3)).toEqual([
			'Monday, March 2: 1 sit, 20 minutes',
			'Tuesday, March 3: 2 sits, 45 minutes',
			'Wednesday, March 4: no sits',
		]);
		expect(names().at(-1)).toBe('Thursday, March 12: no sits');
	});

	it('announces in German', () => {
		setLanguage('de');
		show(Heatmap);
		expect(names()[1]).toBe('Dienstag, 3. März: 2 Sitzungen, 45 Minuten');
		expect(names()[8]).toBe('Dienstag, 10. März: 1 Sitzung, 1 Stunde 30 Minuten');
	});

	it('is one tab stop, on today, and moves by keys', async () => {
		const { onselect } = show(Heatmap);
		const stops = () => marks().filter((mark) => mark.tabIndex === 0);
		expect(stops().map((mark) => mark.getAttribute('aria-label'))).toEqual([
			'Thursday, March 12: no sits',
		]);
		stops()[0]!.focus();
		for (const [key, day] of [
			['ArrowRight', 'Thursday, March 12'],
			['ArrowLeft', 'Thursday, March 5'],
			['ArrowUp', 'Wednesday, March 4'],
			['ArrowUp', 'Tuesday, March 3'],
			['ArrowRight', 'Tuesday, March 10'],
			['End', 'Thursday, March 12'],
			['Home', 'Monday, March 2'],
			['ArrowDown', 'Tuesday, March 3'],
		] as const) {
			await press(key);
			expect([key, focused()?.split(':')[0]]).toEqual([key, day]);
			expect(stops()).toEqual([document.activeElement]);
		}
		expect(onselect).not.toHaveBeenCalled();
		await press('Enter');
		await press(' ');
		expect(onselect.mock.calls).toEqual(Array(2).fill([{ from: '2026-03-03', to: '2026-03-03' }]));
	});

	it('chooses a day by a click, but no day without a sit', async () => {
		const { onselect } = show(Heatmap);
		await fireEvent.click(marks()[1]!);
		await fireEvent.click(marks()[2]!);
		expect(onselect.mock.calls).toEqual([[{ from: '2026-03-03', to: '2026-03-03' }]]);
		expect(marks().map((mark) => mark.getAttribute('role'))[2]).toBe('img');
	});

	it('shows the text of a day in the place of the sentence', async () => {
		show(Heatmap);
		const figure = screen.getByTestId('year');
		expect(figure.querySelector('.reading')!.textContent).toBe('');
		await fireEvent.pointerOver(marks()[1]!.querySelector('path')!);
		expect(figure.querySelector('.reading')!.textContent).toBe(names()[1]);
		await fireEvent.pointerLeave(figure.querySelector('svg')!);
		expect(figure.querySelector('.reading')!.textContent).toBe('');
	});
});

describe.each(CHARTS)('the chart %s', (name, chart) => {
	it('says in a sentence what it shows', () => {
		show(chart);
		const figure = screen.getByTestId(name);
		expect(figure.tagName).toBe('FIGURE');
		const sentence = document.getElementById(figure.getAttribute('aria-describedby')!)!;
		expect(sentence.textContent).toMatch(/\d.*\.$/);
	});

	it.each([
		['of a few sits', MARCH, '2026-03-12'],
		['of years', LOG, '2026-11-24'],
	])('has a table with the same content: %s', async (_, log, today) => {
		show(chart, log, 2026, today);
		// A heatmap and the weeks show every day; their tables list those with a sit.
		const drawn = names().filter((text) => !text.endsWith('no sits'));
		const [, ...body] = await rows(name);
		const listed = body.filter(([, sits]) => sits !== '0');
		expect(listed.map((row) => [row[0], row[1]])).toEqual(
			drawn.map((text) => {
				const [, of, sits] = /^(.*): ([\d,]+) sits?/.exec(text)!;
				return [of, sits];
			}),
		);
		expect(listed.length).toBeGreaterThan(0);
	});

	it('changes to its table and back with T', async () => {
		show(chart);
		marks()[0]!.focus();
		await press('t');
		await tick();
		expect(screen.getByRole('table')).toBeTruthy();
		expect(marks()).toEqual([]);
		expect(document.activeElement).toBe(screen.getByTestId(`${name}-table`));
		await press('T');
		expect(marks().length).toBeGreaterThan(0);
	});

	it('is one tab stop, of which every mark is reached by the arrow keys', async () => {
		show(chart);
		const stops = () => marks().filter((mark) => mark.tabIndex === 0);
		expect(stops()).toHaveLength(1);
		stops()[0]!.focus();
		await press('Home');
		expect(document.activeElement).toBe(marks()[0]);
		const reached = [focused()];
		for (let step = 1; step < marks().length; step++) {
			await press('ArrowDown');
			reached.push(focused());
		}
		expect(reached).toEqual(names());
	});

	it('chooses the same by a mark and by the row of its table', async () => {
		const { onselect } = show(chart);
		const drawn = marks().filter((mark) => mark.getAttribute('role') === 'button');
		for (const mark of drawn) await fireEvent.click(mark);
		const byMark = onselect.mock.calls.splice(0);
		await fireEvent.click(screen.getByTestId(`${name}-table`));
		for (const button of within(screen.getByRole('table')).queryAllByRole('button'))
			await fireEvent.click(button);
		expect(onselect.mock.calls).toEqual(byMark);
		expect(byMark.length).toBeGreaterThan(0);
	});

	it('saves a picture with its title and without its controls', async () => {
		const { save } = show(chart);
		await fireEvent.click(screen.getByTestId(`${name}-save`));
		await fireEvent.click(screen.getByTestId(`${name}-svg`));
		expect(document.activeElement).toBe(screen.getByTestId(`${name}-save`));
		const [file, picture] = save.mock.calls[0] as [string, Promise<Uint8Array>];
		expect(file).toBe(`${name}.svg`);
		const svg = new DOMParser().parseFromString(
			new TextDecoder().decode(await picture),
			'image/svg+xml',
		);
		expect(svg.documentElement.tagName).toBe('svg');
		const title = screen.getByTestId(name).querySelector('h2')!.textContent;
		expect(svg.querySelector('title')!.textContent).toBe(title);
		expect(svg.documentElement.textContent).toContain(title.split(' ')[0]);
		expect(svg.querySelectorAll('[class], [tabindex], [data-mark], .hit')).toHaveLength(0);
		expect(
			svg.querySelectorAll('svg svg path, svg svg rect, svg svg circle').length,
		).toBeGreaterThan(0);
	});

	it.each([
		['no sit', [], 2026],
		['one sit', MARCH.slice(0, 1), 2026],
		['a year without a sit', MARCH, 2025],
	] as const)('can show %s', (_, log, period) => {
		show(chart, [...log], period, '2026-03-12');
		expect(screen.getByTestId(name).textContent).not.toMatch(/NaN|undefined|Infinity/);
		expect(document.body.innerHTML).not.toMatch(/NaN|undefined|Infinity/);
	});
});

describe('the bars', () => {
	it('are of months, weeks or years', async () => {
		show(Bars as unknown as Chart);
		expect(names()).toEqual([
			'January 2026: no sits',
			'February 2026: no sits',
			'March 2026: 4 sits, 2 hours 35 minutes',
		]);
		await fireEvent.click(screen.getByTestId('bars-week'));
		expect(names().at(-1)?.replaceAll(/\s/g, ' ')).toBe('March 9 – 15: 1 sit, 1 hour 30 minutes');
		await fireEvent.click(screen.getByTestId('bars-year'));
		expect(names()).toEqual(['2026: 4 sits, 2 hours 35 minutes']);
	});

	it('name the labels when they are split', async () => {
		const { onselect } = show(Bars as unknown as Chart);
		await fireEvent.click(screen.getByTestId('bars-labels'));
		expect(names()[2]).toBe(
			'March 2026: 4 sits, 2 hours 35 minutes; Metta 1 hour 30 minutes, Zazen 45 minutes, No label 20 minutes',
		);
		await fireEvent.click(marks()[2]!);
		expect(onselect).toHaveBeenCalledWith({ from: '2026-03-01', to: '2026-03-31' });
		expect((await rows('bars'))[3]).toEqual([
			'March 2026',
			'4',
			'2 h 35 min',
			'1 h 30 min',
			'45 min',
			'20 min',
		]);
	});
});

it('chooses a label and a length within the year', async () => {
	const { onselect } = show(ByLabel as unknown as Chart);
	await fireEvent.click(marks()[0]!);
	cleanup();
	const lengths = show(Lengths as unknown as Chart).onselect;
	await fireEvent.click(marks().find((mark) => mark.getAttribute('role') === 'button')!);
	const year = { from: '2026-01-01', to: '2026-12-31' };
	expect(onselect.mock.calls).toEqual([[{ ...year, label: 'Metta' }]]);
	expect(lengths.mock.calls).toEqual([[{ ...year, minSeconds: 1200, maxSeconds: 1800 }]]);
});
