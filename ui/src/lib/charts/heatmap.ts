/** Geometry of the year heatmap: weeks are columns, weekdays rows, in one to four blocks of months. */
import { addDays, daysBetween, firstOfMonth, lastOfMonth, monday, weekday } from './calendar';
import type { Day } from './data';

/** Width of the names of the weekdays and height of those of the months, in pixels. */
export const WEEKDAY_WIDTH = 34;
export const MONTH_HEIGHT = 20;
const BLOCK_GAP = 14;
/** Cells smaller than this cannot show their level by size. */
const MIN_CELL = 12;
const MAX_CELL = 22;

export interface Cell {
	day: Day;
	x: number;
	y: number;
}

export interface Layout {
	/** Width and height of a cell. */
	cell: number;
	width: number;
	height: number;
	/** All days of the year in order. */
	cells: Cell[];
	months: { month: number; x: number; y: number }[];
	/** Top of each block. */
	blocks: number[];
}

interface Block {
	from: Day;
	to: Day;
}

/** Returns the count of weeks that a block touches. */
function weeks({ from, to }: Block): number {
	return Math.floor(daysBetween(monday(from), to) / 7) + 1;
}

/** Lays out a year in as few blocks as the width allows. */
export function layout(year: number, width: number): Layout {
	const options = [1, 2, 3, 4].map((count) => {
		const months = 12 / count;
		const blocks = Array.from({ length: count }, (_, index) => ({
			from: firstOfMonth(year, index * months),
			to: lastOfMonth(year, (index + 1) * months - 1),
		}));
		const columns = Math.max(...blocks.map(weeks));
		const cell = Math.min(MAX_CELL, Math.floor((width - WEEKDAY_WIDTH) / columns));
		return { blocks, columns, cell };
	});
	const { blocks, columns, cell } =
		options.find((option) => option.cell >= MIN_CELL) ?? options.at(-1)!;
	return place(year, blocks, Math.max(1, cell), columns);
}

function place(year: number, blocks: Block[], cell: number, columns: number): Layout {
	const tall = MONTH_HEIGHT + 7 * cell;
	const tops = blocks.map((_, index) => index * (tall + BLOCK_GAP));
	const at = (day: Day): Cell => {
		const index = blocks.findIndex(({ to }) => day <= to);
		const column = Math.floor(daysBetween(monday(blocks[index]!.from), day) / 7);
		const x = WEEKDAY_WIDTH + column * cell;
		return { day, x, y: tops[index]! + MONTH_HEIGHT + weekday(day) * cell };
	};
	const first = firstOfMonth(year, 0);
	const length = daysBetween(first, lastOfMonth(year, 11)) + 1;
	return {
		cell,
		width: WEEKDAY_WIDTH + columns * cell,
		height: blocks.length * (tall + BLOCK_GAP) - BLOCK_GAP,
		cells: Array.from({ length }, (_, index) => at(addDays(first, index))),
		months: Array.from({ length: 12 }, (_, month) => {
			// The first whole week of a month, so that no name stands over days of the month before.
			const start = at(firstOfMonth(year, month));
			const isWhole = weekday(start.day) === 0 || blocks.some(({ from }) => from === start.day);
			const x = start.x + (isWhole ? 0 : cell);
			const top = tops.findLast((one) => one <= start.y)!;
			return { month, x, y: top };
		}),
		blocks: tops,
	};
}
