/** A resolved secret. Whoever prints, serialises or inspects it gets `***`; only `reveal` gives the value. */
export class Secret {
  readonly #value: string;
  /** The name in `secret('NAME')`, which may be shown. */
  readonly name: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  /** The value, for the call that authenticates and nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  // The symbol is registered globally, so that this file needs nothing of Node.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK;
  }
}

const MASK = '***';

/** `text` without the values of `secrets`, for messages that foreign code wrote. */
export function redactSecrets(text: string, secrets: readonly Secret[]): string {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value !== '');
  // The longest first: a secret that is part of another must not leave the rest of it.
  values.sort((a, b) => b.length - a.length);
  return values.reduce((redacted, value) => redacted.replaceAll(value, MASK), text);
}
