/** INTO: the sinks of each stream, and the KEY of each. */
import type { DiagnosticSink } from '../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../grammar/diagnostics/suggest.js';
import { describeDeclaration, type Catalogue } from './declare/declarations.js';
import type { StreamOutputs } from './lower/lower.js';
import { nameDiagnostic } from './messages/names.js';
import type { TypedProgram, TypedStream } from './program.js';

/** Clauses whose sink is unknown are reported and left out. */
export function streamOutputs(program: TypedProgram, sink: DiagnosticSink): ReadonlyMap<string, StreamOutputs> {
  return new Map(program.streams.map((stream) => [stream.name, outputsOf(stream, program.catalogue, sink)]));
}

function outputsOf({ node }: TypedStream, catalogue: Catalogue, sink: DiagnosticSink): StreamOutputs {
  const into = node.into.flatMap((clause): StreamOutputs['into'] => {
    const { name, span } = clause.sink;
    const declaration = catalogue.declarations.get(name);
    if (declaration?.kind === 'sink') {
      const key = clause.key.length > 0 ? clause.key : (declaration.primaryKey ?? []);
      return [{ clause, sink: declaration, key: key.map((column) => column.name) }];
    }
    if (declaration === undefined) {
      const sinks = [...catalogue.declarations.values()].filter(
        (each) => each.kind === 'sink' || (each.kind === 'faulty' && each.what === 'sink'),
      );
      const names = sinks.map((each) => each.name);
      const facts = [names.length === 0 ? 'There are no sinks.' : `Sinks: ${names.join(', ')}.`];
      sink.report(nameDiagnostic('ESQL2005', { name }, { span, facts, hint: suggestionHint(name, names) }));
    } else if (declaration.kind !== 'faulty' || declaration.what !== 'sink') {
      sink.report(
        nameDiagnostic(
          'ESQL2006',
          { name, expected: 'a sink', found: describeDeclaration(declaration) },
          { span, related: [{ span: declaration.span, label: `\`${name}\` is declared here` }] },
        ),
      );
    }
    return [];
  });
  return { node, into };
}
