/** All connectors. The runtime's table is typed over this one: a connector without a runtime half does not compile. */
import { blackhole } from './blackhole.js';
import { blob } from './blob.js';
import { console } from './console.js';
import type { ConnectorDescriptor, ConnectorRole } from './descriptor.js';
import { datalake } from './datalake.js';
import { eventhubs } from './eventhubs.js';
import { file } from './file.js';
import { hdfs } from './hdfs.js';
import { generate } from './generate.js';
import { kafka } from './kafka.js';
import { mssql } from './mssql.js';
import type { OptionsOfSpecs } from './option-types.js';
import { postgres } from './postgres.js';
import { socket } from './socket.js';
import { sqlite } from './sqlite.js';

export const connectors = {
  file,
  generate,
  socket,
  kafka,
  eventhubs,
  datalake,
  blob,
  hdfs,
  sqlite,
  mssql,
  postgres,
  console,
  blackhole,
} as const satisfies Record<string, ConnectorDescriptor>;

export type ConnectorName = keyof typeof connectors;

/** The names of the connectors with a given role. */
export type ConnectorNameOf<R extends ConnectorRole> = {
  [N in ConnectorName]: (typeof connectors)[N] extends { readonly [P in R]: object } ? N : never;
}[ConnectorName];

/** Decoded options of a connector, as `resolveOptions` returns them; with a role, only the options of that role. */
export type OptionsOf<N extends ConnectorName, R extends ConnectorRole = ConnectorRole> = OptionsOfSpecs<
  (typeof connectors)[N]['options'],
  R
>;

export function isConnectorName(name: string): name is ConnectorName {
  return Object.hasOwn(connectors, name);
}

/** The descriptor of a connector, or undefined for a name that is none. */
export function connectorNamed(name: string): ConnectorDescriptor | undefined {
  return isConnectorName(name) ? connectors[name] : undefined;
}

/** Connectors of the language that this version doesn't have: "not supported yet" instead of "unknown". */
export const laterConnectors = {
  nexmark: 'source',
} as const satisfies Record<string, string>;

export function isLaterConnector(name: string): boolean {
  return Object.hasOwn(laterConnectors, name);
}
