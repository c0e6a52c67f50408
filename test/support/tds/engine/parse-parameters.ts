/** The list of parameters that `sp_executesql` and `sp_prepexec` declare. */
import { type ParameterDefinition } from './ast.js';
import { QueryParser } from './parse-query.js';

/** The parameters that `sp_executesql` and `sp_prepexec` declare. */
export class ParameterListParser extends QueryParser {
  parameters(): readonly ParameterDefinition[] {
    const all: ParameterDefinition[] = [];
    while (this.token.kind === 'variable') {
      const name = this.next().text.toLowerCase();
      this.takeWord('AS');
      const type = this.typeName();
      const byDefault = this.takeSymbol('=') ? this.expression(2) : null;
      let isOutput = false;
      while (this.isWord('OUTPUT', 'OUT', 'READONLY')) isOutput = this.next().upper !== 'READONLY' || isOutput;
      all.push({ name, type, default: byDefault, isOutput });
      if (!this.takeSymbol(',')) break;
    }
    if (!this.isAtEnd) this.fail();
    return all;
  }
}
