/** Lookahead that is computed when a choice of the grammar is first met, because a file meets few of them. */
import { LLkLookaheadStrategy, type BaseParser, type ILookaheadStrategy } from 'chevrotain';

type AlternationOptions = Parameters<ILookaheadStrategy['buildLookaheadForAlternation']>[0];
type AlternationLookahead = ReturnType<ILookaheadStrategy['buildLookaheadForAlternation']>;
type Alternatives = Parameters<AlternationLookahead>[0];
type OptionalOptions = Parameters<ILookaheadStrategy['buildLookaheadForOptional']>[0];
type OptionalLookahead = ReturnType<ILookaheadStrategy['buildLookaheadForOptional']>;

/** Chevrotain's own strategy, put off: chevrotain calls a lookahead function with the parser as `this`. */
export class LazyLookaheadStrategy extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: AlternationOptions): AlternationLookahead {
    const build = (): AlternationLookahead => super.buildLookaheadForAlternation(options);
    let built: AlternationLookahead | undefined;
    return function (this: BaseParser, alternatives?: Alternatives) {
      built ??= build();
      return built.call(this, alternatives);
    };
  }

  override buildLookaheadForOptional(options: OptionalOptions): OptionalLookahead {
    const build = (): OptionalLookahead => super.buildLookaheadForOptional(options);
    let built: OptionalLookahead | undefined;
    return function (this: BaseParser) {
      built ??= build();
      return built.call(this);
    };
  }
}
