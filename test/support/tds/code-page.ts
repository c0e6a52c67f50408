/**
 * Code page 1252, the one of SQL Server's default collation: `varchar` holds nothing else, and turns the rest into
 * `?`.
 */

/** What the bytes 0x80 to 0x9f mean, where they mean something. */
const UPPER =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const BYTE_OF = new Map(Array.from(UPPER, (character, index) => [character, 0x80 + index]));

const byteOf = (unit: string): number => {
  const code = unit.charCodeAt(0);
  if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) return code;
  return BYTE_OF.get(unit) ?? 0x3f;
};

export function encode1252(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = byteOf(text.charAt(index));
  return bytes;
}

export function decode1252(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes)
    text += byte >= 0x80 && byte <= 0x9f ? UPPER.charAt(byte - 0x80) : String.fromCharCode(byte);
  return text;
}

/** What is left of a text in a `varchar`. */
export const through1252 = (text: string): string => (/^[\0-\x7f]*$/u.test(text) ? text : decode1252(encode1252(text)));
