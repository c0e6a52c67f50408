/** The relations a typed query reads, views and subqueries followed. */
import type { TypedQuery, TypedRelation } from './typed.js';

export function inputRelations(query: TypedQuery): readonly TypedRelation[] {
  if (query.kind === 'union') return query.inputs.flatMap((input) => inputRelations(input.query));
  return relationsUnder(query.from);
}

function relationsUnder(relation: TypedRelation): readonly TypedRelation[] {
  switch (relation.kind) {
    case 'query':
      return inputRelations(relation.query);
    case 'window':
      return [relation, ...relationsUnder(relation.input)];
    case 'lookup':
      return [relation, ...relationsUnder(relation.input), relation.table];
    case 'table':
    case 'source':
    case 'errors':
    case 'late':
    case 'stream':
    case 'unknown':
      return [relation];
  }
}
