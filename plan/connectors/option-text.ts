/** The text of a single option: canonical spelling, and the typed value behind it. */
import { durationFromText, durationToText, sizeFromText, sizeToText } from '../units.js';
import type { OptionType } from './descriptor.js';
import type { OptionTypeValue } from './option-types.js';

export type OptionText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: 'wrong_type' | 'out_of_range'; readonly expected: string };

/** The canonical text of an option that came as text (from the environment, or a literal of the right kind). */
export function canonicalOptionText(type: OptionType, text: string): OptionText {
  switch (type.kind) {
    case 'text':
      return { ok: true, text };
    case 'path':
      return text !== '' && !text.includes('\0') ? { ok: true, text } : wrongType(type);
    case 'boolean':
      return text === 'true' || text === 'false' ? { ok: true, text } : wrongType(type);
    case 'integer':
      return canonicalInteger(type, text);
    case 'duration': {
      const value_us = durationFromText(text);
      return value_us === undefined ? wrongType(type) : { ok: true, text: durationToText(value_us) };
    }
    case 'size': {
      const value_bytes = sizeFromText(text);
      return value_bytes === undefined ? wrongType(type) : { ok: true, text: sizeToText(value_bytes) };
    }
    case 'choice': {
      const choice = type.choices.find((candidate) => candidate === text.toLowerCase());
      return choice === undefined ? wrongType(type) : { ok: true, text: choice };
    }
    case 'character': {
      const character = text === '\\t' ? '\t' : text;
      return /^[\t\x20-\x7e]$/u.test(character) ? { ok: true, text: character } : wrongType(type);
    }
    case 'names': {
      const names = text.split(',').map((name) => name.trim());
      const valid = names.every((name) => name !== '') && new Set(names).size === names.length;
      return valid ? { ok: true, text: names.join(',') } : wrongType(type);
    }
  }
}

function canonicalInteger(type: OptionType & { kind: 'integer' }, text: string): OptionText {
  if (!/^-?\d{1,20}$/u.test(text)) return wrongType(type);
  const value = BigInt(text);
  if (value < type.min || value > type.max) {
    return { ok: false, problem: 'out_of_range', expected: expectedOption(type) };
  }
  return { ok: true, text: String(value) };
}

function wrongType(type: OptionType): OptionText {
  return { ok: false, problem: 'wrong_type', expected: expectedOption(type) };
}

/** What an option of this type looks like, for messages. */
export function expectedOption(type: OptionType): string {
  switch (type.kind) {
    case 'text':
      return "a string such as 'name'";
    case 'path':
      return "a path such as 'data/orders.jsonl'";
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${String(type.min)} to ${String(type.max)}`;
    case 'duration':
      return 'a duration such as 30s';
    case 'size':
      return 'a size such as 64MB';
    case 'choice':
      return type.choices.map((choice) => `'${choice}'`).join(' or ');
    case 'character':
      return "one ASCII character such as ';'";
    case 'names':
      return "different names with commas between them, such as 'year,month'";
  }
}

/** The typed value of a canonical text. */
export function optionTextToValue(type: OptionType, text: string): OptionTypeValue<OptionType> {
  switch (type.kind) {
    case 'boolean':
      return text === 'true';
    case 'integer':
      return Number(text);
    case 'duration':
      return durationFromText(text) ?? 0n;
    case 'size':
      return Number(sizeFromText(text) ?? 0n);
    case 'names':
      return text.split(',');
    case 'text':
    case 'path':
    case 'choice':
    case 'character':
      return text;
  }
}
