/** Responses come out of a connection whole and unchanged, however the network cut them. */
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect, test } from 'vitest';
import { FrameReader, frameSocket } from '../../../cli/host/kafka/frames.js';
import { selfSigned } from '../../support/certificates.js';

function frameOf(body: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32BE(body.length);
  frame.set(body, 4);
  return frame;
}

/** As a socket does it: fills the target, at most `step` bytes at once. */
function receive(stream: Uint8Array, steps: readonly number[]): { frames: Buffer[]; problems: string[] } {
  const frames: Buffer[] = [];
  const problems: string[] = [];
  const reader = new FrameReader(
    (frame) => frames.push(frame),
    (problem) => problems.push(problem),
  );
  for (let at = 0, i = 0; at < stream.length && problems.length === 0; i += 1) {
    const target = reader.target;
    const length = Math.min(steps[i % steps.length] ?? 1, target.length, stream.length - at);
    target.set(stream.subarray(at, at + length));
    reader.filled(length);
    at += length;
  }
  return { frames, problems };
}

test('frames of any size arrive as they were sent, cut anywhere', () => {
  const size = fc.oneof(fc.nat(40), fc.integer({ min: 16_000, max: 17_000 }), fc.nat(100_000));
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70_000 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 6 }), steps, (sizes, cuts) => {
      const sent = sizes.map((bytes, index) => frameOf(Buffer.alloc(bytes, index + 1)));
      const { frames, problems } = receive(Buffer.concat(sent), cuts);
      expect(problems).toEqual([]);
      expect(frames.length).toBe(sent.length);
      frames.forEach((frame, index) => {
        expect(frame.equals(sent[index] ?? Buffer.alloc(0))).toBe(true);
      });
    }),
    { numRuns: 60 },
  );
});

test('a frame keeps its memory to itself', () => {
  const { frames } = receive(Buffer.concat([frameOf(Buffer.from('one')), frameOf(Buffer.from('two'))]), [64]);
  expect(frames.map((frame) => frame.toString('latin1', 4))).toEqual(['one', 'two']);
  expect(frames[0]?.buffer).not.toBe(frames[1]?.buffer);
});

test('what is no response of a broker is refused before memory is taken for it', () => {
  expect(receive(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), [64]).problems).toEqual([
    'expected a response of a Kafka broker, found one of 1213486160 bytes',
  ]);
});

for (const kind of ['plain', 'tls'] as const) {
  test(`a ${kind} socket emits a frame at a time, then its end`, async () => {
    const sent = [frameOf(Buffer.from('small')), frameOf(Buffer.alloc(3_000_000, 7)), frameOf(Buffer.alloc(0))];
    const certificate = kind === 'tls' ? selfSigned(['127.0.0.1']) : null;
    const answer = (socket: Socket): void => {
      socket.on('error', () => undefined);
      // Only then: what comes earlier than `connect` would not be seen by a client of requests.
      socket.once('data', () => socket.end(Buffer.concat(sent)));
    };
    const server: Server =
      certificate === null
        ? createServer(answer)
        : createTlsServer({ key: certificate.key, cert: certificate.certificate }, answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = frameSocket({
      host: '127.0.0.1',
      port,
      ssl: certificate === null ? null : { ca: [certificate.certificate] },
      onConnect: () => socket.write('request'),
    });
    const frames: Buffer[] = [];
    socket.on('data', (frame) => frames.push(frame));
    await once(socket, 'end');
    socket.destroy();
    server.close();
    expect(frames.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
    expect(frames.every((frame, index) => frame.equals(sent[index] ?? Buffer.alloc(0)))).toBe(true);
  });
}
