/** INCLUDE: the statements of a file in the place of the statement, each file once. */
import type { Include, Statement } from '../grammar/ast.js';
import type { DiagnosticSink } from '../grammar/diagnostics/diagnostic.js';
import type { SourceFile } from '../grammar/diagnostics/source.js';
import { parse } from '../grammar/parse.js';
import { nameDiagnostic } from './messages/names.js';

export const INCLUDE_DEPTH_MAX = 16;

/** The file a path names, seen from the file it stands in; undefined if there is none. */
export type IncludeLookup = (path: string, from: SourceFile) => SourceFile | undefined;

export interface LoadedScript {
  readonly statements: readonly Statement[];
  /** The file itself and all included ones, in the order they were first read. */
  readonly files: readonly SourceFile[];
}

/**
 * All statements in the order of the text. A file that is included in several places counts once, where it stands
 * first: common declarations are not declared twice.
 */
export function loadScript(source: SourceFile, include: IncludeLookup, sink: DiagnosticSink): LoadedScript {
  const files: SourceFile[] = [];
  const loaded = new Set<string>();
  const load = (file: SourceFile, open: readonly string[]): readonly Statement[] => {
    files.push(file);
    loaded.add(file.path);
    const path = [...open, file.path];
    return parse(file, sink).statements.flatMap((statement) => {
      if (statement.kind !== 'Include') return [statement];
      const found = lookUp(statement, file, path);
      return found === undefined ? [] : load(found, path);
    });
  };
  const lookUp = (node: Include, from: SourceFile, open: readonly string[]): SourceFile | undefined => {
    const { span, value } = node.path;
    const found = include(value, from);
    if (found === undefined) {
      const hint = 'Paths are relative to the file the INCLUDE stands in.';
      sink.report(nameDiagnostic('ESQL2008', { path: value }, { span, hint }));
      return undefined;
    }
    if (open.includes(found.path)) {
      const facts = [`Files: ${[...open.slice(open.indexOf(found.path)), found.path].join(' → ')}`];
      sink.report(nameDiagnostic('ESQL2009', { path: found.path }, { span, facts }));
      return undefined;
    }
    if (loaded.has(found.path)) return undefined;
    if (open.length >= INCLUDE_DEPTH_MAX) {
      sink.report(nameDiagnostic('ESQL2010', { limit: INCLUDE_DEPTH_MAX }, { span }));
      return undefined;
    }
    return found;
  };
  return { statements: load(source, []), files };
}
