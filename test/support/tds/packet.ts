/** TDS packets ([MS-TDS] 2.2.3): messages cut into packets with a header of eight bytes, and put together again. */

export const PACKET_HEADER_SIZE = 8;

/** Kinds of message that a client or a server sends. */
export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  bulkLoad: 0x07,
  federatedToken: 0x08,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

const STATUS_LAST = 0x01;
const STATUS_IGNORE = 0x02;
const STATUS_RESET = 0x08;
const STATUS_RESET_KEEP_TRANSACTION = 0x10;

/** What a whole message asks of the connection before it runs. */
export type Reset = 'none' | 'connection' | 'connection-keep-transaction';

export interface Message {
  readonly kind: number;
  readonly data: Buffer;
  readonly reset: Reset;
  /** The client gave the message up while it was sending it: it must not run. */
  readonly isIgnored: boolean;
}

/** A byte stream that isn't TDS. */
export class FramingError extends Error {}

/** Puts packets together to messages. */
export class PacketReader {
  readonly #onMessage: (message: Message) => void;
  #pending: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #reset: Reset = 'none';

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  /** True in the middle of a message. */
  get isPartial(): boolean {
    return this.#pending.length > 0 || this.#parts.length > 0;
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= PACKET_HEADER_SIZE) {
      const size = this.#pending.readUInt16BE(2);
      if (size < PACKET_HEADER_SIZE) throw new FramingError(`packet of ${size} bytes`);
      if (this.#pending.length < size) return;
      const packet = this.#pending.subarray(0, size);
      this.#pending = this.#pending.subarray(size);
      this.#packet(packet);
    }
  }

  #packet(packet: Buffer): void {
    const kind = packet.readUInt8(0);
    const status = packet.readUInt8(1);
    if (this.#parts.length === 0) this.#reset = resetOf(status);
    this.#parts.push(packet.subarray(PACKET_HEADER_SIZE));
    if ((status & STATUS_LAST) === 0) return;
    const message: Message = {
      kind,
      data: Buffer.concat(this.#parts),
      reset: this.#reset,
      isIgnored: (status & STATUS_IGNORE) !== 0,
    };
    this.#parts = [];
    this.#onMessage(message);
  }
}

function resetOf(status: number): Reset {
  if ((status & STATUS_RESET) !== 0) return 'connection';
  return (status & STATUS_RESET_KEEP_TRANSACTION) !== 0 ? 'connection-keep-transaction' : 'none';
}

/** Cuts messages into packets of at most `size` bytes each, header included. */
export class PacketWriter {
  size = 4096;
  readonly spid: number;
  readonly #write: (bytes: Buffer) => void;
  #pending: Buffer[] = [];
  #pendingLength = 0;
  #id = 1;

  constructor(spid: number, write: (bytes: Buffer) => void) {
    this.spid = spid;
    this.#write = write;
  }

  /** A piece of a response; full packets leave at once. */
  append(kind: number, bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingLength += bytes.length;
    if (this.#pendingLength <= this.size - PACKET_HEADER_SIZE) return;
    const body = this.size - PACKET_HEADER_SIZE;
    const all = Buffer.concat(this.#pending);
    const packets: Buffer[] = [];
    let at = 0;
    // One byte at least stays behind for the last packet.
    for (; all.length - at > body; at += body) packets.push(...this.#packet(kind, all.subarray(at, at + body), false));
    this.#pending = [Buffer.from(all.subarray(at))];
    this.#pendingLength = all.length - at;
    this.#write(Buffer.concat(packets));
  }

  /** Ends the message. */
  end(kind: number): void {
    const rest = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingLength = 0;
    this.#write(Buffer.concat(this.#packet(kind, rest, true)));
    this.#id = 1;
  }

  /** Forgets what was not sent yet. */
  discard(): void {
    this.#pending = [];
    this.#pendingLength = 0;
    this.#id = 1;
  }

  #packet(kind: number, body: Buffer, isLast: boolean): readonly Buffer[] {
    const header = Buffer.alloc(PACKET_HEADER_SIZE);
    header.writeUInt8(kind, 0);
    header.writeUInt8(isLast ? STATUS_LAST : 0, 1);
    header.writeUInt16BE(body.length + PACKET_HEADER_SIZE, 2);
    header.writeUInt16BE(this.spid, 4);
    header.writeUInt8(this.#id & 0xff, 6);
    this.#id += 1;
    return [header, body];
  }
}
