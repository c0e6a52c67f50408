import { describe, expect, it } from 'vitest';
import { PoisonBreaker } from '../../../runtime/driver/poison.js';

const LIMITS = { errors_max: 10, share_max: 0.05, window_us: 60_000_000n };

describe('the breaker for bad records', () => {
  it('opens when both limits are exceeded within the window', () => {
    const breaker = new PoisonBreaker(LIMITS);
    breaker.check('s', 0n, 10, 20);
    expect(() => {
      breaker.check('s', 1n, 1, 1);
    }).toThrow('ESQL8205');
  });

  it('stays closed for many bad records among very many, and for few', () => {
    const breaker = new PoisonBreaker(LIMITS);
    breaker.check('s', 0n, 100, 2000);
    breaker.check('t', 0n, 10, 10);
  });

  it('forgets what is older than the window, and counts sources apart', () => {
    const breaker = new PoisonBreaker(LIMITS);
    breaker.check('s', 0n, 10, 10);
    breaker.check('t', 1n, 10, 10);
    breaker.check('s', 60_000_000n, 10, 10);
  });
});
