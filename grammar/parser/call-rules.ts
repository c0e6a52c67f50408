/**
 * Grammar rules of calls, the standard's special call forms, literals of more than one token, and window definitions.
 */
import { isIntervalUnit } from '../interval-text.js';
import * as t from '../tokens.js';
import { TypeRules, type Rule } from './type-rules.js';

const k = t.keyword;

export abstract class CallRules extends TypeRules {
  abstract readonly expression: Rule;
  abstract readonly operand: Rule;
  abstract readonly query: Rule;

  protected startsInterval(): boolean {
    return this.isNext(2, t.Plus, t.Minus) ? this.isNext(3, t.StringToken) : isIntervalUnit(this.LA(3).image);
  }

  readonly dateTimeLiteral = this.RULE('dateTimeLiteral', () => {
    this.OR([
      { ALT: () => this.CONSUME(k.DATE) },
      { ALT: () => this.CONSUME(k.TIMESTAMPTZ) },
      {
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(k.TIMESTAMP) }, { ALT: () => this.CONSUME2(k.TIME) }]);
          this.OPTION(() => {
            this.OR3([{ ALT: () => this.CONSUME(k.WITH) }, { ALT: () => this.CONSUME(k.WITHOUT) }]);
            this.CONSUME3(k.TIME);
            this.CONSUME(k.ZONE);
          });
        },
      },
    ]);
    this.CONSUME(t.StringToken);
  });

  readonly intervalLiteral = this.RULE('intervalLiteral', () => {
    this.CONSUME(k.INTERVAL);
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(t.Minus) }, { ALT: () => this.CONSUME(t.Plus) }]));
    this.OR2([{ ALT: () => this.CONSUME(t.StringToken) }, { ALT: () => this.CONSUME(t.NumberToken) }]);
    this.OPTION2({
      GATE: () => isIntervalUnit(this.LA(1).image),
      DEF: () => {
        this.CONSUME(t.Name);
        this.OPTION3({
          GATE: () => isIntervalUnit(this.LA(2).image),
          DEF: () => {
            this.CONSUME(k.TO);
            this.CONSUME2(t.Name);
          },
        });
      },
    });
  });

  readonly castCall = this.RULE('castCall', () => {
    this.OR([{ ALT: () => this.CONSUME(k.CAST) }, { ALT: () => this.CONSUME(k.TRY_CAST) }]);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.CONSUME(k.AS);
    this.SUBRULE(this.type);
    this.CONSUME(t.RightParen);
  });

  readonly extractCall = this.RULE('extractCall', () => {
    this.CONSUME(k.EXTRACT);
    this.CONSUME(t.LeftParen);
    this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.StringToken) }]);
    this.OR2([{ ALT: () => this.CONSUME(k.FROM) }, { ALT: () => this.CONSUME(t.Comma) }]);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RightParen);
  });

  readonly substringCall = this.RULE('substringCall', () => {
    this.CONSUME(k.SUBSTRING);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.OR([
      {
        ALT: () => {
          this.AT_LEAST_ONE(() => {
            this.CONSUME(t.Comma);
            this.SUBRULE2(this.expression);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.FROM);
          this.SUBRULE3(this.expression);
          this.OPTION(() => {
            this.CONSUME(k.FOR);
            this.SUBRULE4(this.expression);
          });
        },
      },
    ]);
    this.CONSUME(t.RightParen);
  });

  readonly trimCall = this.RULE('trimCall', () => {
    this.CONSUME(k.TRIM);
    this.CONSUME(t.LeftParen);
    this.OPTION({
      GATE: () => !this.isNext(2, t.RightParen, t.Comma, t.Dot, t.InfixOperator),
      DEF: () =>
        this.OR([
          { ALT: () => this.CONSUME(k.BOTH) },
          { ALT: () => this.CONSUME(k.LEADING) },
          { ALT: () => this.CONSUME(k.TRAILING) },
        ]),
    });
    this.OPTION2(() => this.SUBRULE(this.expression));
    this.OPTION3(() => {
      this.OR2([{ ALT: () => this.CONSUME(k.FROM) }, { ALT: () => this.CONSUME(t.Comma) }]);
      this.SUBRULE2(this.expression);
    });
    this.CONSUME(t.RightParen);
  });

  readonly overlayCall = this.RULE('overlayCall', () => {
    this.CONSUME(k.OVERLAY);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.OR([
      {
        ALT: () => {
          this.AT_LEAST_ONE(() => {
            this.CONSUME(t.Comma);
            this.SUBRULE2(this.expression);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.PLACING);
          this.SUBRULE3(this.expression);
          this.CONSUME(k.FROM);
          this.SUBRULE4(this.expression);
          this.OPTION(() => {
            this.CONSUME(k.FOR);
            this.SUBRULE5(this.expression);
          });
        },
      },
    ]);
    this.CONSUME(t.RightParen);
  });

  readonly collectionConstructor = this.RULE('collectionConstructor', () => {
    this.OR([{ ALT: () => this.CONSUME(k.ARRAY) }, { ALT: () => this.CONSUME(k.MAP) }]);
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightBracket);
  });

  readonly rowConstructor = this.RULE('rowConstructor', () => {
    this.CONSUME(k.ROW);
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightParen);
  });

  /** The parentheses are optional: they are no call with arguments. */
  readonly currentTime = this.RULE('currentTime', () => {
    this.OR([
      { ALT: () => this.CONSUME(k.CURRENT_TIMESTAMP) },
      { ALT: () => this.CONSUME(k.CURRENT_DATE) },
      { ALT: () => this.CONSUME(k.CURRENT_TIME) },
    ]);
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.CONSUME(t.RightParen);
    });
  });

  readonly functionCall = this.RULE('functionCall', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.FunctionWord) }]);
    this.CONSUME(t.LeftParen);
    this.OPTION(() => this.OR2([{ ALT: () => this.CONSUME(k.DISTINCT) }, { ALT: () => this.CONSUME(k.ALL) }]));
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.OPTION2(() => this.SUBRULE(this.orderBy));
    this.CONSUME(t.RightParen);
    this.OPTION3({
      GATE: () => this.isNext(2, k.GROUP),
      DEF: () => {
        this.CONSUME(k.WITHIN);
        this.CONSUME(k.GROUP);
        this.CONSUME2(t.LeftParen);
        this.SUBRULE(this.withinGroup);
        this.CONSUME2(t.RightParen);
      },
    });
    this.OPTION4(() => {
      this.CONSUME(k.FILTER);
      this.CONSUME3(t.LeftParen);
      this.CONSUME(k.WHERE);
      this.SUBRULE(this.expression);
      this.CONSUME3(t.RightParen);
    });
    this.OPTION5({
      GATE: () => this.isNext(2, k.NULLS),
      DEF: () => {
        this.OR3([{ ALT: () => this.CONSUME(k.IGNORE) }, { ALT: () => this.CONSUME(k.RESPECT) }]);
        this.CONSUME(k.NULLS);
      },
    });
    this.OPTION6(() => {
      this.CONSUME(k.OVER);
      this.OR4([{ ALT: () => this.CONSUME2(t.Name) }, { ALT: () => this.SUBRULE(this.windowSpecification) }]);
    });
  });

  readonly withinGroup = this.RULE('withinGroup', () => {
    this.SUBRULE(this.orderBy);
  });

  readonly argument = this.RULE('argument', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Asterisk) },
      {
        GATE: () => this.isNext(2, t.NamedArrow),
        ALT: () => {
          this.CONSUME(t.AnyWord);
          this.CONSUME(t.NamedArrow);
          this.SUBRULE(this.expression);
        },
        IGNORE_AMBIGUITIES: true,
      },
      { GATE: () => this.startsLambda(), ALT: () => this.SUBRULE(this.lambda), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE2(this.expression), IGNORE_AMBIGUITIES: true },
    ]);
  });

  /**
   * `x -> x + 1` is a lambda and `doc -> 'a'` takes a field out of JSON: a name before the arrow and something other
   * than a string or a number behind it make a lambda.
   */
  private startsLambda(): boolean {
    if (this.isNext(1, t.Name)) {
      return this.isNext(2, t.Arrow) && !this.isNext(3, t.StringToken, t.NumberToken);
    }
    if (!this.isNext(1, t.LeftParen) || !this.isNext(2, t.Name)) return false;
    let at = 3;
    while (this.isNext(at, t.Comma) && this.isNext(at + 1, t.Name)) at += 2;
    if (!this.isNext(at, t.RightParen) || !this.isNext(at + 1, t.Arrow)) return false;
    return at > 3 || !this.isNext(at + 2, t.StringToken, t.NumberToken);
  }

  readonly lambda = this.RULE('lambda', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Name) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Name) });
          this.CONSUME(t.RightParen);
        },
      },
    ]);
    this.CONSUME(t.Arrow);
    this.SUBRULE(this.expression);
  });

  readonly orderBy = this.RULE('orderBy', () => {
    this.CONSUME(k.ORDER);
    this.CONSUME(k.BY);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.orderItem) });
  });

  readonly orderItem = this.RULE('orderItem', () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(k.ASC) }, { ALT: () => this.CONSUME(k.DESC) }]));
    this.OPTION2(() => {
      this.CONSUME(k.NULLS);
      this.OR2([{ ALT: () => this.CONSUME(k.FIRST) }, { ALT: () => this.CONSUME(k.LAST) }]);
    });
  });

  readonly windowSpecification = this.RULE('windowSpecification', () => {
    this.CONSUME(t.LeftParen);
    this.OPTION(() => this.CONSUME(t.BareAlias));
    this.OPTION2(() => {
      this.CONSUME(k.PARTITION);
      this.CONSUME(k.BY);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    });
    this.OPTION3(() => this.SUBRULE(this.orderBy));
    this.OPTION4(() => this.SUBRULE(this.windowFrame));
    this.CONSUME(t.RightParen);
  });

  readonly windowFrame = this.RULE('windowFrame', () => {
    this.OR([
      { ALT: () => this.CONSUME(k.ROWS) },
      { ALT: () => this.CONSUME(k.RANGE) },
      { ALT: () => this.CONSUME(k.GROUPS) },
    ]);
    this.OR2([
      {
        ALT: () => {
          this.CONSUME(k.BETWEEN);
          this.SUBRULE(this.frameBound);
          this.CONSUME(k.AND);
          this.SUBRULE2(this.frameBound);
        },
      },
      { ALT: () => this.SUBRULE3(this.frameBound) },
    ]);
    this.OPTION(() => {
      this.CONSUME(k.EXCLUDE);
      this.OR3([
        {
          ALT: () => {
            this.CONSUME(k.CURRENT);
            this.CONSUME(k.ROW);
          },
        },
        { ALT: () => this.CONSUME(k.GROUP) },
        { ALT: () => this.CONSUME(k.TIES) },
        {
          ALT: () => {
            this.CONSUME(k.NO);
            this.CONSUME(k.OTHERS);
          },
        },
      ]);
    });
  });

  readonly frameBound = this.RULE('frameBound', () => {
    this.OR([
      {
        GATE: () => this.isNext(2, k.PRECEDING, k.FOLLOWING),
        ALT: () => {
          this.CONSUME(k.UNBOUNDED);
          this.OR2([{ ALT: () => this.CONSUME(k.PRECEDING) }, { ALT: () => this.CONSUME(k.FOLLOWING) }]);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.isNext(2, k.ROW),
        ALT: () => {
          this.CONSUME(k.CURRENT);
          this.CONSUME(k.ROW);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        ALT: () => {
          this.SUBRULE(this.operand);
          this.OR3([{ ALT: () => this.CONSUME2(k.PRECEDING) }, { ALT: () => this.CONSUME2(k.FOLLOWING) }]);
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });
}
