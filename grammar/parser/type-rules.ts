/** Grammar rules of types, and what all rule classes share. */
import { CstParser, EOF, tokenMatcher, type CstNode, type IParserConfig, type ParserMethod } from 'chevrotain';
import * as t from '../tokens.js';

export type Rule = ParserMethod<[], CstNode>;

const k = t.keyword;

export abstract class TypeRules extends CstParser {
  protected constructor(config: IParserConfig) {
    super(t.allTokens, config);
  }

  /**
   * Whether a query starts at the `ahead`-th token. Behind opening parentheses it may as well be an operand, as in
   * `(SELECT 1) + 1`: what follows each closing parenthesis decides.
   */
  protected startsQuery(ahead: number): boolean {
    let at = ahead;
    while (this.LA(at).tokenType === t.LeftParen) at += 1;
    if (!this.isNext(at, k.SELECT, k.VALUES, k.WITH)) return false;
    let open = at - ahead;
    for (let depth = open; open > 0; at += 1) {
      const type = this.LA(at).tokenType;
      if (type === EOF) return true;
      if (type === t.LeftParen) depth += 1;
      if (type !== t.RightParen) continue;
      depth -= 1;
      if (depth >= open) continue;
      open = depth;
      if (!this.continuesQuery(at + 1)) return false;
    }
    return true;
  }

  private continuesQuery(ahead: number): boolean {
    return (
      this.LA(ahead).tokenType === EOF ||
      this.isNext(ahead, t.RightParen, k.UNION, k.INTERSECT, k.EXCEPT, k.ORDER, k.LIMIT, k.OFFSET, k.FETCH, k.EMIT)
    );
  }

  protected isNext(ahead: number, ...types: (typeof t.Name)[]): boolean {
    const token = this.LA(ahead);
    return token.tokenType !== EOF && types.some((type) => tokenMatcher(token, type));
  }

  readonly type = this.RULE('type', () => {
    this.OR([
      {
        GATE: () => this.isNext(2, t.Less),
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(k.ARRAY) }, { ALT: () => this.CONSUME(k.MAP) }]);
          this.CONSUME(t.Less);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.type) });
          this.CONSUME(t.Greater);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.isNext(2, t.Less, t.LeftParen),
        ALT: () => this.SUBRULE(this.rowType),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.simpleType), IGNORE_AMBIGUITIES: true },
    ]);
    this.MANY({
      GATE: () => this.isNext(2, t.RightBracket),
      DEF: () => {
        this.CONSUME(t.LeftBracket);
        this.CONSUME(t.RightBracket);
      },
    });
  });

  readonly rowType = this.RULE('rowType', () => {
    this.CONSUME(k.ROW);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Less);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.rowField) });
          this.CONSUME(t.Greater);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.AT_LEAST_ONE_SEP2({ SEP: t.Comma, DEF: () => this.SUBRULE2(this.rowField) });
          this.CONSUME(t.RightParen);
        },
      },
    ]);
  });

  readonly rowField = this.RULE('rowField', () => {
    this.CONSUME(t.Name);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(k.NOT);
      this.CONSUME(k.NULL);
    });
  });

  readonly simpleType = this.RULE('simpleType', () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.CONSUME(k.PRECISION));
    this.OPTION2(() => {
      this.CONSUME(t.LeftParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.NumberToken) });
      this.CONSUME(t.RightParen);
    });
    this.OPTION3({
      GATE: () => this.isNext(2, k.TIME, k.LOCAL),
      DEF: () => {
        this.OR([{ ALT: () => this.CONSUME(k.WITH) }, { ALT: () => this.CONSUME(k.WITHOUT) }]);
        this.OPTION4(() => this.CONSUME(k.LOCAL));
        this.CONSUME(k.TIME);
        this.CONSUME(k.ZONE);
      },
    });
  });
}
