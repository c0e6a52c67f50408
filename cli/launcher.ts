#!/usr/bin/env node
/**
 * What `esql` starts: dist/cli/main.js. Help is answered from this small file; everything else is in one bundle beside
 * it, which V8 takes from the code cache of the build instead of parsing it again. V8 itself refuses a cache that
 * another version of Node.js made, and then compiles the bundle as ever.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { Script } from 'node:vm';
import { EXIT } from './exit-codes.js';
import { answerWithoutCommand } from './front.js';

const BUNDLE = join(import.meta.dirname, 'esql.cjs');
const CODE_CACHE = `${BUNDLE}.cache`;

/** The bundle is the text of one function, so that it can be compiled outside the module loader. */
type Bundle = (require: NodeJS.Require) => void;

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function start(): void {
  const source = read(BUNDLE);
  if (source === undefined) {
    process.stderr.write(
      `esql is not built: ${BUNDLE} is missing.\n\n` +
        '  In a copy of the repository `npm run build` makes it; elsewhere `npm install esql` brings it.\n',
    );
    process.exitCode = EXIT.wrong;
    return;
  }
  // The bundle is ASCII but for comments, because the build escapes everything else: latin1 needs no decoding.
  const options = { filename: BUNDLE, cachedData: read(CODE_CACHE) };
  const bundle = new Script(source.toString('latin1'), options).runInThisContext() as Bundle;
  bundle(createRequire(BUNDLE));
}

const answer = answerWithoutCommand(process.argv.slice(2));
if (answer === undefined) {
  start();
} else {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has gone: nothing more can be said.
    if (error.code !== 'EPIPE') throw error;
  });
  process.stdout.write(answer.text);
  process.exitCode = answer.code;
}
