/** `.proto` text to a schema: declarations of the file and of what it imports, with every type's name resolved. */
import { knownFile } from './known-types.js';
import {
  PROTO_SCALARS,
  type ProtoEnum,
  type ProtoField,
  type ProtoScalar,
  type ProtoSchema,
  type ProtoType,
} from './model.js';
import {
  parseProto,
  type EnumDeclaration,
  type FieldDeclaration,
  type FileDeclaration,
  type MessageDeclaration,
} from './parse.js';
import { ProtoSyntaxError } from './tokens.js';

export type ParsedProto =
  { readonly ok: true; readonly schema: ProtoSchema } | { readonly ok: false; readonly why: string };

/** `imports`: texts by the path under which they are imported; those of Protobuf itself are known. */
export function parseProtoSchema(text: string, imports: ReadonlyMap<string, string> = new Map()): ParsedProto {
  try {
    return { ok: true, schema: new Linker(imports).link(text) };
  } catch (error) {
    if (!(error instanceof ProtoSyntaxError)) throw error;
    return { ok: false, why: error.message };
  }
}

interface OpenMessage {
  readonly fullName: string;
  readonly fields: ProtoField[];
  readonly nested: OpenMessage[];
}

interface Pending {
  readonly message: OpenMessage;
  readonly declaration: MessageDeclaration;
  readonly file: FileDeclaration;
}

const MAP_KEYS: ReadonlySet<string> = new Set([...PROTO_SCALARS].filter((s) => !/^(?:float|double|bytes)$/u.test(s)));

class Linker {
  readonly #imports: ReadonlyMap<string, string>;
  readonly #read = new Set<string>();
  readonly #messages = new Map<string, OpenMessage>();
  readonly #enums = new Map<string, ProtoEnum>();
  readonly #pending: Pending[] = [];

  constructor(imports: ReadonlyMap<string, string>) {
    this.#imports = imports;
  }

  link(text: string): ProtoSchema {
    const messages = this.#file(text);
    for (const pending of this.#pending) this.#fields(pending);
    return { messages };
  }

  /** Declares what a file and its imports have; returns the file's own messages. */
  #file(text: string): readonly OpenMessage[] {
    const file = parseProto(text);
    for (const { path } of file.imports) {
      if (this.#read.has(path)) continue;
      this.#read.add(path);
      const imported = this.#imports.get(path) ?? knownFile(path);
      // Options are defined in files that say nothing about bytes: what is really missing shows at its types.
      if (imported !== undefined) this.#file(imported);
    }
    for (const declared of file.enums) this.#declareEnum(declared, file.package);
    return file.messages.map((declared) => this.#declare(declared, file.package, file));
  }

  #declare(declaration: MessageDeclaration, scope: string, file: FileDeclaration): OpenMessage {
    const fullName = joined(scope, declaration.name);
    if (this.#messages.has(fullName) || this.#enums.has(fullName)) {
      throw new ProtoSyntaxError(1, `\`${fullName}\` is declared twice`);
    }
    const message: OpenMessage = { fullName, fields: [], nested: [] };
    this.#messages.set(fullName, message);
    this.#pending.push({ message, declaration, file });
    for (const inner of declaration.enums) this.#declareEnum(inner, fullName);
    for (const inner of declaration.messages) message.nested.push(this.#declare(inner, fullName, file));
    return message;
  }

  #declareEnum({ name, values }: EnumDeclaration, scope: string): void {
    const fullName = joined(scope, name);
    this.#enums.set(fullName, { fullName, values });
  }

  #fields({ message, declaration, file }: Pending): void {
    const names = new Set<string>();
    const numbers = new Set<number>();
    for (const declared of declaration.fields) {
      const { name, number, line } = declared;
      if (names.has(name)) throw new ProtoSyntaxError(line, `field \`${name}\` is declared twice`);
      if (numbers.has(number)) throw new ProtoSyntaxError(line, `number ${String(number)} is used twice`);
      names.add(name);
      numbers.add(number);
      message.fields.push(this.#field(declared, message.fullName, file));
    }
    message.fields.sort((a, b) => a.number - b.number);
  }

  #field(declared: FieldDeclaration, scope: string, { syntax }: FileDeclaration): ProtoField {
    const { name, number, label, inOneof, packed } = declared;
    const type = this.#type(declared, scope);
    const repeated = label === 'repeated' || declared.type.kind === 'map';
    const isNumeric = type.kind === 'enum' || (type.kind === 'scalar' && !isLengthDelimited(type.scalar));
    return {
      name,
      number,
      type,
      repeated,
      packed: repeated && isNumeric && (packed ?? syntax === 'proto3'),
      map: declared.type.kind === 'map',
      presence: !repeated && (syntax === 'proto2' || label === 'optional' || inOneof || type.kind === 'message'),
      required: label === 'required',
    };
  }

  #type({ type, line }: FieldDeclaration, scope: string): ProtoType {
    switch (type.kind) {
      case 'named':
        return this.#named(type.name, scope, line);
      case 'group': {
        const message = this.#messages.get(joined(scope, type.message.name));
        if (message === undefined) throw new ProtoSyntaxError(line, `there is no type \`${type.message.name}\``);
        return { kind: 'message', message, group: true };
      }
      case 'map': {
        if (!MAP_KEYS.has(type.key)) throw new ProtoSyntaxError(line, `\`${type.key}\` is no key of a map`);
        const entry = { repeated: false, packed: false, map: false, presence: false, required: false };
        const key: ProtoField = { ...entry, name: 'key', number: 1, type: this.#named(type.key, scope, line) };
        const value: ProtoField = { ...entry, name: 'value', number: 2, type: this.#named(type.value, scope, line) };
        return { kind: 'message', message: { fullName: 'map', fields: [key, value], nested: [] }, group: false };
      }
    }
  }

  /** From the innermost scope outwards, as C++ looks names up. */
  #named(name: string, scope: string, line: number): ProtoType {
    if (PROTO_SCALARS.has(name)) return { kind: 'scalar', scalar: name as ProtoScalar };
    const isAbsolute = name.startsWith('.');
    for (let within: string | null = isAbsolute ? '' : scope; within !== null; within = outer(within)) {
      const fullName = joined(within, isAbsolute ? name.slice(1) : name);
      const message = this.#messages.get(fullName);
      if (message !== undefined) return { kind: 'message', message, group: false };
      const found = this.#enums.get(fullName);
      if (found !== undefined) return { kind: 'enum', enum: found };
    }
    throw new ProtoSyntaxError(line, `there is no type \`${name}\``);
  }
}

export function isLengthDelimited(scalar: ProtoScalar): boolean {
  return scalar === 'string' || scalar === 'bytes';
}

function joined(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

function outer(scope: string): string | null {
  if (scope === '') return null;
  const point = scope.lastIndexOf('.');
  return point < 0 ? '' : scope.slice(0, point);
}
