import { expect, it } from 'vitest';
import { scalarFunctions } from '../../../plan/functions/index.js';
import type { FunctionCategory, ScalarFunction } from '../../../plan/functions/function.js';
import { signaturesOf } from '../../../plan/functions/resolve.js';

const TITLES: Readonly<Record<FunctionCategory, string>> = {
  math: 'Numbers',
  text: 'Text',
  regexp: 'Regular expressions',
  time: 'Dates and times',
  conditional: 'Choices',
  conversion: 'Types',
  json: 'JSON',
  hash: 'Digests and encodings',
};

const INTRODUCTION = `# Functions

The scalar functions, generated from the catalogue (\`plan/functions/\`) by \`test/unit/functions/catalogue-document.test.ts\`;
\`npx vitest run test/unit/functions -u\` writes this page anew. Each example is a test.

- A NULL argument makes the result NULL unless the text says otherwise.
- An argument is widened where nothing can be lost: INT → BIGINT → DECIMAL → DOUBLE, DATE → TIMESTAMP → TIMESTAMPTZ. Everything
  else needs CAST.
- What cannot be computed (an overflow, a division by zero, text that does not read) is an error of that record; the source's
  ON ERROR decides what becomes of it.
- Where systems differ the meaning is PostgreSQL's. Deliberate differences: bytes cast to and from VARCHAR are UTF-8; a time zone
  \`+02:00\` is east of Greenwich; EXTRACT gives whole numbers; text with a zone read as TIMESTAMP becomes its UTC time.
- Nothing depends on a locale, on the machine's time zone or on the version of its Unicode collation.
`;

function entryText(entry: ScalarFunction): string {
  const names = entry.aliases.length === 0 ? '' : ` Also ${entry.aliases.map((alias) => `\`${alias}\``).join(', ')}.`;
  const signatures = signaturesOf(entry).map((signature) => `\`${signature}\``);
  const spark =
    'template' in entry.spark ? `Spark: \`${entry.spark.template}\`.` : `Not on Spark: ${entry.spark.unsupported}.`;
  return `### ${entry.name}\n\n${entry.doc}${names}\n\n${signatures.join(' · ')}\n\n\`${entry.example.sql}\` = \`${entry.example.result}\`. ${spark}\n`;
}

it('docs/functions.md says what the catalogue says', async () => {
  const sections = Object.entries(TITLES).map(([category, title]) => {
    const entries = scalarFunctions.filter((entry) => entry.category === category);
    return `## ${title}\n\n${entries.map(entryText).join('\n')}`;
  });
  await expect(`${INTRODUCTION}\n${sections.join('\n')}`).toMatchFileSnapshot('../../../docs/functions.md');
});
