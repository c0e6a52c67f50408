/** Messages, fields and enums as a decoder needs them: names are resolved, options that don't matter are gone. */

export type ProtoScalar =
  | 'double'
  | 'float'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'sint32'
  | 'sint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed32'
  | 'sfixed64'
  | 'bool'
  | 'string'
  | 'bytes';

export const PROTO_SCALARS: ReadonlySet<string> = new Set<ProtoScalar>([
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
]);

export type ProtoType =
  | { readonly kind: 'scalar'; readonly scalar: ProtoScalar }
  | { readonly kind: 'enum'; readonly enum: ProtoEnum }
  /** `group`: between tags instead of behind a length (proto2). */
  | { readonly kind: 'message'; readonly message: ProtoMessage; readonly group: boolean };

export interface ProtoEnum {
  readonly fullName: string;
  /** In the order of the text; the first one is the default. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
}

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly type: ProtoType;
  readonly repeated: boolean;
  /** Of repeated numbers: written one behind the other. Readers take both ways. */
  readonly packed: boolean;
  /** A map: the field is repeated, its message has the fields `key` and `value`. */
  readonly map: boolean;
  /** Whether a value that is absent differs from the default (proto2, `optional`, members of a oneof, messages). */
  readonly presence: boolean;
  /** Of proto2: a record without it is not valid. */
  readonly required: boolean;
}

export interface ProtoMessage {
  readonly fullName: string;
  /** By number, ascending. */
  readonly fields: readonly ProtoField[];
  readonly nested: readonly ProtoMessage[];
}

export interface ProtoSchema {
  /** Messages of the file itself, in the order of the text: records refer to them by index. */
  readonly messages: readonly ProtoMessage[];
}

/** How a type is spelt, for people. */
export function protoTypeToText(type: ProtoType): string {
  switch (type.kind) {
    case 'scalar':
      return type.scalar;
    case 'enum':
      return `enum ${type.enum.fullName}`;
    case 'message':
      return type.message.fullName;
  }
}

/** The message of a full name, nested ones included. */
export function messageNamed(schema: ProtoSchema, fullName: string): ProtoMessage | undefined {
  const within = (messages: readonly ProtoMessage[]): ProtoMessage | undefined => {
    for (const message of messages) {
      if (message.fullName === fullName) return message;
      const found = within(message.nested);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return within(schema.messages);
}
