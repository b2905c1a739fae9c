/** What the charts make of the figures of the log. Lengths are in seconds. */
import type { Colour, InsightView, Shape, TimeRange } from '../api/types';

/** A local day, `2026-03-01`. */
export type Day = string;

/** How a label is shown; grey if it stands for several labels or for none. */
export interface LabelStyle {
	key: string;
	name: string;
	colour: Colour | 'grey';
	shape: Shape | 'none' | 'several';
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
	/** When sits start, in minutes of the local clock. */
	time?: TimeRange;
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
	data: InsightView;
	save: SavePicture;
	onselect?: ((selection: Selection) => void) | undefined;
}
