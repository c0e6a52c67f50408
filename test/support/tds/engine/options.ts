/** SET: options of the session. Those that change nothing here are accepted; words that are none are not. */
import { type Isolation } from './access.js';
import { SqlError } from './errors.js';
import { type Session } from './session.js';

const WITHOUT_EFFECT = new Set(
  (
    'ANSI_NULLS ANSI_NULL_DFLT_ON ANSI_NULL_DFLT_OFF ANSI_PADDING ANSI_WARNINGS ANSI_DEFAULTS ARITHABORT ARITHIGNORE ' +
    'CONCAT_NULL_YIELDS_NULL CURSOR_CLOSE_ON_COMMIT QUOTED_IDENTIFIER NUMERIC_ROUNDABORT TEXTSIZE DATEFORMAT DATEFIRST ' +
    'LANGUAGE ROWCOUNT DEADLOCK_PRIORITY CONTEXT_INFO NOEXEC PARSEONLY STATISTICS IO TIME SHOWPLAN_ALL QUERY_GOVERNOR_COST_LIMIT'
  ).split(' '),
);

const ISOLATIONS: readonly Isolation[] = [
  'READ UNCOMMITTED',
  'READ COMMITTED',
  'REPEATABLE READ',
  'SERIALIZABLE',
  'SNAPSHOT',
];

/** Throws SqlError 195. */
export function setOption(session: Session, names: readonly string[], value: string): void {
  const { options } = session;
  const isOn = value === 'ON';
  const [first] = names;
  if (first === 'IDENTITY_INSERT') {
    const parts = names[1]!.toLowerCase().split('.');
    options.identityInsert = isOn ? (parts.length > 1 ? parts.slice(-2).join('.') : `dbo.${parts[0]!}`) : '';
    return;
  }
  for (const name of names) {
    switch (name) {
      case 'XACT_ABORT':
        options.xactAbort = isOn;
        break;
      case 'NOCOUNT':
        options.noCount = isOn;
        break;
      case 'IMPLICIT_TRANSACTIONS':
        options.implicitTransactions = isOn;
        break;
      case 'FMTONLY':
        options.onlyShapes = isOn;
        break;
      case 'LOCK_TIMEOUT':
        options.lockTimeout_ms = Number(value);
        break;
      case 'ISOLATION':
        options.isolation = ISOLATIONS.find((isolation) => isolation === value) ?? 'READ COMMITTED';
        break;
      default:
        if (!WITHOUT_EFFECT.has(name)) throw new SqlError(195, `'${name}' is not a recognized SET option.`, 15, 5);
    }
  }
}
