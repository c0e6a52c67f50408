/** Which files a file source reads: one file, the files of a folder, or those a pattern matches; and in which order. */
import type { FileStatus } from '../../env.js';
import type { FileEntry, FileTree } from '../../storage/file-tree.js';
import { connectorError } from '../messages.js';
import { isWithin, joinPath, parentPath, resolvePath } from '../../paths.js';
import { inputFailure } from './failures.js';
import { hasWildcard, parseGlob, type Glob } from './glob.js';

export interface InputFile {
  /** Absolute. */
  readonly path: string;
  /**
   * As the query spells it: shown to people and stored in positions, so that a moved working folder changes nothing.
   */
  readonly name: string;
  readonly status: FileStatus;
}

/** Bounds memory and the time of one listing. */
const FILES_MAX = 100_000;
const DEPTH_MAX = 32;

export interface InputSet {
  /** One named file: it may grow while it is followed. */
  readonly single: boolean;
  /** The files now; unsorted. */
  list(): Promise<readonly InputFile[]>;
  /** Rejects if the file is a link that leads out of the folder. */
  check(file: InputFile): Promise<void>;
}

export interface InputPlaces {
  readonly workingDirectory: string;
  readonly excluded: readonly string[];
}

/** Decides between file, folder and pattern by what is there. `option` is the `path` option. */
export async function findInput(tree: FileTree, option: string, places: InputPlaces): Promise<InputSet> {
  if (option.includes('\0')) throw connectorError('ESQL8406', { why: 'a path has no NUL character' });
  const path = resolvePath(places.workingDirectory, option);
  const status = await statusOf(tree, path, option);
  if (status === null && hasWildcard(option)) {
    const glob = parseGlob(option);
    if ('error' in glob) throw connectorError('ESQL8406', { why: glob.error }, { place: option });
    return new FolderInput(
      tree,
      { root: resolvePath(places.workingDirectory, glob.root), shown: glob.root, glob },
      places,
    );
  }
  if (status?.kind === 'directory') {
    const shown = option.length > 1 && option.endsWith('/') ? option.slice(0, -1) : option;
    return new FolderInput(tree, { root: path, shown, glob: null }, places);
  }
  return new SingleInput(tree, path, option);
}

export async function statusOf(tree: FileTree, path: string, shown: string): Promise<FileStatus | null> {
  try {
    return await tree.status(path);
  } catch (error) {
    throw inputFailure(error, shown);
  }
}

class SingleInput implements InputSet {
  readonly single = true;
  readonly #tree: FileTree;
  readonly #path: string;
  readonly #shown: string;

  constructor(tree: FileTree, path: string, shown: string) {
    this.#tree = tree;
    this.#path = path;
    this.#shown = shown;
  }

  async list(): Promise<readonly InputFile[]> {
    const status = await statusOf(this.#tree, this.#path, this.#shown);
    if (status === null) {
      if ((await statusOf(this.#tree, parentPath(this.#path), this.#shown))?.kind === 'directory') return [];
      throw missing(this.#shown);
    }
    if (status.kind !== 'file') throw connectorError('ESQL8403', {}, { place: this.#shown });
    return [{ path: this.#path, name: this.#shown, status }];
  }

  check(): Promise<void> {
    return Promise.resolve();
  }
}

/** The diagnostic of a file or folder that isn't there. */
export function missing(shown: string): Error {
  return connectorError(
    'ESQL8400',
    { path: shown },
    { place: shown, hint: 'Relative paths are resolved against the folder that the job is started in.' },
  );
}

interface FolderSpec {
  readonly root: string;
  readonly shown: string;
  /** Null: the files directly in the folder. */
  readonly glob: Glob | null;
}

class FolderInput implements InputSet {
  readonly single = false;
  readonly #tree: FileTree;
  readonly #spec: FolderSpec;
  readonly #places: InputPlaces;

  constructor(tree: FileTree, spec: FolderSpec, places: InputPlaces) {
    this.#tree = tree;
    this.#spec = spec;
    this.#places = places;
  }

  async list(): Promise<readonly InputFile[]> {
    const { root, shown } = this.#spec;
    if ((await statusOf(this.#tree, root, shown))?.kind !== 'directory') throw missing(shown === '' ? '.' : shown);
    const found: InputFile[] = [];
    await this.#walk('', 0, new Set(), found);
    return found;
  }

  async check(file: InputFile): Promise<void> {
    const { root, shown } = this.#spec;
    let target: string;
    let folder: string;
    try {
      target = await this.#tree.realPath(file.path);
      folder = await this.#tree.realPath(root);
    } catch (error) {
      throw inputFailure(error, file.name);
    }
    if (isWithin(target, folder)) return;
    throw connectorError(
      'ESQL8405',
      { target },
      {
        place: file.name,
        facts: [`Expected a file below \`${shown}\`.`],
        hint: 'Copy the file, or name it by its own path.',
      },
    );
  }

  async #walk(below: string, depth: number, parents: ReadonlySet<string>, found: InputFile[]): Promise<void> {
    const { root, shown, glob } = this.#spec;
    const folder = below === '' ? root : joinPath(root, below);
    let entries: readonly FileEntry[];
    try {
      entries = await this.#tree.list(folder);
    } catch (error) {
      throw inputFailure(error, below === '' ? shown : joinPath(shown, below));
    }
    if (['_committed', '_epochs'].every((mark) => entries.some(({ name }) => name === mark))) {
      throw connectorError('ESQL8409', {}, { place: shown, hint: 'Read the files that its manifests name.' });
    }
    for (const { name, status } of entries) {
      const path = joinPath(folder, name);
      const relative = below === '' ? name : `${below}/${name}`;
      if (this.#isSkipped(name, path)) continue;
      if (status.kind === 'directory' && glob?.deep === true && depth < DEPTH_MAX && !parents.has(status.identity)) {
        await this.#walk(relative, depth + 1, new Set([...parents, status.identity]), found);
      }
      if (status.kind !== 'file' || (glob !== null && !glob.matches(relative))) continue;
      found.push({ path, name: shown === '' ? relative : joinPath(shown, relative), status });
      if (found.length > FILES_MAX) {
        throw connectorError(
          'ESQL8410',
          { limit: FILES_MAX },
          { place: shown, hint: 'Move files that were read to another folder.' },
        );
      }
    }
  }

  /** In a plain folder, names that tools give to files of their own: `.x`, `_x`. */
  #isSkipped(name: string, path: string): boolean {
    if (this.#spec.glob === null && (name.startsWith('.') || name.startsWith('_'))) return true;
    return this.#places.excluded.some((folder) => isWithin(path, folder));
  }
}
