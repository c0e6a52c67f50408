/**
 * tedious goes on in clear text, login included, when the server's first answer says that it doesn't encrypt (S7). The
 * guard reads that answer before tedious does and cuts the connection.
 */
import { connect, type Socket } from 'node:net';

/** What tedious hands to a connector: of a redirection, the place to go to. */
interface Target {
  readonly host: string;
  readonly port: number;
}

const HEADER_BYTES = 8;
const OPTION_ENCRYPTION = 1;
const OPTIONS_END = 0xff;
const ENCRYPT_ON = 1;
const ENCRYPT_REQUIRED = 3;

export class UnencryptedError extends Error {
  readonly code = 'EUNENCRYPTED';
}

/** Connects, and reports to `refused` before it ends a connection to a server without encryption. */
export function guardedConnector(
  refused: () => void,
): (target: Target, lookup: unknown, signal: AbortSignal) => Promise<Socket> {
  return async ({ host, port }, _lookup, signal) => {
    const socket = await open(host, port, signal);
    let first = Buffer.alloc(0);
    const inspect = (chunk: Buffer): void => {
      first = Buffer.concat([first, chunk]);
      const encryption = encryptionOf(first);
      if (encryption === null) return;
      socket.removeListener('data', inspect);
      if (encryption === ENCRYPT_ON || encryption === ENCRYPT_REQUIRED) return;
      refused();
      socket.destroy(new UnencryptedError('the server does not encrypt'));
    };
    // Nothing arrives before tedious has written, so listening starts no flow that it would miss.
    socket.on('data', inspect);
    return socket;
  };
}

function open(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

/** The ENCRYPTION option of a PRELOGIN answer (MS-TDS 2.2.6.5); null while the packet is incomplete; -1 without one. */
export function encryptionOf(bytes: Buffer): number | null {
  if (bytes.length < HEADER_BYTES || bytes.length < bytes.readUInt16BE(2)) return null;
  const packet = bytes.subarray(HEADER_BYTES, bytes.readUInt16BE(2));
  for (let at = 0; at + 5 <= packet.length && packet[at] !== OPTIONS_END; at += 5) {
    if (packet[at] === OPTION_ENCRYPTION) return packet[packet.readUInt16BE(at + 1)] ?? -1;
  }
  return -1;
}
