/** A type as it is written to the type it means. */
import type { SimpleTypeName, TypeNode } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  JSON_TYPE,
  PRECISION_MAX,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARBINARY,
  VARCHAR,
  type SqlType,
} from '../../plan/types.js';
import { typeDiagnostic } from '../messages/types.js';
import { notSupported } from './unsupported.js';

const simpleTypes: Readonly<Record<SimpleTypeName, SqlType>> = {
  BOOLEAN,
  INT,
  BIGINT,
  DOUBLE,
  VARCHAR,
  VARBINARY,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL: INTERVAL_MICROSECOND,
  JSON: JSON_TYPE,
};

/** DECIMAL without numbers holds what most amounts need: 38 digits, 9 of them behind the point. */
const DEFAULT_SCALE = 9;

/** The type, or undefined after a report. */
export function checkType(node: TypeNode, sink: DiagnosticSink): SqlType | undefined {
  switch (node.kind) {
    case 'SimpleType':
      return simpleTypes[node.name];
    case 'DecimalType': {
      const precision = node.precision ?? PRECISION_MAX;
      const scale = node.scale ?? (node.precision === undefined ? DEFAULT_SCALE : 0);
      if (precision >= 1 && precision <= PRECISION_MAX && scale <= precision) return decimal(precision, scale);
      const problem =
        scale > precision
          ? `DECIMAL(${precision},${scale}) has more digits behind the point than digits`
          : `DECIMAL has 1 to ${PRECISION_MAX} digits, found ${precision}`;
      sink.report(typeDiagnostic('ESQL3016', { problem }, { span: node.span }));
      return undefined;
    }
    case 'ArrayType':
      return notSupported('the type ARRAY', node.span, sink, 'A JSON column takes the whole value as text.');
    case 'MapType':
      return notSupported('the type MAP', node.span, sink, 'A JSON column takes the whole value as text.');
    case 'RowType':
      return notSupported('the type ROW', node.span, sink, 'A JSON column takes the whole value as text.');
  }
}
