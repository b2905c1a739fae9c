import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it } from 'vitest';
import { DEMO_LOGS, insightOf } from '../api/demo-insight';
import type { InsightView } from '../api/types';
import InsightOverview from './InsightOverview.svelte';

afterEach(cleanup);

function text(change: Partial<InsightView>, showsStreak = true): string {
	const data = { ...insightOf(DEMO_LOGS.many!(), 2026), ...change };
	render(InsightOverview, { props: { data, showsStreak } });
	return screen.getByTestId('insight-overview').textContent.replaceAll(/\s+/g, ' ');
}

const STREAK = { streak: { current: 2, longest: 41 } };

it('shows this week and month beside the last ones', () => {
	const shown = text({
		thisWeek: { sits: 2, seconds: 3300 },
		lastWeek: { sits: 8, seconds: 12_345 },
	});
	expect(shown).toContain('This week 55 min 2 sits Last week 3 h 25 min 8 sits');
});

it('compares nothing and shows no loss', () => {
	expect(text({})).not.toMatch(/%|[-−+]\d/);
});

it('shows the streak beside the days with a sit', () => {
	const shown = text({ ...STREAK, recent: { days: 47, span: 48 } });
	expect(shown).toContain('47 of 48 days 2 days in a row Longest: 41 days');
});

it('hides the streak if the user wants it, but not the days with a sit', () => {
	const shown = text({ ...STREAK, recent: { days: 47, span: 48 } }, false);
	expect(shown).toContain('47 of 48 days');
	expect(shown).not.toMatch(/in a row|Longest/);
});

it('shows no zeroes', () => {
	const none = { sits: 0, seconds: 0 };
	const shown = text({ thisWeek: none, streak: { current: 0, longest: 3 } });
	expect(shown).toContain('This week – no sits');
	expect(shown).not.toMatch(/\b0\b/);
});
