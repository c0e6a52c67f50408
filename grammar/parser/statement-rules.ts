/** Grammar rules of statements and their clauses. */
import * as t from '../tokens.js';
import { QueryRules } from './query-rules.js';

const k = t.keyword;

export abstract class StatementRules extends QueryRules {
  /** One statement without its semicolon. */
  readonly statement = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.createStatement) },
      {
        ALT: () => {
          this.CONSUME(k.ASSERT);
          this.CONSUME(k.DELIVERY);
          this.CONSUME(k.EXACTLY);
          this.CONSUME(k.ONCE);
          this.OPTION(() => {
            this.CONSUME(k.ON);
            this.CONSUME(t.Name);
          });
        },
      },
      { ALT: () => this.SUBRULE(this.explainStatement) },
      { ALT: () => this.SUBRULE(this.showStatement) },
      {
        ALT: () => {
          this.CONSUME(k.DESCRIBE);
          this.CONSUME2(t.Name);
        },
      },
      { ALT: () => this.SUBRULE(this.dropStatement) },
      {
        ALT: () => {
          this.CONSUME(k.SET);
          this.SUBRULE(this.optionPair);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.INCLUDE);
          this.CONSUME(t.StringToken);
        },
      },
      { ALT: () => this.SUBRULE(this.query) },
    ]);
  });

  readonly createStatement = this.RULE('createStatement', () => {
    this.CONSUME(k.CREATE);
    this.OR([
      { ALT: () => this.SUBRULE(this.createRelation) },
      { ALT: () => this.SUBRULE(this.createView) },
      { ALT: () => this.SUBRULE(this.createFunction) },
      { ALT: () => this.SUBRULE(this.createStream) },
    ]);
  });

  readonly createRelation = this.RULE('createRelation', () => {
    this.OR([
      { ALT: () => this.CONSUME(k.SOURCE) },
      { ALT: () => this.CONSUME(k.SINK) },
      { ALT: () => this.CONSUME(k.TABLE) },
    ]);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.tableElement) });
      this.CONSUME(t.RightParen);
    });
    this.OPTION2(() => {
      this.CONSUME(k.WITH);
      this.SUBRULE(this.optionList);
    });
    this.MANY(() => this.SUBRULE(this.relationClause));
  });

  readonly optionList = this.RULE('optionList', () => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.optionPair) });
    this.CONSUME(t.RightParen);
  });

  readonly relationClause = this.RULE('relationClause', () => {
    this.OR({
      MAX_LOOKAHEAD: 2,
      DEF: [
        { ALT: () => this.SUBRULE(this.formatClause) },
        {
          ALT: () => {
            this.CONSUME(k.ON);
            this.CONSUME(k.ERROR);
            this.OR2([
              { ALT: () => this.CONSUME(k.FAIL) },
              { ALT: () => this.CONSUME(k.SKIP) },
              {
                ALT: () => {
                  this.CONSUME(k.INTO);
                  this.CONSUME(t.Name);
                },
              },
            ]);
          },
        },
        {
          ALT: () => {
            this.CONSUME2(k.ON);
            this.CONSUME(k.LATE);
            this.OR3([
              { ALT: () => this.CONSUME(k.DROP) },
              {
                ALT: () => {
                  this.CONSUME2(k.INTO);
                  this.CONSUME2(t.Name);
                },
              },
            ]);
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.IDLE);
            this.CONSUME(k.AFTER);
            this.SUBRULE(this.duration);
          },
        },
      ],
    });
  });

  readonly formatClause = this.RULE('formatClause', () => {
    this.CONSUME(k.FORMAT);
    this.CONSUME(t.Name);
    this.MANY({
      GATE: () => !(this.isNext(1, k.IDLE) && this.isNext(2, k.AFTER)),
      DEF: () => this.CONSUME(t.BareAlias),
    });
    this.OPTION(() => this.SUBRULE(this.optionList));
  });

  readonly tableElement = this.RULE('tableElement', () => {
    this.OR([
      {
        GATE: () => this.isNext(2, k.FOR),
        ALT: () => {
          this.CONSUME(k.WATERMARK);
          this.CONSUME(k.FOR);
          this.CONSUME(t.Name);
          this.CONSUME(k.AS);
          this.SUBRULE(this.expression);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.isNext(2, k.KEY),
        ALT: () => {
          this.CONSUME(k.PRIMARY);
          this.CONSUME(k.KEY);
          this.SUBRULE(this.nameList);
          this.OPTION(() => {
            this.CONSUME(k.NOT);
            this.CONSUME(k.ENFORCED);
          });
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.columnDefinition), IGNORE_AMBIGUITIES: true },
    ]);
  });

  readonly columnDefinition = this.RULE('columnDefinition', () => {
    this.CONSUME(t.Name);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.AS);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.type);
          this.MANY(() => this.SUBRULE(this.columnConstraint));
        },
      },
    ]);
  });

  readonly columnConstraint = this.RULE('columnConstraint', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.NOT);
          this.CONSUME(k.NULL);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.METADATA);
          this.OPTION(() => {
            this.CONSUME(k.FROM);
            this.CONSUME(t.StringToken);
          });
          this.OPTION2(() => this.CONSUME(k.VIRTUAL));
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.GENERATED);
          this.CONSUME(k.ALWAYS);
          this.CONSUME(k.AS);
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RightParen);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.PRIMARY);
          this.CONSUME(k.KEY);
          this.OPTION3({
            GATE: () => this.isNext(2, k.ENFORCED),
            DEF: () => {
              this.CONSUME2(k.NOT);
              this.CONSUME(k.ENFORCED);
            },
          });
        },
      },
    ]);
  });

  readonly optionPair = this.RULE('optionPair', () => {
    this.SUBRULE(this.optionKey);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.optionValue);
  });

  readonly optionKey = this.RULE('optionKey', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.StringToken) },
      {
        ALT: () => {
          this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.CONSUME(t.AnyWord) });
        },
      },
    ]);
  });

  readonly optionValue = this.RULE('optionValue', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.StringToken) },
      {
        ALT: () => {
          this.OPTION(() => this.OR2([{ ALT: () => this.CONSUME(t.Minus) }, { ALT: () => this.CONSUME(t.Plus) }]));
          this.CONSUME(t.NumberToken);
        },
      },
      { ALT: () => this.CONSUME(t.DurationToken) },
      { ALT: () => this.CONSUME(t.SizeToken) },
      {
        GATE: () => this.isNext(2, t.StringToken) || (this.isNext(2, t.NumberToken) && this.startsInterval()),
        ALT: () => this.SUBRULE(this.intervalLiteral),
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.isNext(2, t.LeftParen),
        ALT: () => this.SUBRULE(this.optionReference),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.CONSUME(t.AnyWord), IGNORE_AMBIGUITIES: true },
    ]);
  });

  /** `env('NAME', default)` or `secret('NAME')`. */
  readonly optionReference = this.RULE('optionReference', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftParen);
    this.CONSUME(t.StringToken);
    this.OPTION(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE(this.optionValue);
    });
    this.CONSUME(t.RightParen);
  });

  readonly createView = this.RULE('createView', () => {
    this.CONSUME(k.VIEW);
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.nameList));
    this.CONSUME(k.AS);
    this.SUBRULE(this.query);
  });

  readonly createFunction = this.RULE('createFunction', () => {
    this.CONSUME(k.FUNCTION);
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.functionParameter) });
    this.CONSUME(t.RightParen);
    this.CONSUME(k.RETURNS);
    this.SUBRULE(this.type);
    this.CONSUME(k.FROM);
    this.CONSUME(t.StringToken);
    this.OPTION(() => {
      this.CONSUME(k.EXPORT);
      this.CONSUME2(t.StringToken);
    });
    this.OPTION2(() => this.CONSUME(k.DETERMINISTIC));
  });

  readonly functionParameter = this.RULE('functionParameter', () => {
    this.CONSUME(t.Name);
    this.SUBRULE(this.type);
  });

  readonly createStream = this.RULE('createStream', () => {
    this.CONSUME(k.STREAM);
    this.CONSUME(t.Name);
    this.CONSUME(k.AS);
    this.SUBRULE(this.query);
    this.OPTION(() => this.SUBRULE(this.streamSettings));
    this.MANY(() => this.SUBRULE(this.intoClause));
  });

  readonly streamSettings = this.RULE('streamSettings', () => {
    this.CONSUME(k.WITH);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.streamSetting) });
  });

  readonly streamSetting = this.RULE('streamSetting', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.CHECKPOINT);
          this.SUBRULE(this.duration);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.BATCH);
          this.SUBRULE2(this.duration);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.WAL);
          this.OR2([
            { ALT: () => this.CONSUME(k.AUTO) },
            { ALT: () => this.CONSUME(k.FULL) },
            { ALT: () => this.CONSUME(k.OFFSETS) },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.STATE);
          this.CONSUME(k.TTL);
          this.SUBRULE3(this.duration);
        },
      },
    ]);
  });

  readonly intoClause = this.RULE('intoClause', () => {
    this.CONSUME(k.INTO);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(k.KEY);
      this.OR([
        { ALT: () => this.SUBRULE(this.nameList) },
        {
          ALT: () => {
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Name) });
          },
        },
      ]);
    });
    this.OPTION2(() => {
      this.CONSUME(k.ON);
      this.CONSUME(k.CONFLICT);
      this.OR2([{ ALT: () => this.CONSUME(k.UPDATE) }, { ALT: () => this.CONSUME(k.IGNORE) }]);
    });
  });

  readonly explainStatement = this.RULE('explainStatement', () => {
    this.CONSUME(k.EXPLAIN);
    this.OPTION({
      // A stream may be called `state`: the word is a topic only if something follows it.
      GATE: () => this.isNext(2, t.AnyWord, t.LeftParen),
      DEF: () =>
        this.OR([
          { ALT: () => this.CONSUME(k.PLAN) },
          { ALT: () => this.CONSUME(k.STATE) },
          { ALT: () => this.CONSUME(k.DELIVERY) },
          { ALT: () => this.CONSUME(k.JSON) },
          { ALT: () => this.CONSUME(k.DOT) },
        ]),
    });
    this.OR2([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.SUBRULE(this.query) }]);
  });

  readonly showStatement = this.RULE('showStatement', () => {
    this.CONSUME(k.SHOW);
    this.OR([
      { ALT: () => this.CONSUME(k.SOURCES) },
      { ALT: () => this.CONSUME(k.SINKS) },
      { ALT: () => this.CONSUME(k.STREAMS) },
      { ALT: () => this.CONSUME(k.TABLES) },
      { ALT: () => this.CONSUME(k.VIEWS) },
      { ALT: () => this.CONSUME(k.FUNCTIONS) },
    ]);
  });

  readonly dropStatement = this.RULE('dropStatement', () => {
    this.CONSUME(k.DROP);
    this.OR([
      { ALT: () => this.CONSUME(k.SOURCE) },
      { ALT: () => this.CONSUME(k.SINK) },
      { ALT: () => this.CONSUME(k.STREAM) },
      { ALT: () => this.CONSUME(k.TABLE) },
      { ALT: () => this.CONSUME(k.VIEW) },
      { ALT: () => this.CONSUME(k.FUNCTION) },
    ]);
    this.OPTION({
      GATE: () => this.isNext(2, k.EXISTS),
      DEF: () => {
        this.CONSUME(k.IF);
        this.CONSUME(k.EXISTS);
      },
    });
    this.CONSUME(t.Name);
  });
}
