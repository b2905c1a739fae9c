/** Groups records by the local day that the engine says they belong to, in the order they come. */
export function byDay<T extends { day: string }>(records: T[]): [day: string, T[]][] {
	const days = new Map<string, T[]>();
	for (const record of records) {
		days.set(record.day, [...(days.get(record.day) ?? []), record]);
	}
	return [...days];
}
