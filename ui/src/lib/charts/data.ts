/** The data that the charts show. Days are local days such as `2026-03-01`; lengths are in seconds. */

import type { Colour, Shape } from '../api/types';

/** A local day, `2026-03-01`. */
export type Day = string;

export interface Total {
	sits: number;
	seconds: number;
}

/** The sits of one label on one day. */
export interface DayTotal extends Total {
	day: Day;
	/** Key of the label; empty for sits without one. */
	label: string;
}

/** The sits of one label in one year. */
export interface YearTotal extends Total {
	year: number;
	label: string;
}

export interface LengthTotal {
	/** Length in whole minutes, rounded down. */
	minutes: number;
	sits: number;
}

/** How a label is shown; grey if it stands for several labels or for none. */
export interface LabelStyle {
	key: string;
	name: string;
	colour: Colour | 'grey';
	shape: Shape | 'none' | 'several';
}

/** A request for one year, for all years, or for the year of today. */
export type Period = 'current' | 'all' | number;

/** The figures of a log. All but the overview belong to the chosen period. */
export interface InsightData {
	today: Day;
	/** Day of the first sit of all; null if there is none. */
	firstDay: Day | null;
	total: Total;
	thisWeek: Total;
	lastWeek: Total;
	thisMonth: Total;
	lastMonth: Total;
	/** Consecutive days with a sit, in days. */
	streak: { current: number; longest: number };
	/** Days with a sit among the last `span` days. */
	recent: { days: number; span: number };
	/** Every label in use; the key of a missing one is its name. */
	labels: LabelStyle[];
	/** Totals of all years. */
	years: YearTotal[];
	/** The chosen year; null for all years. */
	year: number | null;
	/** Days with a sit in the chosen year, oldest first; empty for all years. */
	days: DayTotal[];
	/** Sits by the half hour in which they started, at their own UTC offset: 48 counts from midnight. */
	halfHours: number[];
	/** Sits by length, shortest first. */
	lengths: LengthTotal[];
	/** Days with a sit in the last weeks of the period, oldest first: see `recentWeeks`. */
	recentDays: DayTotal[];
}

/** A filter of the log that a part of a chart stands for. */
export interface Selection {
	/** First and last day. */
	from?: Day;
	to?: Day;
	label?: string;
	minSeconds?: number;
	/** Exclusive. */
	maxSeconds?: number;
}

/** A table with the same content as a chart. */
export interface Table {
	columns: string[];
	rows: { name: string; cells: string[]; selection?: Selection }[];
}

/** A bar, cell or dot that a chart shows and announces. */
export interface Mark {
	/** What it stands for: `Tuesday, 3 March`. */
	name: string;
	/** Its announcement: `Tuesday, 3 March: 2 sits, 45 minutes`. */
	text: string;
	/** A shorter text for the eye, if the announcement is long. */
	brief?: string;
	selection?: Selection;
}

/** Stores a picture in a file of this name; shows the error if the picture cannot be made or stored. */
export type SavePicture = (name: string, picture: Promise<Uint8Array>) => void;

/** The properties of every chart. Without `onselect`, nothing in it can be chosen. */
export interface ChartProps {
	data: InsightData;
	save: SavePicture;
	onselect?: ((selection: Selection) => void) | undefined;
}
