/** Reads the Fluent catalogue for the type generator and the tests. */
import { FluentParser, Visitor } from '@fluent/syntax';

/**
 * Returns the type of each argument by name, for each message of an `.ftl` source. A variable that selects a plural
 * is a number. Throws if the source has a syntax error, a term or an attribute.
 *
 * @param {string} source
 * @returns {Map<string, Record<string, 'number' | 'string | number'>>}
 */
export function messagesOf(source) {
	const messages = new Map();
	for (const entry of new FluentParser().parse(source).body) {
		if (entry.type === 'Junk') throw new Error(`not Fluent: ${entry.content}`);
		if (entry.type.endsWith('Comment')) continue;
		if (entry.type !== 'Message' || !entry.value || entry.attributes.length > 0)
			throw new Error(`not a message with only a value: ${entry.id.name}`);
		if (messages.has(entry.id.name)) throw new Error(`${entry.id.name} is there twice`);
		const collector = new ArgumentCollector();
		collector.visit(entry.value);
		messages.set(entry.id.name, collector.types);
	}
	return messages;
}

class ArgumentCollector extends Visitor {
	/** @type {Record<string, 'number' | 'string | number'>} */
	types = {};

	/** @param {import('@fluent/syntax').VariableReference} node */
	visitVariableReference(node) {
		this.types[node.id.name] ??= 'string | number';
	}

	/** @param {import('@fluent/syntax').SelectExpression} node */
	visitSelectExpression(node) {
		const isPlural = node.variants.some(
			({ key }) => key.type === 'Identifier' && key.name === 'one',
		);
		if (node.selector.type === 'VariableReference' && isPlural)
			this.types[node.selector.id.name] = 'number';
		this.genericVisit(node);
	}
}
