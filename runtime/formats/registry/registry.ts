/** What formats ask of a schema registry. Calls reject with a diagnostic; passing trouble is waited for inside. */

export interface NamedSchema {
  /** As the schema that refers to it calls it: a full name (Avro), a file to import (Protobuf). */
  readonly name: string;
  readonly text: string;
}

export interface RegisteredSchema {
  readonly id: number;
  /** `AVRO`, `PROTOBUF`, `JSON`, or what the registry has besides. */
  readonly type: string;
  readonly text: string;
  /** All that it refers to, directly or not; what is referred to stands before what refers to it. */
  readonly references: readonly NamedSchema[];
}

/** A schema of ours, which refers to no other. */
export interface SchemaToWrite {
  readonly type: 'AVRO' | 'PROTOBUF';
  readonly text: string;
}

export interface SchemaRegistry {
  /** Null if there is no such id. What an id stands for never changes. */
  schemaById(id: number): Promise<RegisteredSchema | null>;
  /** The newest one of a subject, null if it has none. */
  latest(subject: string): Promise<RegisteredSchema | null>;
  /** The id of the schema under the subject, which the registry is given if it does not have it. */
  register(subject: string, schema: SchemaToWrite): Promise<number>;
  /** The id, or null if the subject does not have the schema. */
  lookup(subject: string, schema: SchemaToWrite): Promise<number | null>;
}
