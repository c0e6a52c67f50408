/** Results of the engine as tokens on the wire. The last DONE waits until it is known to be the last. */
import { type ScopeColumn } from './engine/bind.js';
import { type SqlError } from './engine/errors.js';
import { type Command, type DoneKind, type Sink } from './engine/sink.js';
import { type SqlType, type SqlValue } from './engine/sql-type.js';
import { type Values } from './engine/storage.js';
import { PACKET, type PacketWriter } from './packet.js';
import * as tokens from './tokens.js';
import { DONE, type Signature } from './tokens.js';

interface PendingDone {
  readonly kind: DoneKind;
  readonly status: number;
  readonly count: bigint;
  readonly command: Command;
}

export class Response implements Sink {
  readonly #writer: PacketWriter;
  readonly #signature: Signature;
  readonly #hasBitmaps: boolean;
  #columns: readonly ScopeColumn[] = [];
  #pending: PendingDone | null = null;

  constructor(writer: PacketWriter, signature: Signature, hasBitmaps: boolean) {
    this.#writer = writer;
    this.#signature = signature;
    this.#hasBitmaps = hasBitmaps;
  }

  /** A token that isn't the last. */
  token(bytes: Buffer): void {
    this.#flush(DONE.more);
    this.#writer.append(PACKET.response, bytes);
  }

  #flush(more: number): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    const { kind, status, count, command } = pending;
    this.#writer.append(PACKET.response, tokens.doneToken(kind, status | more, command, count, this.#signature));
  }

  columns(columns: readonly ScopeColumn[]): void {
    this.#columns = columns;
    this.token(tokens.columnsToken(columns, this.#signature));
  }

  row(values: Values): void {
    this.token(tokens.rowToken(this.#columns, values, this.#hasBitmaps));
  }

  message(error: SqlError): void {
    this.token(tokens.messageToken(error, this.#signature));
  }

  done(kind: DoneKind, count: bigint | null, isError: boolean, command: Command = 'other'): void {
    this.#flush(DONE.more);
    const status = (count === null ? 0 : DONE.count) | (isError ? DONE.error : 0);
    this.#pending = { kind, status, count: count ?? 0n, command };
  }

  returnStatus(status: bigint): void {
    this.token(tokens.returnStatusToken(Number(status)));
  }

  returnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): void {
    this.token(tokens.returnValueToken(ordinal, name, type, value, this.#signature));
  }

  transaction(kind: 'begin' | 'commit' | 'rollback', descriptor: bigint): void {
    this.token(tokens.transactionChange(kind, descriptor));
  }

  /** Ends the message. */
  end(): void {
    this.#pending ??= { kind: 'statement', status: DONE.final, count: 0n, command: 'other' };
    this.#flush(DONE.final);
    this.#writer.end(PACKET.response);
  }

  /** Ends a message that was cut short, and acknowledges the cancellation in one of its own. */
  endCancelled(): void {
    this.done('statement', null, true);
    this.end();
    this.acknowledge();
  }

  /** The answer to an attention that came when nothing was running. */
  acknowledge(): void {
    this.#pending = { kind: 'statement', status: DONE.attention, count: 0n, command: 'other' };
    this.end();
  }
}
