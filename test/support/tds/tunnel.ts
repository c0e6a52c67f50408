/**
 * TLS inside TDS ([MS-TDS] 3.2.5.1): the handshake travels in PRELOGIN packets, afterwards TLS records lie bare on
 * the socket. The tunnel is the stream that Node's TLS sits on.
 */
import { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Certificate } from '../certificates.js';
import { PACKET, PacketReader, PacketWriter } from './packet.js';

export class Tunnel extends Duplex {
  readonly #socket: Socket;
  readonly #writer: PacketWriter;
  readonly #reader: PacketReader;
  #isFramed = true;
  #waiting: Buffer[] = [];
  #flushScheduled = false;

  constructor(socket: Socket, spid: number) {
    super();
    this.#socket = socket;
    this.#writer = new PacketWriter(spid, (bytes) => void socket.write(bytes));
    this.#reader = new PacketReader((message) => void this.push(message.data));
  }

  /** The handshake is over: from here on records are not framed. */
  endFraming(): void {
    this.#flush();
    this.#isFramed = false;
  }

  /** Bytes that came in on the socket. */
  receive(chunk: Buffer): void {
    if (this.#isFramed && chunk[0] !== PACKET.prelogin && !this.#reader.isPartial) {
      // The client has the server's last flight and starts to talk: the handshake is over on both sides.
      this.endFraming();
    }
    if (this.#isFramed) this.#reader.push(chunk);
    else this.push(chunk);
  }

  override _read(): void {
    // Bytes are pushed as they come in.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.#isFramed) {
      this.#socket.write(chunk);
    } else {
      // One flight of the handshake is one message: some clients read no further than its first packet says.
      this.#waiting.push(chunk);
      if (!this.#flushScheduled) {
        this.#flushScheduled = true;
        setImmediate(() => {
          this.#flush();
        });
      }
    }
    done();
  }

  #flush(): void {
    this.#flushScheduled = false;
    if (this.#waiting.length === 0) return;
    this.#writer.append(PACKET.prelogin, Buffer.concat(this.#waiting));
    this.#writer.end(PACKET.prelogin);
    this.#waiting = [];
  }
}

/** TLS 1.2 and no further: what follows the handshake of 1.3 would have no frame to travel in. */
export function tlsOver(tunnel: Duplex, { key, certificate }: Certificate): TLSSocket {
  return new TLSSocket(tunnel, {
    isServer: true,
    key,
    cert: certificate,
    maxVersion: 'TLSv1.2',
    minVersion: 'TLSv1.2',
  });
}

/** TDS 8.0: TLS first, on the bare socket. */
export function strictTlsOver(socket: Duplex, { key, certificate }: Certificate): TLSSocket {
  return new TLSSocket(socket, { isServer: true, key, cert: certificate, ALPNProtocols: ['tds/8.0'] });
}
