/** The files of Protobuf itself that schemas import; of each what bytes need. */

const wrapper = (name: string, type: string): string => `message ${name} { ${type} value = 1; }`;

export const KNOWN_FILES: ReadonlyMap<string, string> = new Map([
  ['timestamp.proto', 'message Timestamp { int64 seconds = 1; int32 nanos = 2; }'],
  ['duration.proto', 'message Duration { int64 seconds = 1; int32 nanos = 2; }'],
  [
    'wrappers.proto',
    [
      wrapper('DoubleValue', 'double'),
      wrapper('FloatValue', 'float'),
      wrapper('Int64Value', 'int64'),
      wrapper('UInt64Value', 'uint64'),
      wrapper('Int32Value', 'int32'),
      wrapper('UInt32Value', 'uint32'),
      wrapper('BoolValue', 'bool'),
      wrapper('StringValue', 'string'),
      wrapper('BytesValue', 'bytes'),
    ].join('\n'),
  ],
  ['any.proto', 'message Any { string type_url = 1; bytes value = 2; }'],
  ['empty.proto', 'message Empty {}'],
  ['field_mask.proto', 'message FieldMask { repeated string paths = 1; }'],
  [
    'struct.proto',
    [
      'message Struct { map<string, Value> fields = 1; }',
      'message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3;',
      '  bool bool_value = 4; Struct struct_value = 5; ListValue list_value = 6; } }',
      'enum NullValue { NULL_VALUE = 0; }',
      'message ListValue { repeated Value values = 1; }',
    ].join('\n'),
  ],
]);

/** The text of `google/protobuf/….proto`; undefined for other files. Options of descriptors are never read. */
export function knownFile(path: string): string | undefined {
  const name = /^google\/protobuf\/(.+)$/u.exec(path)?.[1];
  if (name === undefined) return undefined;
  const body = name === 'descriptor.proto' ? '' : KNOWN_FILES.get(name);
  return body === undefined ? undefined : `syntax = "proto3"; package google.protobuf;\n${body}`;
}

export const TIMESTAMP_MESSAGE = 'google.protobuf.Timestamp';
export const DURATION_MESSAGE = 'google.protobuf.Duration';

const WRAPPERS: ReadonlySet<string> = new Set(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (name) => `google.protobuf.${name}Value`,
  ),
);

/** Whether the message stands for the one value in it, or for none. */
export function isWrapper(fullName: string): boolean {
  return WRAPPERS.has(fullName);
}
