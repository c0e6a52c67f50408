/** Choices. CASE and COALESCE are expressions of their own, because they evaluate only as far as needed. */
import { compareValues } from '../compare.js';
import { sameAs, called } from './declare.js';
import type { ScalarFunction } from './function.js';

export const conditionalFunctions: readonly ScalarFunction[] = [
  {
    name: 'NULLIF',
    aliases: [],
    category: 'conditional',
    doc: 'NULL if both arguments are equal, otherwise the first.',
    example: { sql: "NULLIF('n/a', 'n/a')", result: 'NULL' },
    spark: { template: 'nullif($1, $2)' },
    overloads: [
      called(
        ['any', { sameAs: 0 }],
        sameAs(0),
        ([a = null, b = null]) => (a !== null && b !== null && compareValues(a, b) === 0 ? null : a),
        { mayReturnNull: true },
      ),
    ],
  },
  {
    name: 'IFNULL',
    aliases: ['NVL', 'ISNULL'],
    category: 'conditional',
    doc: 'The first argument, or the second where the first is NULL.',
    example: { sql: 'IFNULL(NULL, 7)', result: '7' },
    spark: { template: 'ifnull($1, $2)' },
    overloads: [called(['any', { sameAs: 0 }], sameAs(0), ([a = null, b = null]) => a ?? b, { mayReturnNull: true })],
  },
  {
    name: 'IF',
    aliases: ['IIF'],
    category: 'conditional',
    doc: 'The second argument if the first is TRUE, otherwise the third.',
    example: { sql: "IF(2 > 1, 'yes', 'no')", result: "'yes'" },
    spark: { template: 'if($1, $2, $3)' },
    overloads: [
      called(
        ['boolean', 'any', { sameAs: 1 }],
        sameAs(1),
        ([when, then = null, otherwise = null]) => (when === true ? then : otherwise),
        { mayReturnNull: true },
      ),
    ],
  },
];
