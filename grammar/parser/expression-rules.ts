/**
 * Grammar rules of expressions.
 *
 * An expression is read flat, as operands and operator tails in a row; `build-ast/operators.ts` gives it its shape by
 * precedence. One rule per precedence level would cost a dozen nested calls for each pair of parentheses, and with
 * Chevrotain's own frames 256 of them would overflow the stack.
 */
import * as t from '../tokens.js';
import { CallRules } from './call-rules.js';

const k = t.keyword;

export abstract class ExpressionRules extends CallRules {
  readonly expression = this.RULE('expression', () => {
    this.SUBRULE(this.operand);
    this.MANY({
      GATE: () => this.startsTail(),
      DEF: () => this.SUBRULE(this.operatorTail),
    });
  });

  /** NOT after an operand belongs to it only before IN, BETWEEN and the like: `a INT NOT NULL` is something else. */
  private startsTail(): boolean {
    if (!this.isNext(1, k.NOT)) return true;
    return this.isNext(2, k.IN, k.BETWEEN, k.LIKE, k.ILIKE, k.SIMILAR, k.RLIKE, k.REGEXP);
  }

  readonly operatorTail = this.RULE('operatorTail', () => {
    this.OR([
      {
        GATE: () => this.isNext(2, k.ANY, k.SOME, k.ALL) && this.isNext(3, t.LeftParen),
        ALT: () => this.SUBRULE(this.quantifiedTail),
      },
      {
        ALT: () => {
          this.CONSUME(t.InfixOperator);
          this.SUBRULE(this.operand);
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.isTail) },
      {
        ALT: () => {
          this.CONSUME(k.ESCAPE);
          this.SUBRULE2(this.operand);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.AT);
          this.CONSUME(k.TIME);
          this.CONSUME(k.ZONE);
          this.SUBRULE3(this.operand);
        },
      },
      { ALT: () => this.SUBRULE(this.matchTail) },
    ]);
  });

  readonly quantifiedTail = this.RULE('quantifiedTail', () => {
    this.CONSUME(t.ComparisonSign);
    this.OR([
      { ALT: () => this.CONSUME(k.ANY) },
      { ALT: () => this.CONSUME(k.SOME) },
      { ALT: () => this.CONSUME(k.ALL) },
    ]);
    this.CONSUME(t.LeftParen);
    this.OR2([
      { GATE: () => this.startsQuery(1), ALT: () => this.SUBRULE(this.query) },
      { ALT: () => this.SUBRULE(this.expression), IGNORE_AMBIGUITIES: true },
    ]);
    this.CONSUME(t.RightParen);
  });

  readonly isTail = this.RULE('isTail', () => {
    this.CONSUME(k.IS);
    this.OPTION(() => this.CONSUME(k.NOT));
    this.OR([
      { ALT: () => this.CONSUME(k.NULL) },
      { ALT: () => this.CONSUME(k.TRUE) },
      { ALT: () => this.CONSUME(k.FALSE) },
      { ALT: () => this.CONSUME(k.UNKNOWN) },
      {
        ALT: () => {
          this.CONSUME(k.JSON);
          this.OPTION2(() =>
            this.OR2([
              { ALT: () => this.CONSUME(k.VALUE) },
              { ALT: () => this.CONSUME(k.OBJECT) },
              { ALT: () => this.CONSUME(k.ARRAY) },
              { ALT: () => this.CONSUME(k.SCALAR) },
            ]),
          );
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.DISTINCT);
          this.CONSUME(k.FROM);
          this.SUBRULE(this.operand);
        },
      },
    ]);
  });

  readonly matchTail = this.RULE('matchTail', () => {
    this.OPTION(() => this.CONSUME(k.NOT));
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.BETWEEN);
          this.OPTION2({
            GATE: () => !this.isNext(2, t.InfixOperator, t.Dot, t.LeftParen),
            DEF: () => this.CONSUME(k.SYMMETRIC),
          });
          this.SUBRULE(this.operand);
        },
      },
      {
        ALT: () => {
          this.OR2([
            { ALT: () => this.CONSUME(k.LIKE) },
            { ALT: () => this.CONSUME(k.ILIKE) },
            { ALT: () => this.CONSUME(k.RLIKE) },
            { ALT: () => this.CONSUME(k.REGEXP) },
            {
              ALT: () => {
                this.CONSUME(k.SIMILAR);
                this.CONSUME(k.TO);
              },
            },
          ]);
          this.SUBRULE2(this.operand);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.IN);
          this.OR3([
            {
              GATE: () => this.startsQuery(2),
              ALT: () => {
                this.CONSUME(t.LeftParen);
                this.SUBRULE(this.query);
                this.CONSUME(t.RightParen);
              },
            },
            {
              ALT: () => {
                this.CONSUME2(t.LeftParen);
                this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
                this.CONSUME2(t.RightParen);
              },
              IGNORE_AMBIGUITIES: true,
            },
            // The IN of POSITION(a IN b).
            { ALT: () => this.SUBRULE3(this.operand), IGNORE_AMBIGUITIES: true },
          ]);
        },
      },
    ]);
  });

  readonly operand = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.primary);
    this.MANY2(() => this.SUBRULE(this.postfix));
  });

  readonly postfix = this.RULE('postfix', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.DoubleColon);
          this.SUBRULE(this.type);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RightBracket);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Name);
        },
      },
    ]);
  });

  readonly primary = this.RULE('primary', () => {
    const opens = (): boolean => this.isNext(2, t.LeftParen);
    const string = (): boolean => this.isNext(2, t.StringToken);
    this.OR([
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.DurationToken) },
      { ALT: () => this.CONSUME(k.TRUE) },
      { ALT: () => this.CONSUME(k.FALSE) },
      { ALT: () => this.CONSUME(k.NULL) },
      { GATE: () => this.startsDateTime(), ALT: () => this.SUBRULE(this.dateTimeLiteral), IGNORE_AMBIGUITIES: true },
      {
        GATE: () =>
          string() ||
          (this.isNext(2, t.NumberToken, t.Plus, t.Minus) && this.isNext(1, k.INTERVAL) && this.startsInterval()),
        ALT: () => this.SUBRULE(this.intervalLiteral),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.caseExpression) },
      { ALT: () => this.SUBRULE(this.castCall), GATE: opens, IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.extractCall), GATE: opens, IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.substringCall), GATE: opens, IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.trimCall), GATE: opens, IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.overlayCall), GATE: opens, IGNORE_AMBIGUITIES: true },
      {
        ALT: () => {
          this.CONSUME(k.EXISTS);
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.query);
          this.CONSUME(t.RightParen);
        },
      },
      {
        GATE: () => this.isNext(2, t.LeftBracket),
        ALT: () => this.SUBRULE(this.collectionConstructor),
        IGNORE_AMBIGUITIES: true,
      },
      { GATE: opens, ALT: () => this.SUBRULE(this.rowConstructor), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.currentTime) },
      { GATE: opens, ALT: () => this.SUBRULE(this.functionCall), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.columnReference), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.parenthesised) },
    ]);
  });

  /** `DATE '…'`, `TIMESTAMP WITH TIME ZONE '…'`. */
  private startsDateTime(): boolean {
    return this.isNext(2, t.StringToken) || (this.isNext(2, k.WITH, k.WITHOUT) && this.isNext(5, t.StringToken));
  }

  readonly caseExpression = this.RULE('caseExpression', () => {
    this.CONSUME(k.CASE);
    this.OPTION(() => this.SUBRULE(this.expression));
    this.AT_LEAST_ONE(() => this.SUBRULE(this.caseBranch));
    this.OPTION2(() => {
      this.CONSUME(k.ELSE);
      this.SUBRULE2(this.expression);
    });
    this.CONSUME(k.END);
  });

  readonly caseBranch = this.RULE('caseBranch', () => {
    this.CONSUME(k.WHEN);
    this.SUBRULE(this.expression);
    this.CONSUME(k.THEN);
    this.SUBRULE2(this.expression);
  });

  readonly parenthesised = this.RULE('parenthesised', () => {
    this.CONSUME(t.LeftParen);
    this.OR([
      { GATE: () => this.startsQuery(1), ALT: () => this.SUBRULE(this.query) },
      {
        ALT: () => {
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
    this.CONSUME(t.RightParen);
  });

  readonly columnReference = this.RULE('columnReference', () => {
    this.CONSUME(t.Name);
    this.MANY({
      GATE: () => this.isNext(2, t.Name),
      DEF: () => {
        this.CONSUME(t.Dot);
        this.CONSUME2(t.Name);
      },
    });
    this.OPTION({
      GATE: () => this.isNext(2, t.Asterisk),
      DEF: () => {
        this.CONSUME2(t.Dot);
        this.CONSUME(t.Asterisk);
      },
    });
  });
}
