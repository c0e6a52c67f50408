/** What the contract of sinks needs of each of them. */
import type { Schema } from '../../plan/types.js';
import { BIGINT, VARCHAR } from '../../plan/types.js';
import type { Sink } from '../../runtime/connectors/connector.js';
import type { Env } from '../../runtime/env.js';

export const SINK_SCHEMA: Schema = [
  { name: 'id', type: BIGINT, nullable: false },
  { name: 'name', type: VARCHAR, nullable: true },
];

export interface SinkSubject {
  readonly name: string;
  /** Other queries may write to the same place. */
  readonly shared: boolean;
  /** A new instance, as after a restart. */
  create(folder: string, changes?: { readonly queryId?: string; readonly env?: Env }): Sink;
  /** `id=name` of everything a reader sees, sorted. */
  read(folder: string): Promise<string[]>;
  /** Steps from one moment of death to the next: 1 = every one. */
  readonly deathStride: number;
  /** An Env whose `fail`-th step of writing (from 1) fails, and all after it: as when the process dies there. */
  failing(fail: number): Env;
  /** The contents of all that a batch left, to compare byte for byte. */
  bytes(folder: string): Promise<string>;
}
