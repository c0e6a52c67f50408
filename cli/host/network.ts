/** TCP behind the runtime's `Network`. Receiving is pulled, so that a slow reader slows the sender down. */
import { createServer, Socket } from 'node:net';
import type { Connection, Network } from '../../runtime/env.js';

const CONNECT_TIMEOUT_MS = 10_000;

export const nodeNetwork: Network = {
  connect: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = new Socket();
      const timer = setTimeout(() => {
        socket.destroy(new Error(`no answer from ${host}:${String(port)} within ${String(CONNECT_TIMEOUT_MS)} ms`));
      }, CONNECT_TIMEOUT_MS);
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      socket.connect(port, host, () => {
        clearTimeout(timer);
        socket.removeAllListeners('error');
        resolve(connection(socket));
      });
    }),
  listen: (host, port, accept) =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        accept(connection(socket));
      });
      server.once('error', reject);
      server.listen(port, host, () => {
        const address = server.address();
        resolve({
          port: typeof address === 'object' && address !== null ? address.port : port,
          close: () =>
            new Promise((done) => {
              server.close(() => {
                done();
              });
            }),
        });
      });
    }),
};

function connection(socket: Socket): Connection {
  socket.setNoDelay(true);
  socket.pause();
  let failure: Error | undefined;
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  socket.on('readable', notify);
  socket.on('end', () => {
    ended = true;
    notify();
  });
  socket.on('close', () => {
    ended = true;
    notify();
  });
  socket.on('error', (error) => {
    failure = error;
    notify();
  });
  return {
    peer: `${socket.remoteAddress ?? '?'}:${String(socket.remotePort ?? 0)}`,
    async receive() {
      for (;;) {
        const bytes = socket.read() as Buffer | null;
        if (bytes !== null) return bytes;
        if (failure !== undefined) throw failure;
        if (ended) return null;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve();
          return;
        }
        socket.once('close', () => {
          resolve();
        });
        socket.destroy();
      }),
  };
}
