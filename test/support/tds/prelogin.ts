/** PRELOGIN ([MS-TDS] 2.2.6.5): version, encryption and instance, agreed on before anybody logs in. */
import { ByteReader, ByteWriter } from './bytes.js';

const OPTION = {
  version: 0,
  encryption: 1,
  instance: 2,
  thread: 3,
  mars: 4,
  trace: 5,
  federated: 6,
  nonce: 7,
} as const;
const TERMINATOR = 0xff;

/** What either side says about encryption. */
export const ENCRYPT = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** What the server is set to: encrypts the login and what asks for it, insists on it, or can't. */
export type ServerEncryption = 'optional' | 'required' | 'not-supported';

/** How far TLS reaches on a connection. */
export type Reach = 'none' | 'login' | 'all';

export interface Prelogin {
  readonly encryption: number;
  readonly instance: string;
  readonly isMarsWanted: boolean;
  readonly isFederated: boolean;
  readonly hasNonce: boolean;
}

/** Reads the client's options. */
export function readPrelogin(data: Buffer): Prelogin {
  const options = new Map<number, Buffer>();
  const reader = new ByteReader(data);
  for (let token = reader.u8(); token !== TERMINATOR; token = reader.u8()) {
    const offset = reader.u16BigEndian();
    const length = reader.u16BigEndian();
    options.set(token, new ByteReader(data, offset).take(length));
  }
  const instance = options.get(OPTION.instance)?.toString('latin1') ?? '';
  return {
    encryption: options.get(OPTION.encryption)?.[0] ?? ENCRYPT.notSupported,
    instance: instance.replace(/\0.*$/su, ''),
    isMarsWanted: options.get(OPTION.mars)?.[0] === 1,
    isFederated: options.get(OPTION.federated)?.[0] === 1,
    hasNonce: options.has(OPTION.nonce),
  };
}

/** The table of [MS-TDS] 2.2.6.5: what the server answers, and how far TLS reaches then. */
export function agreeOnEncryption(
  client: number,
  server: ServerEncryption,
): { readonly answer: number; readonly reach: Reach; readonly mustClose: boolean } {
  if (server === 'not-supported') return { answer: ENCRYPT.notSupported, reach: 'none', mustClose: false };
  const wants = client & 0x7f;
  if (wants === ENCRYPT.notSupported) {
    if (server === 'required') return { answer: ENCRYPT.required, reach: 'none', mustClose: true };
    return { answer: ENCRYPT.notSupported, reach: 'none', mustClose: false };
  }
  if (wants === ENCRYPT.off) {
    if (server === 'required') return { answer: ENCRYPT.required, reach: 'all', mustClose: false };
    return { answer: ENCRYPT.off, reach: 'login', mustClose: false };
  }
  return { answer: wants === ENCRYPT.required ? ENCRYPT.required : ENCRYPT.on, reach: 'all', mustClose: false };
}

/** The server's options. */
export function writePrelogin(
  version: readonly [number, number, number],
  encryption: number,
  echoesFederated: boolean,
): Buffer {
  const [major, minor, build] = version;
  const options: [number, Buffer][] = [
    [OPTION.version, Buffer.from([major, minor, build >> 8, build & 0xff, 0, 0])],
    [OPTION.encryption, Buffer.from([encryption])],
    [OPTION.instance, Buffer.from([0])],
    [OPTION.thread, Buffer.alloc(0)],
    [OPTION.mars, Buffer.from([0])],
  ];
  if (echoesFederated) options.push([OPTION.federated, Buffer.from([1])]);
  const head = new ByteWriter();
  let offset = options.length * 5 + 1;
  for (const [token, value] of options) {
    head.u8(token).u16BigEndian(offset).u16BigEndian(value.length);
    offset += value.length;
  }
  head.u8(TERMINATOR);
  for (const [, value] of options) head.raw(value);
  return head.finish();
}
