/** Types as text. CAST and TRY_CAST are expressions of their own. */
import { typeToText, VARCHAR } from '../types.js';
import { called } from './declare.js';
import type { ScalarFunction } from './function.js';

export const conversionFunctions: readonly ScalarFunction[] = [
  {
    name: 'TYPEOF',
    aliases: ['GETTYPE', 'PG_TYPEOF'],
    category: 'conversion',
    doc: 'The name of the argument’s type, also where the value is NULL.',
    example: { sql: 'TYPEOF(1.50)', result: "'DECIMAL(3,2)'" },
    spark: { unsupported: 'the names of types differ' },
    overloads: [
      called(['any'], VARCHAR, (_, types) => {
        const [type] = types.argumentTypes;
        return type === undefined ? null : typeToText(type);
      }),
    ],
  },
];
