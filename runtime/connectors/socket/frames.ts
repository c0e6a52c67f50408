/** The bytes of a connection as lines, and the lines of `ack` mode as numbered frames (docs/connectors/socket.md). */
import { RECORD_BYTES_MAX } from '../../formats/format.js';
import { connectorError } from '../messages.js';

const LINE_BREAK = 10;
/** Room for the producer and the number in front of a payload. */
const HEADER_BYTES_MAX = 96;
/** A line is kept up to here: just too long for a record, so that the decoder reports it. */
export const LINE_BYTES_MAX = RECORD_BYTES_MAX + 1 + HEADER_BYTES_MAX;

export interface Frame {
  /** Null in plain mode. */
  readonly producer: string | null;
  /** The producer's number; 0 in plain mode. */
  readonly number: number;
  /** One record with its line break. */
  readonly record: Buffer;
}

/** Cuts a stream of bytes into lines and holds at most one unfinished line, of bounded length. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #length = 0;

  /** The lines that `bytes` completes, each with its line break. */
  push(bytes: Uint8Array): Buffer[] {
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = input.indexOf(LINE_BREAK); end >= 0; end = input.indexOf(LINE_BREAK, start)) {
      this.#keep(input.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    if (start < input.length) this.#keep(Buffer.from(input.subarray(start)));
    return lines;
  }

  /** The unfinished line at the end of the stream, given a line break; null if there is none. */
  end(): Buffer | null {
    return this.#length === 0 ? null : this.#take();
  }

  #keep(part: Buffer): void {
    const room = LINE_BYTES_MAX - this.#length;
    if (room <= 0 || part.length === 0) return;
    const kept = part.subarray(0, room);
    this.#parts.push(kept);
    this.#length += kept.length;
  }

  #take(): Buffer {
    const line = Buffer.concat([...this.#parts, NEW_LINE]);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

const NEW_LINE = Buffer.from('\n', 'latin1');

export function plainFrame(line: Buffer): Frame {
  return { producer: null, number: 0, record: line };
}

/** `<producer> <number> <payload>`; a malformed one is a diagnostic, because leaving it out would lose it. */
export function parseFrame(line: Buffer, place: string): Frame {
  const head = line.subarray(0, HEADER_BYTES_MAX).toString('latin1');
  const match = /^([A-Za-z0-9_.:-]{1,64}) ([1-9]\d{0,15}) /u.exec(head);
  const number = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isSafeInteger(number)) {
    throw connectorError(
      'ESQL8422',
      { why: 'expected `<producer> <number> <payload>`, found a line of another form' },
      {
        place,
        facts: ['The producer is 1 to 64 letters, digits, `_`, `.`, `:` or `-`; numbers begin at 1.'],
        hint: 'Correct the sender, or set ack = false for plain lines.',
      },
    );
  }
  return { producer: match[1], number, record: line.subarray(match[0].length) };
}
