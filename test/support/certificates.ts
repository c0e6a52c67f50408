/** Certificates for servers of tests: made anew in every run, so that no key lies in the repository. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
  /** PEM. A client that trusts this as an authority trusts the server. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** Tags of DER (X.690). */
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const GENERALISED_TIME = 0x18;
const BOOLEAN = 0x01;

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'utf8'));
/** Object identifiers in their encoded form: 2.5.4.3, 1.2.840.10045.4.3.2, 2.5.29.17, 2.5.29.19. */
const identifier = (hex: string): Buffer => der(OBJECT_IDENTIFIER, Buffer.from(hex, 'hex'));
const COMMON_NAME = identifier('550403');
const ECDSA_WITH_SHA256 = der(SEQUENCE, identifier('2a8648ce3d040302'));
const SUBJECT_ALTERNATIVE_NAME = identifier('551d11');
const BASIC_CONSTRAINTS = identifier('551d13');

function time(date: Date): Buffer {
  return text(GENERALISED_TIME, `${date.toISOString().replace(/[-:T]/gu, '').slice(0, 14)}Z`);
}

function alternativeName(name: string): Buffer {
  return isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : text(0x82, name);
}

const extension = (name: Buffer, value: Buffer): Buffer => der(SEQUENCE, name, der(OCTET_STRING, value));

const DAY_MS = 24 * 60 * 60 * 1000;

/** Self-signed, for the names (DNS names, `*.` allowed, or IPv4 addresses), a day back and a day on. */
export function selfSigned(names: readonly string[], now_ms = Date.now()): Certificate {
  const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, text(UTF8_STRING, names[0] ?? 'test'))));
  const serial = randomBytes(8);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, serial),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, time(new Date(now_ms - DAY_MS)), time(new Date(now_ms + DAY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      der(
        SEQUENCE,
        extension(BASIC_CONSTRAINTS, der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])))),
        extension(SUBJECT_ALTERNATIVE_NAME, der(SEQUENCE, ...names.map(alternativeName))),
      ),
    ),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', body, privateKey));
  const lines =
    der(SEQUENCE, body, ECDSA_WITH_SHA256, signature)
      .toString('base64')
      .match(/.{1,64}/gu) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
