/** Records that end with a line feed: JSON lines and RAW. */
import type { Framing } from './format.js';

export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;

export const newlineFraming: Framing = {
  lastRecordEnd(bytes, start, end) {
    const at = bytes.subarray(start, end).lastIndexOf(LINE_FEED);
    return start + at + 1;
  },
};
