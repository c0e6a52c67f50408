/** A way to a server of tests that loses what it is told to lose. */
import { connect, createServer, type Socket } from 'node:net';

/**
 * `pass`: everything. `lose-request`: the next thing that the client sends is lost and the connection ends.
 * `lose-answer`: the same with what the server says next. `hold-answers`: the server's answers wait for ever.
 * `refuse-tls`: the first thing that the client sends is answered by a plain N.
 */
type ProxyMode = 'pass' | 'lose-request' | 'lose-answer' | 'hold-answers' | 'refuse-tls';

export interface TcpProxy {
  readonly port: number;
  mode: ProxyMode;
  /** What the clients sent, in bytes. */
  readonly received_bytes: number;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const proxy = {
    port: 0,
    mode: 'pass' as ProxyMode,
    received_bytes: 0,
    close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const both = [client, upstream];
    const end = (): void => {
      for (const socket of both) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (bytes) => {
      proxy.received_bytes += bytes.length;
      if (proxy.mode === 'refuse-tls') {
        client.write('N');
      } else if (proxy.mode === 'lose-request') {
        proxy.mode = 'pass';
        end();
      } else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (proxy.mode === 'hold-answers') return;
      if (proxy.mode === 'lose-answer') {
        proxy.mode = 'pass';
        end();
      } else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  proxy.port = typeof address === 'object' && address !== null ? address.port : 0;
  return proxy;
}
