/** Reads whose answer breaks off are asked for again: the SDK gives up at once when the connection goes in a body. */
import { isBrokenOff, treeError } from './failures.js';

const ATTEMPTS_MAX = 4;
const DELAY_MS = 200;

export async function download(action: () => Promise<Uint8Array>, path: string): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!isBrokenOff(error) || attempt === ATTEMPTS_MAX) throw treeError(error, 'read', path);
      await new Promise((resolve) => setTimeout(resolve, DELAY_MS * 2 ** (attempt - 1)));
    }
  }
}
