/**
 * Columns that a source offers to METADATA FROM. Their values come from the origin of a row (runtime/columns/batch.ts),
 * which is the same for every connector; a connector gives them the names its users know.
 */
import { BIGINT, INT, JSON_TYPE, TIMESTAMP, VARBINARY, VARCHAR, type Field } from '../types.js';

/** The part of a row's origin that a metadata column shows. */
export type MetadataOrigin =
  'partition' | 'resource' | 'position' | 'raw' | 'timestamp' | 'key' | 'headers' | 'leader_epoch';

/** Which part of the origin each name stands for. */
export const metadataOrigins = {
  partition: 'partition',
  path: 'resource',
  peer: 'resource',
  topic: 'resource',
  offset: 'position',
  row_number: 'position',
  raw: 'raw',
  timestamp: 'timestamp',
  key: 'key',
  headers: 'headers',
  leader_epoch: 'leader_epoch',
} as const satisfies Record<string, MetadataOrigin>;

export type MetadataName = keyof typeof metadataOrigins;

export function metadataOrigin(name: string): MetadataOrigin | undefined {
  return Object.hasOwn(metadataOrigins, name) ? metadataOrigins[name as MetadataName] : undefined;
}

const types = {
  partition: INT,
  resource: VARCHAR,
  position: BIGINT,
  raw: VARBINARY,
  timestamp: TIMESTAMP,
  key: VARBINARY,
  headers: JSON_TYPE,
  leader_epoch: INT,
} as const;

/** The field of a metadata column: its type follows from the origin. Only the key of a message may be missing. */
export function metadataField(name: MetadataName): Field {
  const origin = metadataOrigins[name];
  return { name, type: types[origin], nullable: origin === 'key' };
}
