/** The contract of file trees against the local disk. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { LocalTree } from '../../runtime/storage/local-tree.js';
import { treeContract } from './tree-contract.js';

treeContract('the local disk', { folders: true }, () =>
  Promise.resolve({ tree: new LocalTree(createEnv().disk), root: mkdtempSync(join(tmpdir(), 'esql-tree-')) }),
);
