/** The server's own time: leases, ETags and dates go by it. A test moves it forward instead of waiting. */

const TICKS_PER_MS = 10_000n;
/** Ticks are 100 ns since the year 1, as in .NET: the ETags of the service are such ticks in hexadecimal. */
const TICKS_AT_1970 = 621_355_968_000_000_000n;
/** 1601-01-01, from where `creationTime` counts. */
const TICKS_AT_1601 = 504_911_232_000_000_000n;

export class ServerClock {
  #offset_ms = 0;
  #lastTicks = 0n;

  now_ms(): number {
    return Date.now() + this.#offset_ms;
  }

  /** The time clients have: signed dates are compared with it, whatever the server's clock was moved to. */
  wall_ms(): number {
    return Date.now();
  }

  advance(duration_ms: number): void {
    this.#offset_ms += duration_ms;
  }

  /** A moment no earlier call has returned, so that no two writes share an ETag. */
  ticks(): bigint {
    const now = BigInt(Math.floor(this.now_ms())) * TICKS_PER_MS + TICKS_AT_1970;
    this.#lastTicks = now > this.#lastTicks ? now : this.#lastTicks + 1n;
    return this.#lastTicks;
  }
}

/** Without quotes, as lists show it. */
export function etagOfTicks(ticks: bigint): string {
  return `0x${ticks.toString(16).toUpperCase()}`;
}

export function millisecondsOfTicks(ticks: bigint): number {
  return Number((ticks - TICKS_AT_1970) / TICKS_PER_MS);
}

export function fileTimeOfTicks(ticks: bigint): string {
  return (ticks - TICKS_AT_1601).toString();
}

/** RFC 1123: whole seconds. */
export function httpDate(time_ms: number): string {
  return new Date(time_ms).toUTCString();
}

/** `2026-01-31T10:20:30.1234567Z`: seven decimals, as in the error messages of the service. */
export function isoTicks(time_ms: number): string {
  return new Date(time_ms).toISOString().replace('Z', '0000Z');
}
