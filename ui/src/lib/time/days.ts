/** Records by the day of the clock at the place where they were made, in the order they come. */
export function byDay<T extends { startedAt: string }>(records: T[]): [day: string, T[]][] {
	const days = new Map<string, T[]>();
	for (const record of records) {
		const day = record.startedAt.slice(0, 10);
		days.set(day, [...(days.get(day) ?? []), record]);
	}
	return [...days];
}
