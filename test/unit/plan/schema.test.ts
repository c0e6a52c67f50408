import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { decodePlan } from '../../../plan/decode.js';
import { encodePlan } from '../../../plan/encode.js';
import { overloadOf } from '../../../plan/functions/resolve.js';
import { planSchemaText } from '../../../plan/schema/plan-schema.js';
import { expressionPlan, samplePlan } from './sample-plan.js';

const HISTORY = 'test/plan-history';

/** Every plan file of the tests: old plans, and the golden ones of the compiler. */
function planFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.plan.json'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(planSchemaText()) as object);

test('the published schema is the one of the codecs', async () => {
  await expect(planSchemaText()).toMatchFileSnapshot('../../../docs/plan.schema.json');
});

test('the schema accepts plans and refuses other things', () => {
  for (const plan of [samplePlan(), expressionPlan()]) {
    const json = JSON.parse(encodePlan(plan)) as Record<string, unknown>;
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...json, more: 1 })).toBe(false);
    expect(validate({ ...json, version: 2 })).toBe(false);
    expect(validate({ ...json, settings: {} })).toBe(false);
    expect(validate({ ...json, operators: [{}] })).toBe(false);
  }
});

test.each([...planFiles(HISTORY), ...(existsSync('test/golden') ? planFiles('test/golden') : [])])(
  '%s is read, and written as it stands',
  (file) => {
    const text = readFileSync(file, 'utf8');
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
    const decoded = decodePlan(text, { place: file, functions: overloadOf });
    if (!decoded.ok) throw new Error(decoded.diagnostics.map((item) => item.label).join('\n'));
    // An old version is written as the current one, so only its meaning is held then.
    if (text.includes('"version": 1,')) expect(encodePlan(decoded.plan)).toBe(text);
  },
);
