/** Settings of the account, and questions that no recording answers: there either answer can be chosen. */

export interface Account {
  readonly name: string;
  /** Base64, as in the portal. */
  readonly key: string;
}

/** For tests only: made of a fixed text, so that a failing test can be repeated by hand. */
export const TEST_ACCOUNT: Account = {
  name: 'esqltest',
  key: Buffer.from('a key that opens nothing but the double of the tests, 64 bytes..').toString('base64'),
};

export interface Behaviour {
  /** Off: a flat namespace. Directories are then names only, and access control is refused. */
  readonly hierarchicalNamespace: boolean;
  /** Deletes answer a deletion id; what was deleted stays gone. */
  readonly softDelete: boolean;
  readonly skuName: string;
  /** How long a deleted filesystem's name stays taken. */
  readonly filesystemDeletion_ms: number;
  /** Rename with `If-None-Match: *` onto something: Hadoop expects the first, a plain condition would be the second. */
  readonly renameOntoExisting: 'PathAlreadyExists' | 'ConditionNotMet';
  /** A rename sent twice fails on both sides; which is looked at first. */
  readonly renameLooksFirstAt: 'source' | 'destination';
  readonly renameOntoEmptyDirectory: 'replaces' | 'moves-inside';
  /** Flush below the end of what was appended, without `retainUncommittedData`. */
  readonly flushBelowEnd: 'refuses' | 'drops-the-rest';
  /** Two appends at one position: which bytes a flush takes. */
  readonly overlappingAppends: 'last-wins' | 'first-wins';
  /** At most so many entries in a page of a list, whatever the client asks for. */
  readonly listPageEntries: number;
  /** `short`: pages with fewer entries than asked for, and empty ones, all with a continuation. */
  readonly listPages: 'full' | 'short';
  /** A recursive delete removes at most so many entries a call, then answers a continuation. */
  readonly deletePageEntries: number;
  /** Rename answers the ETag from this service version on; recordings show none in 2020-04-08 and one in 2023-08-03. */
  readonly renameAnswersEtagFrom: string;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  hierarchicalNamespace: true,
  softDelete: false,
  skuName: 'Standard_LRS',
  filesystemDeletion_ms: 30_000,
  renameOntoExisting: 'PathAlreadyExists',
  renameLooksFirstAt: 'source',
  renameOntoEmptyDirectory: 'replaces',
  flushBelowEnd: 'refuses',
  overlappingAppends: 'last-wins',
  listPageEntries: 5_000,
  listPages: 'full',
  deletePageEntries: Number.POSITIVE_INFINITY,
  renameAnswersEtagFrom: '2023-08-03',
};
