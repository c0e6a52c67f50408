/** Digests, and bytes as text. Digests are lower-case hex, as everywhere. */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '../literals.js';
import { VARBINARY, VARCHAR } from '../types.js';
import { decodeUtf8, encodeUtf8 } from '../utf8.js';
import { fail, strict } from './declare.js';
import type { FunctionOverload, ScalarFunction } from './function.js';

function onBytes(evaluate: (bytes: Uint8Array) => string): readonly FunctionOverload[] {
  return [
    strict(['varchar'], VARCHAR, ([text]) => evaluate(encodeUtf8(text))),
    strict(['varbinary'], VARCHAR, ([bytes]) => evaluate(bytes)),
  ];
}

function digest(
  name: string,
  hash: (bytes: Uint8Array) => Uint8Array,
  spark: string,
  resultOfAbc: string,
): ScalarFunction {
  return {
    name,
    aliases: [],
    category: 'hash',
    doc: `The ${name} digest of the text’s UTF-8 or of the bytes, in lower-case hex.`,
    example: { sql: `${name}('abc')`, result: `'${resultOfAbc}'` },
    spark: { template: spark },
    overloads: onBytes((bytes) => bytesToHex(hash(bytes))),
  };
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64.charAt(word >> 18) + BASE64.charAt((word >> 12) & 63);
    text += i + 1 < bytes.length ? BASE64.charAt((word >> 6) & 63) : '=';
    text += i + 2 < bytes.length ? BASE64.charAt(word & 63) : '=';
  }
  return text;
}

/** Blanks and line breaks are skipped, padding may be missing; anything else is an error. */
function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/\s/gu, '').replace(/={1,2}$/u, '');
  if (!/^[A-Za-z0-9+/]*$/u.test(digits) || digits.length % 4 === 1) {
    return fail('invalid_argument', 'the text is not base64');
  }
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let word = 0;
  let at = 0;
  for (let i = 0; i < digits.length; i += 1) {
    word = ((word << 6) | BASE64.indexOf(digits.charAt(i))) & 0xffffff;
    if (i % 4 > 0) bytes[at++] = (word >> (6 - 2 * (i % 4))) & 255;
  }
  return bytes;
}

function fromHex(text: string): Uint8Array {
  return hexToBytes(text.toLowerCase()) ?? fail('invalid_argument', 'the text is not pairs of hex digits');
}

/** RFC 3986: everything but letters, digits and `-._~` is percent-encoded. */
function urlEncode(text: string): string {
  let result = '';
  for (const byte of encodeUtf8(text)) {
    const character = String.fromCharCode(byte);
    result += /[A-Za-z0-9\-._~]/u.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}

function urlDecode(text: string): string {
  if (/%(?![\da-f]{2})/iu.test(text)) return fail('invalid_argument', 'a % is not followed by two hex digits');
  const parts = text.split(/((?:%[\da-f]{2})+)/iu);
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const decoded = decodeUtf8(fromHex(part.replaceAll('%', '')));
      return decoded ?? fail('invalid_utf8', 'the decoded bytes are not UTF-8');
    })
    .join('');
}

export const hashFunctions: readonly ScalarFunction[] = [
  digest('MD5', md5, 'md5($1)', '900150983cd24fb0d6963f7d28e17f72'),
  digest('SHA1', sha1, 'sha1($1)', 'a9993e364706816aba3e25717850c26c9cd0d89d'),
  digest('SHA256', sha256, 'sha2($1, 256)', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
  digest(
    'SHA512',
    sha512,
    'sha2($1, 512)',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ),
  {
    name: 'HEX',
    aliases: [],
    category: 'hash',
    doc: 'Upper-case hex digits of bytes, of a text’s UTF-8, or of a whole number (two’s complement if negative).',
    example: { sql: "HEX('abc')", result: "'616263'" },
    spark: { template: 'hex($1)' },
    overloads: [
      ...onBytes((bytes) => bytesToHex(bytes).toUpperCase()),
      strict(['bigint'], VARCHAR, ([value]) => BigInt.asUintN(64, value).toString(16).toUpperCase()),
    ],
  },
  {
    name: 'TO_HEX',
    aliases: [],
    category: 'hash',
    doc: 'Lower-case hex digits of a whole number (two’s complement if negative) or of bytes.',
    example: { sql: 'TO_HEX(255)', result: "'ff'" },
    spark: { template: 'lower(hex($1))' },
    overloads: [
      strict(['int'], VARCHAR, ([value]) => (value >>> 0).toString(16)),
      strict(['bigint'], VARCHAR, ([value]) => BigInt.asUintN(64, value).toString(16)),
      strict(['varbinary'], VARCHAR, ([bytes]) => bytesToHex(bytes)),
    ],
  },
  {
    name: 'UNHEX',
    aliases: ['FROM_HEX'],
    category: 'hash',
    doc: 'The bytes that pairs of hex digits stand for.',
    example: { sql: "UNHEX('616263')", result: "X'616263'" },
    spark: { unsupported: 'Spark’s unhex gives NULL for what is not hex' },
    overloads: [strict(['varchar'], VARBINARY, ([text]) => fromHex(text))],
  },
  {
    name: 'TO_BASE64',
    aliases: ['BASE64'],
    category: 'hash',
    doc: 'Bytes, or a text’s UTF-8, in base64.',
    example: { sql: "TO_BASE64('abc')", result: "'YWJj'" },
    spark: { template: 'base64($1)' },
    overloads: onBytes(toBase64),
  },
  {
    name: 'FROM_BASE64',
    aliases: ['UNBASE64'],
    category: 'hash',
    doc: 'The bytes that a base64 text stands for.',
    example: { sql: "FROM_BASE64('YWJj')", result: "X'616263'" },
    spark: { template: 'unbase64($1)' },
    overloads: [strict(['varchar'], VARBINARY, ([text]) => fromBase64(text))],
  },
  {
    name: 'URL_ENCODE',
    aliases: [],
    category: 'hash',
    doc: 'Percent-encoded: everything but letters, digits and `-._~`.',
    example: { sql: "URL_ENCODE('a b&c')", result: "'a%20b%26c'" },
    spark: { unsupported: 'Spark’s url_encode writes blanks as +' },
    overloads: [strict(['varchar'], VARCHAR, ([text]) => urlEncode(text))],
  },
  {
    name: 'URL_DECODE',
    aliases: [],
    category: 'hash',
    doc: 'Percent-encoding undone; a + stays a +.',
    example: { sql: "URL_DECODE('a%20b%26c')", result: "'a b&c'" },
    spark: { unsupported: 'Spark’s url_decode reads + as a blank' },
    overloads: [strict(['varchar'], VARCHAR, ([text]) => urlDecode(text))],
  },
];
