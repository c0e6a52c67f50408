/** LOGIN7 ([MS-TDS] 2.2.6.4): who comes, from where, to which database, with which wishes. */
import { ByteReader } from './bytes.js';

const FLAG_EXTENSION = 0x10;
const FEATURE_END = 0xff;
export const FEATURE = { recovery: 1, federated: 2, columnEncryption: 4, globalTransactions: 5, utf8: 0x0a } as const;

/** TDS 7.1 to 7.4 and 8.0 as LOGIN7 spells them. */
export const TDS_VERSION = {
  v71: 0x71000001,
  v72: 0x72090002,
  v73: 0x730b0003,
  v74: 0x74000004,
  v80: 0x08000000,
} as const;

export interface Login {
  readonly tdsVersion: number;
  readonly packetSize: number;
  readonly hostName: string;
  readonly userName: string;
  readonly password: string;
  readonly applicationName: string;
  readonly serverName: string;
  readonly libraryName: string;
  readonly language: string;
  readonly database: string;
  /** An access token (FEDAUTH, library "security token"), or null. */
  readonly accessToken: string | null;
  readonly features: ReadonlySet<number>;
  readonly isIntegrated: boolean;
}

/** Each half of a byte of the password changes places, and every other bit flips: hides it from eyes only. */
export function unscramblePassword(bytes: Buffer): string {
  const plain = bytes.map((byte) => {
    const flipped = byte ^ 0xa5;
    return ((flipped << 4) | (flipped >> 4)) & 0xff;
  });
  return Buffer.from(plain).toString('utf16le');
}

/** Reads a login message. Throws ShortRead where its offsets point outside. */
export function readLogin(data: Buffer): Login {
  const at = (offset: number): ByteReader => new ByteReader(data, offset);
  const place = (index: number): Buffer => {
    const reader = at(36 + index * 4);
    const offset = reader.u16();
    return at(offset).take(reader.u16() * 2);
  };
  const text = (index: number): string => place(index).toString('utf16le');
  const flags2 = at(25).u8();
  const flags3 = at(27).u8();
  const extension = (flags3 & FLAG_EXTENSION) === 0 ? null : readFeatures(data);
  return {
    tdsVersion: at(4).u32(),
    packetSize: at(8).u32(),
    hostName: text(0),
    userName: text(1),
    password: unscramblePassword(place(2)),
    applicationName: text(3),
    serverName: text(4),
    libraryName: text(6),
    language: text(7),
    database: text(8),
    accessToken: extension?.accessToken ?? null,
    features: extension?.features ?? new Set(),
    isIntegrated: (flags2 & 0x80) !== 0,
  };
}

function readFeatures(data: Buffer): { readonly features: Set<number>; readonly accessToken: string | null } {
  // ibExtension points at a place that holds the offset of the feature list.
  const offset = new ByteReader(data, new ByteReader(data, 56).u16()).u32();
  const reader = new ByteReader(data, offset);
  const features = new Set<number>();
  let accessToken: string | null = null;
  for (let id = reader.u8(); id !== FEATURE_END; id = reader.u8()) {
    const body = new ByteReader(reader.take(reader.u32()));
    features.add(id);
    if (id !== FEATURE.federated) continue;
    const library = body.u8() >> 1;
    if (library === 1) accessToken = body.take(body.u32()).toString('utf16le');
  }
  return { features, accessToken };
}
