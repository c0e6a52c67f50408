/** Files that are being planned and read: each is opened once as long as it is the same, and goes with its content. */
import type { FileBytes } from '../../formats/file-bytes.js';
import type { Content } from './content.js';
import type { OpenedFile } from './open-file.js';

export class OpenedFiles<T> {
  readonly #open: (bytes: FileBytes) => Promise<T>;
  readonly #opened = new WeakMap<Content, { readonly version: string; readonly file: Promise<T> }>();

  constructor(open: (bytes: FileBytes) => Promise<T>) {
    this.#open = open;
  }

  of({ content, status }: OpenedFile): Promise<T> {
    const version = `${status.identity}/${String(status.size)}/${String(status.modified_ms)}`;
    const known = this.#opened.get(content);
    if (known?.version === version) return known.file;
    const file = this.#open({
      size: status.size,
      read: (target, position) => content.read(target, position),
    });
    this.#opened.set(content, { version, file });
    return file;
  }
}
