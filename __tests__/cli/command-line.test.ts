import { type Command, helpOf, oneOf, parseCommand, UsageError, wholeNumber } from '../../cli/command-line.ts';

const command: Command = {
  usage: 'npm run demo -- [FILE…] [options]',
  summary: 'Demonstrates.',
  options: {
    json: { type: 'boolean', help: 'print JSON' },
    results: { type: 'string', value: 'DIR', help: 'folder for the results' },
  },
  takesFiles: true,
};

test('takes files and options in any order', () => {
  const { files, options } = parseCommand(command, ['a.pdf', '--json', '--results', 'out', 'b.pdf']);
  expect(files).toEqual(['a.pdf', 'b.pdf']);
  expect({ ...options }).toEqual({ json: true, results: 'out' });
});

test.each([
  [['--bogus'], "Unknown option '--bogus'. Try: npm run demo -- --help"],
  [['--results'], "Option '--results <value>' argument missing. Try: npm run demo -- --help"],
  [['--results', '-1'], "Option '--results' argument is ambiguous. Try: npm run demo -- --help"],
  [['--json=yes'], "Option '--json' does not take an argument. Try: npm run demo -- --help"],
])('%j is a usage error in one line', (words, message) => {
  expect(() => parseCommand(command, words)).toThrow(new UsageError(message));
});

test('a command that takes no files refuses them', () => {
  expect(() => parseCommand({ ...command, takesFiles: false }, ['a.pdf'])).toThrow(
    "Unexpected argument 'a.pdf'. This command does not take positional arguments. Try: npm run demo -- --help",
  );
});

test('the help shows how to call it and every option', () => {
  expect(helpOf(command)).toBe(
    [
      'Usage: npm run demo -- [FILE…] [options]',
      '',
      'Demonstrates.',
      '',
      'Options:',
      '  --json           print JSON',
      '  --results DIR    folder for the results',
      '  --help           show this text',
    ].join('\n'),
  );
});

test.each(['auto', 'Auto', 'AUTO'])('%s is one of the values, whatever its case', (given) => {
  expect(oneOf(['auto', 'local'], '--method', given)).toBe('auto');
});

test.each([
  ['0', 0],
  ['65535', 65_535],
])('%s is a whole number', (given, number) => {
  expect(wholeNumber('--port', given, 0, 65_535)).toBe(number);
});

test.each(['', ' ', '0x50', '1e3', '-1', '1.5', '65536'])('%j is none, or out of range', (given) => {
  expect(() => wholeNumber('--port', given, 0, 65_535)).toThrow(
    new UsageError(`--port must be a whole number from 0 to 65535; received ${JSON.stringify(given)}.`),
  );
});
