/** The nodes at the beginning of every query: scan, computed columns, watermark. Each exists once, whoever reads it. */
import { INTERVAL_MICROSECOND, type Schema } from '../../plan/types.js';
import { durationToText } from '../../plan/units.js';
import { ERROR_SCHEMA } from '../../plan/plan.js';
import { scopeStep } from '../scope-name.js';
import type { SourceDeclaration, TableDeclaration } from '../declare/declarations.js';
import type { ErrorsNode, LateNode, LogicalNode, ProjectNode, ScanNode, TableNode, WatermarkNode } from './logical.js';

export class SourceChains {
  readonly #nodes = new Map<string, LogicalNode>();

  #once<T extends LogicalNode>(key: string, make: () => T): T {
    const known = this.#nodes.get(key);
    // A key is used for one kind of node only.
    if (known !== undefined) return known as T;
    const node = make();
    this.#nodes.set(key, node);
    return node;
  }

  /** Rows with all declared columns, behind the watermark if there is one. */
  rows(source: SourceDeclaration, timeout_us: bigint | null): LogicalNode {
    return source.watermark === null ? this.#computed(source) : this.#watermark(source, timeout_us);
  }

  /** One node, whoever joins with it: it is loaded once. */
  table(declaration: TableDeclaration): TableNode {
    return this.#once(`table ${declaration.name}`, () => ({
      op: 'table',
      scope: scopeStep(declaration.name),
      label: '',
      span: declaration.span,
      schema: declaration.columns.map((column) => column.field),
      declaration,
      columns: declaration.columns,
      claim: declaration.primaryKey,
    }));
  }

  errors(source: SourceDeclaration): ErrorsNode {
    return this.#once(`errors ${source.name}`, () => ({
      op: 'errors',
      scope: scopeStep(source.name),
      label: 'errors',
      span: source.span,
      schema: ERROR_SCHEMA,
      input: this.#scan(source),
    }));
  }

  late(source: SourceDeclaration, name: string, timeout_us: bigint | null): LateNode {
    return this.#once(`late ${source.name}`, () => {
      const input = this.#watermark(source, timeout_us);
      const lateness = { name: 'lateness', type: INTERVAL_MICROSECOND, nullable: true };
      return {
        op: 'late',
        scope: scopeStep(name),
        label: 'late',
        span: source.span,
        schema: [...input.schema, lateness],
        input,
        source,
        column: input.column,
      };
    });
  }

  #scan(source: SourceDeclaration): ScanNode {
    return this.#once(`scan ${source.name}`, () => {
      const claim = (source.primaryKey ?? []).map((column) => {
        const expression = source.expressions[column];
        return expression?.kind === 'column' ? expression.index : -1;
      });
      return {
        op: 'scan',
        scope: scopeStep(source.name),
        label: '',
        span: source.span,
        schema: source.columns.map((column) => column.field),
        source,
        columns: source.columns,
        claim: source.primaryKey === null || claim.includes(-1) ? null : claim,
      };
    });
  }

  #computed(source: SourceDeclaration): LogicalNode {
    const scan = this.#scan(source);
    const isPlain =
      source.expressions.length === scan.schema.length &&
      source.expressions.every((expression, index) => expression?.kind === 'column' && expression.index === index);
    if (isPlain) return scan;
    return this.#once(`computed ${source.name}`, (): ProjectNode => {
      const schema: Schema = source.fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
      return {
        op: 'project',
        scope: scopeStep(source.name),
        label: 'computed',
        span: source.span,
        schema,
        input: scan,
        expressions: source.expressions.flatMap((expression) => expression ?? []),
        claim: source.primaryKey,
      };
    });
  }

  #watermark(source: SourceDeclaration, timeout_us: bigint | null): WatermarkNode {
    const suffix = timeout_us === null ? '' : `_timeout_${durationToText(timeout_us)}`;
    return this.#once(`watermark ${source.name}${suffix}`, () => {
      const input = this.#computed(source);
      return {
        op: 'watermark',
        scope: scopeStep(source.name),
        label: `watermark${suffix}`,
        span: source.span,
        schema: input.schema,
        input,
        source,
        column: source.watermark?.column ?? 0,
        delay_us: source.watermark?.delay_us ?? 0n,
        idle_us: source.watermark?.idle_us ?? 0n,
        timeout_us,
      };
    });
  }
}
