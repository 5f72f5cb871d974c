import type { Command } from 'commander';
import { newCommand, UsageError } from '../../cli/command-line.ts';

function demo(): Command {
  return newCommand('npm run demo --', 'Demonstrates. At length.')
    .usage('[FILE…] [options]')
    .argument('[FILE...]')
    .option('--json', 'print JSON')
    .option('--results <DIR>', 'folder for the results', 'out')
    .option('--many <NAME>', 'some names', (name: string, before: string[] = []) => [...before, name]);
}

function parsed(command: Command, ...words: string[]) {
  command.parse(words, { from: 'user' });
  return { files: command.args, options: command.opts() };
}

test('takes files and options in any order, and files that look like options after --', () => {
  expect(parsed(demo(), 'a.pdf', '--json', '--results=there', 'b.pdf', '--', '--c.pdf')).toEqual({
    files: ['a.pdf', 'b.pdf', '--c.pdf'],
    options: { json: true, results: 'there' },
  });
});

test('an option that may be repeated is a list', () => {
  expect(parsed(demo(), '--many', 'a', '--many', 'b').options).toEqual({ results: 'out', many: ['a', 'b'] });
});

test.each([
  [['--bogus'], "Unknown option '--bogus'. Try: npm run demo -- --help"],
  [['--jsn'], "Unknown option '--jsn'. Did you mean --json? Try: npm run demo -- --help"],
  [['--results'], "Option '--results <DIR>' argument missing. Try: npm run demo -- --help"],
  [['--json=yes'], "Unknown option '--json=yes'. Try: npm run demo -- --help"],
])('%j is a usage error in one line', (words, message) => {
  expect(() => parsed(demo(), ...words)).toThrow(new UsageError(message));
});

test('a command that takes no files says which it received', () => {
  expect(() => parsed(newCommand('npm run demo --', ''), 'a.pdf', 'b.pdf')).toThrow(
    new UsageError('Too many arguments. Expected 0 arguments but got 2: a.pdf b.pdf. Try: npm run demo -- --help'),
  );
});

test('a subcommand is called after its program, and which there are is said when none is named', () => {
  const program = newCommand('npm run demo --', '');
  for (const name of ['list', 'show']) program.addCommand(newCommand(name, '').option('--json'));
  const tryAll = 'Try: npm run demo -- --help';
  expect(() => parsed(program, 'list', '--jsn')).toThrow(
    new UsageError("Unknown option '--jsn'. Did you mean --json? Try: npm run demo -- list --help"),
  );
  expect(() => parsed(program, 'lst')).toThrow(new UsageError(`Unknown command 'lst'. Did you mean list? ${tryAll}`));
  expect(() => parsed(program)).toThrow(new UsageError(`Which command: list, show? ${tryAll}`));
});

test('the help shows how to call it and every option, with what it is by itself', () => {
  expect(demo().helpInformation()).toBe(
    [
      'Usage: npm run demo -- [FILE…] [options]',
      '',
      'Demonstrates. At length.',
      '',
      'Options:',
      '  --json           print JSON',
      '  --results <DIR>  folder for the results (default: "out")',
      '  --many <NAME>    some names',
      '  --help           show this text',
      '',
    ].join('\n'),
  );
});
