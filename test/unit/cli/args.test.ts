import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../cli/args.js';
import { commands } from '../../../cli/commands.js';
import { commandHelp, mainHelp } from '../../../cli/help.js';

const help = (name: string) => commands.find((command) => command.help.name === name)!.help;

describe('arguments', () => {
  it('are operands, switches and values, in any order', () => {
    const words = ['--query-id', 'a', 'x.esql', '-q', '--checkpoint=5s', '--follow'];
    const { operands, switches, values } = parseArguments(help('run'), words);
    expect(operands).toEqual(['x.esql']);
    expect([...switches]).toEqual(['quiet', 'follow']);
    expect([...values]).toEqual([
      ['query-id', 'a'],
      ['checkpoint', '5s'],
    ]);
  });

  it('are operands behind --, and - is one', () => {
    expect(parseArguments(help('check'), ['-', '--', '--x.esql']).operands).toEqual(['-', '--x.esql']);
  });

  it('may be empty values, which is not the same as none', () => {
    expect(parseArguments(help('run'), ['x', '--query-id=']).values.get('query-id')).toBe('');
  });

  it.each([
    ['check', ['x', '--folow'], 'ESQL7002'],
    ['check', ['x', '--follow'], 'ESQL7002'],
    ['run', ['x', '--query-id'], 'ESQL7003'],
    ['run', ['x', '--follow=yes'], 'ESQL7003'],
    ['compile', ['x', '--emit', 'trees'], 'ESQL7003'],
    ['check', [], 'ESQL7004'],
    ['diff', ['a', 'b', 'c'], 'ESQL7004'],
  ])('%s %j is refused', (name, words, code) => {
    expect(() => parseArguments(help(name), words)).toThrow(code);
  });
});

describe('help', () => {
  it('names every command, option and choice', () => {
    const main = mainHelp(commands, '1.2.3');
    expect(main).toContain('1.2.3');
    for (const command of commands) {
      expect(main).toContain(command.help.name);
      const text = commandHelp(command.help);
      for (const option of command.help.options) expect(text).toContain(`--${option.name}`);
      for (const example of command.help.examples) expect(text).toContain(example);
    }
  });

  it('has lines that fit a terminal', () => {
    const texts = [mainHelp(commands, '1.2.3'), ...commands.map((command) => commandHelp(command.help))];
    expect(texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 120)).toEqual([]);
  });
});
