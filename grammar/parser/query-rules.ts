/** Grammar rules of queries. */
import * as t from '../tokens.js';
import { ExpressionRules } from './expression-rules.js';

const k = t.keyword;

export abstract class QueryRules extends ExpressionRules {
  readonly query = this.RULE('query', () => {
    this.OPTION(() => {
      this.CONSUME(k.WITH);
      this.OPTION2({
        GATE: () => this.isNext(2, t.Name),
        DEF: () => this.CONSUME(k.RECURSIVE),
      });
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.commonTable) });
    });
    this.SUBRULE(this.queryTerm);
    this.MANY(() => this.SUBRULE(this.setTail));
    this.OPTION3(() => this.SUBRULE(this.orderBy));
    this.MANY2(() => this.SUBRULE(this.rowLimit));
    this.OPTION4(() => this.SUBRULE(this.emitClause));
  });

  readonly commonTable = this.RULE('commonTable', () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.nameList));
    this.CONSUME(k.AS);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.query);
    this.CONSUME(t.RightParen);
  });

  /** `(a, b)` */
  readonly nameList = this.RULE('nameList', () => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Name) });
    this.CONSUME(t.RightParen);
  });

  readonly queryTerm = this.RULE('queryTerm', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.select) },
      {
        ALT: () => {
          this.CONSUME(k.VALUES);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.valuesRow) });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.query);
          this.CONSUME(t.RightParen);
        },
      },
    ]);
  });

  readonly valuesRow = this.RULE('valuesRow', () => {
    this.OPTION(() => this.CONSUME(k.ROW));
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightParen);
  });

  readonly setTail = this.RULE('setTail', () => {
    this.OR([
      { ALT: () => this.CONSUME(k.UNION) },
      { ALT: () => this.CONSUME(k.INTERSECT) },
      { ALT: () => this.CONSUME(k.EXCEPT) },
    ]);
    this.OPTION(() => this.OR2([{ ALT: () => this.CONSUME(k.ALL) }, { ALT: () => this.CONSUME(k.DISTINCT) }]));
    this.SUBRULE(this.queryTerm);
  });

  readonly rowLimit = this.RULE('rowLimit', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.LIMIT);
          this.OR2([{ ALT: () => this.CONSUME(k.ALL) }, { ALT: () => this.SUBRULE(this.expression) }]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.OFFSET);
          this.SUBRULE2(this.expression);
          this.OPTION(() => this.OR3([{ ALT: () => this.CONSUME(k.ROW) }, { ALT: () => this.CONSUME(k.ROWS) }]));
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.FETCH);
          this.OR4([{ ALT: () => this.CONSUME(k.FIRST) }, { ALT: () => this.CONSUME(k.NEXT) }]);
          this.OPTION2({ GATE: () => !this.isNext(1, k.ROW, k.ROWS), DEF: () => this.SUBRULE3(this.expression) });
          this.OR5([{ ALT: () => this.CONSUME2(k.ROW) }, { ALT: () => this.CONSUME2(k.ROWS) }]);
          this.OR6([
            { ALT: () => this.CONSUME(k.ONLY) },
            {
              ALT: () => {
                this.CONSUME(k.WITH);
                this.CONSUME(k.TIES);
              },
            },
          ]);
        },
      },
    ]);
  });

  readonly emitClause = this.RULE('emitClause', () => {
    this.CONSUME(k.EMIT);
    this.OR({
      MAX_LOOKAHEAD: 2,
      DEF: [
        { ALT: () => this.CONSUME(k.CHANGES) },
        {
          ALT: () => {
            this.OR2([
              { ALT: () => this.CONSUME(k.FINAL) },
              {
                ALT: () => {
                  this.CONSUME(k.ON);
                  this.CONSUME(k.WINDOW);
                  this.CONSUME(k.CLOSE);
                },
              },
              {
                ALT: () => {
                  this.CONSUME(k.AFTER);
                  this.CONSUME(k.WATERMARK);
                },
              },
            ]);
            this.OPTION(() => {
              this.CONSUME(k.TIMEOUT);
              this.SUBRULE(this.duration);
            });
          },
        },
        {
          ALT: () => {
            this.CONSUME2(k.ON);
            this.CONSUME(k.UPDATE);
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.EVERY);
            this.SUBRULE2(this.duration);
          },
        },
      ],
    });
  });

  /** A number or a string is taken too, so that the message can say what a duration looks like. */
  readonly duration = this.RULE('duration', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.DurationToken) },
      { ALT: () => this.SUBRULE(this.intervalLiteral) },
      { ALT: () => this.CONSUME(t.StringToken) },
      {
        ALT: () => {
          this.CONSUME(t.NumberToken);
          this.OPTION({ GATE: () => this.isUnitWord(), DEF: () => this.CONSUME(t.Identifier) });
        },
      },
    ]);
  });

  /** The `s` of `30 s`. */
  private isUnitWord(): boolean {
    return /^(?:us|ms|s|m|h|d|sec|seconds?|min|minutes?|hours?|days?)$/iu.test(this.LA(1).image);
  }

  readonly select = this.RULE('select', () => {
    this.CONSUME(k.SELECT);
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(k.DISTINCT) }, { ALT: () => this.CONSUME(k.ALL) }]));
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.selectItem) });
    // Azure Stream Analytics writes the sink before FROM.
    this.OPTION2({
      GATE: () => this.isNext(3, k.FROM),
      DEF: () => {
        this.CONSUME(k.INTO);
        this.CONSUME(t.Name);
      },
    });
    this.OPTION3(() => {
      this.CONSUME(k.FROM);
      this.AT_LEAST_ONE_SEP2({ SEP: t.Comma, DEF: () => this.SUBRULE(this.tableExpression) });
    });
    this.OPTION4(() => this.SUBRULE(this.whereClause));
    this.OPTION5(() => this.SUBRULE(this.groupByClause));
    this.OPTION6(() => this.SUBRULE(this.havingClause));
    this.OPTION7(() => {
      this.CONSUME(k.WINDOW);
      this.AT_LEAST_ONE_SEP3({ SEP: t.Comma, DEF: () => this.SUBRULE(this.namedWindow) });
    });
    this.OPTION8(() => this.SUBRULE(this.qualifyClause));
  });

  readonly whereClause = this.RULE('whereClause', () => {
    this.CONSUME(k.WHERE);
    this.SUBRULE(this.expression);
  });

  readonly havingClause = this.RULE('havingClause', () => {
    this.CONSUME(k.HAVING);
    this.SUBRULE(this.expression);
  });

  readonly qualifyClause = this.RULE('qualifyClause', () => {
    this.CONSUME(k.QUALIFY);
    this.SUBRULE(this.expression);
  });

  readonly groupByClause = this.RULE('groupByClause', () => {
    this.CONSUME(k.GROUP);
    this.CONSUME(k.BY);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.groupingElement) });
  });

  readonly selectItem = this.RULE('selectItem', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Asterisk) },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION(() => {
            this.OR2([
              {
                ALT: () => {
                  this.CONSUME(k.AS);
                  this.CONSUME(t.AnyWord);
                },
              },
              { ALT: () => this.CONSUME(t.BareAlias) },
            ]);
          });
        },
      },
    ]);
  });

  readonly groupingElement = this.RULE('groupingElement', () => {
    this.OR([
      {
        GATE: () => this.isNext(2, k.SETS),
        ALT: () => {
          this.CONSUME(k.GROUPING);
          this.CONSUME(k.SETS);
          this.SUBRULE(this.groupingList);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.isNext(2, t.LeftParen),
        ALT: () => {
          this.OR2([{ ALT: () => this.CONSUME(k.ROLLUP) }, { ALT: () => this.CONSUME(k.CUBE) }]);
          this.SUBRULE2(this.groupingList);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.isNext(2, t.RightParen),
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.CONSUME(t.RightParen);
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.expression), IGNORE_AMBIGUITIES: true },
    ]);
  });

  readonly groupingList = this.RULE('groupingList', () => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.groupingElement) });
    this.CONSUME(t.RightParen);
  });

  readonly namedWindow = this.RULE('namedWindow', () => {
    this.CONSUME(t.Name);
    this.CONSUME(k.AS);
    this.SUBRULE(this.windowSpecification);
  });

  readonly tableExpression = this.RULE('tableExpression', () => {
    this.SUBRULE(this.tablePrimary);
    this.MANY(() => this.SUBRULE(this.joinTail));
  });

  readonly joinTail = this.RULE('joinTail', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.CROSS);
          this.CONSUME(k.JOIN);
          this.SUBRULE(this.tablePrimary);
        },
      },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(k.ASOF));
          this.OPTION2(() => {
            this.OR2([
              { ALT: () => this.CONSUME(k.INNER) },
              {
                ALT: () => {
                  this.OR3([
                    { ALT: () => this.CONSUME(k.LEFT) },
                    { ALT: () => this.CONSUME(k.RIGHT) },
                    { ALT: () => this.CONSUME(k.FULL) },
                  ]);
                  this.OPTION3(() => this.CONSUME(k.OUTER));
                },
              },
            ]);
          });
          this.CONSUME2(k.JOIN);
          this.SUBRULE2(this.tablePrimary);
          this.OR4([
            {
              ALT: () => {
                this.CONSUME(k.ON);
                this.SUBRULE(this.expression);
              },
            },
            {
              ALT: () => {
                this.CONSUME(k.USING);
                this.SUBRULE(this.nameList);
              },
            },
          ]);
        },
      },
    ]);
  });

  readonly tablePrimary = this.RULE('tablePrimary', () => {
    this.OPTION(() => this.CONSUME(k.LATERAL));
    this.OR([
      { GATE: () => this.startsQuery(2), ALT: () => this.SUBRULE(this.derivedTable) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.tableExpression);
          this.CONSUME(t.RightParen);
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.wrappedTableFunction) },
      {
        GATE: () => this.isNext(2, t.LeftParen),
        ALT: () => this.SUBRULE(this.tableFunction),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.tableName), IGNORE_AMBIGUITIES: true },
    ]);
    this.OPTION2({
      GATE: () => this.isNext(2, k.ORDINALITY),
      DEF: () => {
        this.CONSUME(k.WITH);
        this.CONSUME(k.ORDINALITY);
      },
    });
    this.OPTION3(() => this.SUBRULE(this.tableAlias));
    this.OPTION4(() => this.SUBRULE(this.asOfClause));
    this.OPTION5(() => this.SUBRULE2(this.tableAlias));
  });

  readonly derivedTable = this.RULE('derivedTable', () => {
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.query);
    this.CONSUME(t.RightParen);
  });

  /** A dot is taken so that the message can say that these names have none. */
  readonly tableName = this.RULE('tableName', () => {
    this.CONSUME(t.Name);
    this.MANY(() => {
      this.CONSUME(t.Dot);
      this.CONSUME2(t.Name);
    });
  });

  readonly tableAlias = this.RULE('tableAlias', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.AS);
          this.CONSUME(t.Name);
        },
      },
      { ALT: () => this.CONSUME(t.BareAlias) },
    ]);
    this.OPTION(() => this.SUBRULE(this.nameList));
  });

  readonly asOfClause = this.RULE('asOfClause', () => {
    this.CONSUME(k.FOR);
    this.CONSUME(k.SYSTEM_TIME);
    this.CONSUME(k.AS);
    this.CONSUME(k.OF);
    this.SUBRULE(this.expression);
  });

  /** `TABLE(TUMBLE(…))`, the standard's way to call a function in FROM. */
  readonly wrappedTableFunction = this.RULE('wrappedTableFunction', () => {
    this.CONSUME(k.TABLE);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.tableFunction);
    this.CONSUME(t.RightParen);
  });

  readonly tableFunction = this.RULE('tableFunction', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.tableArgument) });
    this.CONSUME(t.RightParen);
  });

  readonly tableArgument = this.RULE('tableArgument', () => {
    this.OPTION({
      GATE: () => this.isNext(2, t.NamedArrow),
      DEF: () => {
        this.CONSUME(t.AnyWord);
        this.CONSUME(t.NamedArrow);
      },
    });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.TABLE);
          this.CONSUME(t.Name);
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
    this.OPTION2(() => {
      this.CONSUME(k.PARTITION);
      this.CONSUME(k.BY);
      this.SUBRULE2(this.expression);
    });
  });
}
