/**
 * Sockets for kafkajs that hand over whole responses. It would collect a response of megabytes in buffers of 64 KiB and
 * then copy them into one; here the network is read straight into memory of the response's size, which its first four
 * bytes say, and kafkajs takes it as it is.
 */
import type { ISocketFactoryArgs } from 'kafkajs';
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

const KEEP_ALIVE_DELAY_MS = 60_000;
const SIZE_BYTES = 4;
/** Small responses come through here, several at once; large ones only with their beginning. */
const FIRST_BYTES = 16 * 1024;
/** Beyond what brokers send; what claims to be larger is no response of Kafka's (a web server, a port with TLS). */
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

/** By kafkajs' types there always is `ssl`. */
type SocketArguments = Omit<ISocketFactoryArgs, 'ssl'> & { readonly ssl?: ConnectionOptions | null };

export function frameSocket({ host, port, ssl, onConnect }: SocketArguments): Socket {
  const frames = new FrameReader(
    (frame) => socket.emit('data', frame),
    (problem) => socket.destroy(new Error(problem)),
  );
  const onread: OnReadOpts = {
    buffer: () => frames.target,
    callback: (length) => {
      frames.filled(length);
      return true;
    },
  };
  // By type an option of plain sockets only; TLS has it, too (Node.js, `tls.connect`).
  const common = { host, port, onread };
  const socket =
    ssl === undefined || ssl === null
      ? connect(common, onConnect)
      : connectTls({ ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl, ...common }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  return socket;
}

/** Cuts what a connection receives into responses: four bytes with the size, and so many more. */
export class FrameReader {
  readonly #deliver: (frame: Buffer) => void;
  readonly #refuse: (problem: string) => void;
  readonly #first = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Of the frame that is received; null = its size is not known yet, and what came of it lies in `#first`. */
  #frame: Buffer | null = null;
  #used = 0;

  /** `deliver` gets each frame with its size in front; the frame's memory is its own. */
  constructor(deliver: (frame: Buffer) => void, refuse: (problem: string) => void) {
    this.#deliver = deliver;
    this.#refuse = refuse;
  }

  /** Where the next bytes belong. */
  get target(): Buffer {
    return (this.#frame ?? this.#first).subarray(this.#used);
  }

  /** So many bytes have been written to the beginning of `target`. */
  filled(length: number): void {
    this.#used += length;
    if (this.#frame === null) this.#cut();
    else if (this.#used === this.#frame.length) this.#finish(this.#frame);
  }

  #finish(frame: Buffer): void {
    this.#frame = null;
    this.#used = 0;
    this.#deliver(frame);
  }

  /** Takes the complete frames out of `#first`; a beginning of one moves to memory of its size. */
  #cut(): void {
    const first = this.#first;
    const received = this.#used;
    let at = 0;
    while (received - at >= SIZE_BYTES) {
      const size = first.readUInt32BE(at);
      if (size > FRAME_BYTES_MAX) {
        this.#refuse(`expected a response of a Kafka broker, found one of ${String(size)} bytes`);
        return;
      }
      const frame = Buffer.allocUnsafeSlow(SIZE_BYTES + size);
      const there = Math.min(frame.length, received - at);
      first.copy(frame, 0, at, at + there);
      at += there;
      if (there < frame.length) {
        this.#frame = frame;
        this.#used = there;
        return;
      }
      this.#finish(frame);
    }
    first.copyWithin(0, at, received);
    this.#used = received - at;
  }
}
