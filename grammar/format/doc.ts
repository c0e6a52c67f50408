/**
 * Laying out text within a width: a small version of Wadler's "A prettier printer" (2003).
 *
 * A group is printed on one line if it fits and holds nothing that forces a break; otherwise each of its own lines
 * breaks. Text that must end its line (a comment) waits in a suffix until the next line break.
 */
export type Doc =
  | string
  | { readonly type: 'concat'; readonly parts: readonly Doc[]; readonly breaks: boolean }
  | { readonly type: 'indent'; readonly content: Doc; readonly breaks: boolean }
  | { readonly type: 'group'; readonly content: Doc; readonly breaks: boolean }
  /** A line break, or `flat` where its group fits on one line. */
  | { readonly type: 'line'; readonly flat: string; readonly breaks: boolean }
  | { readonly type: 'suffix'; readonly text: string; readonly breaks: boolean };

/** A blank or a line break. */
export const line: Doc = { type: 'line', flat: ' ', breaks: false };
/** Nothing or a line break. */
export const softline: Doc = { type: 'line', flat: '', breaks: false };
/** Always a line break; every group around it breaks too. */
export const hardline: Doc = { type: 'line', flat: '', breaks: true };

function breaks(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.breaks;
}

export function concat(...parts: readonly Doc[]): Doc {
  return { type: 'concat', parts, breaks: parts.some(breaks) };
}

export function indent(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { type: 'indent', content, breaks: breaks(content) };
}

export function group(...parts: readonly Doc[]): Doc {
  const content = concat(...parts);
  return { type: 'group', content, breaks: breaks(content) };
}

/** Printed at the end of the line; the groups around it break so that the line ends there. */
export function suffix(text: string): Doc {
  return { type: 'suffix', text, breaks: true };
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return concat(...docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc])));
}

interface Command {
  readonly indent: number;
  readonly flat: boolean;
  readonly doc: Doc;
}

const INDENT_WIDTH = 2;

export function layout(root: Doc, width: number): string {
  const lines: string[] = [];
  let current = '';
  let suffixes = '';
  const pending: Command[] = [{ indent: 0, flat: false, doc: root }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { doc, flat } = next;
    if (typeof doc === 'string') current += doc;
    else if (doc.type === 'concat') push(pending, next, doc.parts);
    else if (doc.type === 'indent') pending.push({ ...next, indent: next.indent + INDENT_WIDTH, doc: doc.content });
    else if (doc.type === 'group') {
      const fits = flat || (!doc.breaks && fitsWithin(width - current.length, doc.content, pending));
      pending.push({ ...next, flat: fits, doc: doc.content });
    } else if (doc.type === 'suffix') suffixes += doc.text;
    else if (flat && !doc.breaks) current += doc.flat;
    else {
      lines.push(`${current.trimEnd()}${suffixes}`);
      suffixes = '';
      current = ' '.repeat(next.indent);
    }
  }
  lines.push(`${current.trimEnd()}${suffixes}`);
  return lines.join('\n');
}

function push(pending: Command[], command: Command, parts: readonly Doc[]): void {
  for (let i = parts.length - 1; i >= 0; i -= 1) {
    const doc = parts[i];
    if (doc !== undefined) pending.push({ ...command, doc });
  }
}

/** Whether the content on one line, and what follows it up to the next possible break, stays within `room`. */
function fitsWithin(room: number, content: Doc, following: readonly Command[]): boolean {
  let left = room;
  const pending: Command[] = [{ indent: 0, flat: true, doc: content }];
  let rest = following.length;
  while (left >= 0) {
    let next = pending.pop();
    if (next === undefined) {
      rest -= 1;
      next = following[rest];
      if (next === undefined) return true;
    }
    const { doc, flat } = next;
    if (typeof doc === 'string') left -= doc.length;
    else if (doc.type === 'concat') push(pending, next, doc.parts);
    else if (doc.type === 'indent' || doc.type === 'group') {
      pending.push({ ...next, flat: flat && !doc.breaks, doc: doc.content });
    } else if (doc.type === 'line') {
      if (!flat || doc.breaks) return true;
      left -= doc.flat.length;
    }
  }
  return false;
}
