/** A sink with a column list gets exactly these columns; FORMAT RAW takes one text column. */
import { castKind } from '../../plan/casts.js';
import { typeToText } from '../../plan/types.js';
import { isAvroName } from '../../plan/formats/avro/fit.js';
import { isProtoName } from '../../plan/formats/protobuf/derived.js';
import { formatNamed } from '../../plan/formats/index.js';
import { propertiesOf } from '../logical/properties.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';

export function checkSinkColumns({ stream, plan, into, sink }: StreamRuleInput): void {
  const { schema } = plan.root;
  const { notNull } = propertiesOf(plan.root);
  for (const { clause, sink: declaration } of into) {
    const report = (problem: string, hint?: string): void => {
      sink.report(
        streamingDiagnostic(
          'ESQL4011',
          { problem },
          {
            span: clause.sink.span,
            related: [{ span: declaration.span, label: 'the sink' }],
            facts: [`Columns of \`${stream.name}\`: ${schema.map((field) => field.name).join(', ')}.`],
            hint,
          },
        ),
      );
    };
    const written = declaration.fields ?? schema;
    const takesOne =
      declaration.format !== null && formatNamed(declaration.format.name)?.columns === 'one_text_or_bytes';
    const [only] = written;
    const isText = only?.type.kind === 'varchar' || only?.type.kind === 'varbinary';
    if (takesOne && (written.length !== 1 || !isText)) {
      report('FORMAT RAW takes one VARCHAR or VARBINARY column', 'Put the columns together with `||` or TO_JSON.');
    }
    const unnamed = written.find((field) => !isAvroName(field.name));
    if (declaration.format?.name === 'avro' && unnamed !== undefined) {
      report(
        `column \`${unnamed.name}\` has no name in Avro, which takes letters, digits and \`_\``,
        'Give it another name with AS.',
      );
    }
    const unspeakable = written.find((field) => !isProtoName(field.name));
    if (declaration.format?.name === 'protobuf' && unspeakable !== undefined) {
      report(
        `column \`${unspeakable.name}\` has no name in Protobuf, which takes letters, digits and \`_\``,
        'Give it another name with AS.',
      );
    }
    if (declaration.fields === null) continue;
    for (const field of declaration.fields) {
      const index = schema.findIndex((own) => own.name === field.name);
      const own = schema[index];
      if (own === undefined) {
        report(`column \`${field.name}\` of sink \`${declaration.name}\` gets no value`, `Select … AS ${field.name}.`);
        continue;
      }
      if (castKind(own.type, field.type) !== 'implicit') {
        const types = `${typeToText(own.type)} does not fit ${typeToText(field.type)}`;
        report(`column \`${field.name}\`: ${types}`, `Use CAST(… AS ${typeToText(field.type)}) in the query.`);
      } else if (!field.nullable && !notNull.has(index)) {
        report(
          `column \`${field.name}\` is NOT NULL in the sink and may be NULL here`,
          `Use COALESCE, or WHERE ${field.name} IS NOT NULL.`,
        );
      }
    }
    const names = new Set(declaration.fields.map((field) => field.name));
    for (const own of schema) {
      if (!names.has(own.name)) report(`sink \`${declaration.name}\` has no column \`${own.name}\``);
    }
  }
}
