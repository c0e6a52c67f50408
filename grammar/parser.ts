/** The parser: the grammar rules of `parser/`, put together and made ready once, when first needed. */
import type { IParserConfig } from 'chevrotain';
import { expectationProvider } from './parse-errors.js';
import { LazyLookaheadStrategy } from './parser/lazy-lookahead.js';
import { StatementRules } from './parser/statement-rules.js';

export class EsqlParser extends StatementRules {
  constructor(config: IParserConfig) {
    super(config);
    this.performSelfAnalysis();
  }
}

/**
 * One token of lookahead; where that is not enough a rule has a GATE or asks for two. Three everywhere costs seconds at
 * the start, because the sets of keywords multiply.
 */
const LOOKAHEAD = 1;

const baseConfig: IParserConfig = {
  recoveryEnabled: true,
  maxLookahead: LOOKAHEAD,
  nodeLocationTracking: 'onlyOffset',
  errorMessageProvider: expectationProvider,
};

/** Checks the whole grammar for ambiguities while it is built; a test does this so that a start need not. */
export function createCheckedParser(): EsqlParser {
  return new EsqlParser({ ...baseConfig, skipValidations: false });
}

let shared: EsqlParser | undefined;

export function sharedParser(): EsqlParser {
  shared ??= new EsqlParser({
    ...baseConfig,
    skipValidations: true,
    lookaheadStrategy: new LazyLookaheadStrategy({ maxLookahead: LOOKAHEAD }),
  });
  return shared;
}
