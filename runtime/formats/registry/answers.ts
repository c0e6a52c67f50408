/** Reads the JSON that a registry answers, which may be anything. */
import type { HttpAnswer } from '../../remote/http.js';

export interface Reference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface SchemaAnswer {
  readonly type: string;
  readonly text: string;
  readonly references: readonly Reference[];
}

const SAID_MAX = 200;

/** Null where there is no schema. */
export function schemaIn(answer: unknown): SchemaAnswer | null {
  const text = member(answer, 'schema');
  if (typeof text !== 'string') return null;
  const type = member(answer, 'schemaType');
  const listed = member(answer, 'references');
  const references: Reference[] = [];
  for (const entry of Array.isArray(listed) ? listed : []) {
    const [name, subject, version] = ['name', 'subject', 'version'].map((key) => member(entry, key));
    if (typeof name !== 'string' || typeof subject !== 'string' || typeof version !== 'number') return null;
    references.push({ name, subject, version });
  }
  return { type: typeof type === 'string' ? type : 'AVRO', text, references };
}

export function idIn(answer: unknown): number | null {
  const id = member(answer, 'id');
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 2 ** 32 ? id : null;
}

/** What a refusal says: for people, and its code if it has one. */
export function problemIn({ status, body }: HttpAnswer): { readonly text: string; readonly code: number | null } {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(body));
  } catch {
    answer = undefined;
  }
  const code = member(answer, 'error_code');
  const message = member(answer, 'message');
  const said = typeof message === 'string' ? `: ${message.slice(0, SAID_MAX).replace(/\s+/gu, ' ')}` : '';
  const shown = typeof code === 'number' && code !== status ? `, error ${String(code)}` : '';
  return { text: `status ${String(status)}${shown}${said}`, code: typeof code === 'number' ? code : null };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
