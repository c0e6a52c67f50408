/** The real Env: the only place that touches the clock, the disk, the network, databases, the terminal and secrets. */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import type { Clock, Env, Output, RandomSource } from '../../runtime/env.js';
import { nodeDisk } from './disk.js';
import { nodeNetwork } from './network.js';
import { nodeReferences } from './references.js';
import { nodeRemote } from './remote.js';
import { sqliteDriver } from './sqlite.js';

export function createEnv(): Env {
  return {
    clock: nodeClock,
    random: nodeRandom,
    disk: nodeDisk,
    network: nodeNetwork,
    sqlite: sqliteDriver,
    output: nodeOutput(),
    references: nodeReferences(process.env, nodeDisk),
    remote: nodeRemote,
  };
}

const nodeClock: Clock = {
  now_us: () => BigInt(Date.now()) * 1000n,
  monotonic_ms: () => performance.now(),
  sleep: (duration_ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, duration_ms);
      signal?.addEventListener('abort', done);
    }),
};

const nodeRandom: RandomSource = { bytes: (count) => randomBytes(count) };

function nodeOutput(): Output {
  return {
    write: (text) => {
      process.stdout.write(text);
    },
    terminal: process.stdout.isTTY ? { columns: process.stdout.columns } : null,
  };
}
