import { expect, it } from 'vitest';
import de from '../messages/de.json';
import en from '../messages/en.json';

it('says everything in every language', () => {
	expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
});
