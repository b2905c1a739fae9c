/** What the overview showed when a chart opened the log, so that it shows the same when the user comes back. */
import type { InsightPeriod, InsightView } from '../api/types';
import type { App } from '../stores/app.svelte';

export interface Visit {
	period: InsightPeriod;
	data: InsightView;
	/** How far the page was scrolled, in pixels. */
	top: number;
}

const visits = new WeakMap<App, Visit>();

export function keepVisit(app: App, visit: Visit): void {
	visits.set(app, visit);
}

/** Returns the visit to which the user comes back, if a chart opened the log. */
export function visitOf(app: App): Visit | undefined {
	return app.isLogOfChart ? visits.get(app) : undefined;
}
