import { describe, expect, test } from 'vitest';
import { generateCstDts } from 'chevrotain';
import * as prettier from 'prettier';
import { createCheckedParser } from '../../../grammar/parser.js';

describe('grammar', () => {
  // Building the parser with validations throws where two alternatives cannot be told apart.
  test('has no ambiguity, and the types of its tree are up to date', { timeout: 60_000 }, async () => {
    const generated = generateCstDts(createCheckedParser().getGAstProductions(), { includeVisitorInterface: false });
    const header =
      '// Types of the parse tree, generated from the grammar rules by test/unit/grammar/parser.test.ts ' +
      '(npx vitest run test/unit/grammar -u).\n';
    const text = header + generated.replace('CstNode, ICstVisitor, IToken', 'CstNode, IToken');
    const formatted = await prettier.format(text, { parser: 'typescript', printWidth: 120, singleQuote: true });
    await expect(formatted).toMatchFileSnapshot('../../../grammar/cst.generated.ts');
  });
});
