/** Returns the local day of an instant at the offset of this computer, `2026-03-01`: its date, less the hour at which days start. */
export function localDay(at: Date, dayStartsAtHour: number): string {
	const local = at.getTime() - at.getTimezoneOffset() * 60_000;
	return new Date(local - dayStartsAtHour * 3_600_000).toISOString().slice(0, 10);
}
