/**
 * Sealed records: how intents and checkpoint manifests stand in the store. One line says what it is, which version, and
 * the SHA-256 of everything behind the line; then canonical JSON and a line break. People can read them, and a reader
 * trusts nothing before the checksum holds and the body has its one canonical spelling.
 */
import { canonicalJsonLine } from '../../plan/canonical-json.js';
import { sha256Hex } from '../../plan/fingerprint.js';
import type { JsonValue } from '../connectors/connector.js';

export interface SealedRecord {
  readonly text: string;
  /** SHA-256 (hex) of the body: the record's identity. */
  readonly hash: string;
}

export type Unsealed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export function seal(kind: string, version: number, body: JsonValue): SealedRecord {
  const text = `${canonicalJsonLine(body)}\n`;
  const hash = sha256Hex(text);
  return { text: `${kind} ${String(version)} ${hash}\n${text}`, hash };
}

export interface UnsealLimits {
  readonly bytes_max: number;
  readonly depth_max: number;
}

export interface UnsealedBody {
  readonly version: number;
  readonly hash: string;
  readonly body: JsonValue;
}

/** Checks size, header, checksum, nesting and spelling, in that order. Never throws. */
export function unseal(kind: string, bytes: Uint8Array, limits: UnsealLimits): Unsealed<UnsealedBody> {
  if (bytes.length === 0) return failed('it is empty');
  if (bytes.length > limits.bytes_max) return failed(`it has more than ${String(limits.bytes_max)} bytes`);
  const text = decodeUtf8(bytes);
  if (text === null) return failed('it is not UTF-8 text');
  const lineEnd = text.indexOf('\n');
  const header = /^([a-z-]{1,32}) ([1-9][0-9]{0,5}) ([0-9a-f]{64})$/u.exec(
    text.slice(0, Math.max(0, Math.min(lineEnd, 128))),
  );
  const [, foundKind, version, hash] = header ?? [];
  if (foundKind !== kind || version === undefined || hash === undefined)
    return failed(`its first line is not that of ${kind}`);
  const body = text.slice(lineEnd + 1);
  if (sha256Hex(body) !== hash) return failed('its checksum does not hold');
  if (nesting(body) > limits.depth_max) return failed(`it is nested deeper than ${String(limits.depth_max)}`);
  const value = parseJson(body);
  if (value === undefined || `${canonicalJsonLine(value)}\n` !== body) return failed('it is not canonical JSON');
  return { ok: true, value: { version: Number(version), hash, body: value } };
}

export function failed(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}

/** Array.isArray does not narrow readonly arrays. */
export function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Deepest nesting of brackets outside strings, without recursion: the guard before anything recursive sees the text.
 */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i += 1;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
  }
  return deepest;
}
