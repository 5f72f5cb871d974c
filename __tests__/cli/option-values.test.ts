import { UsageError } from '../../cli/command-line.ts';
import { filePath, oneOf, wholeNumber } from '../../cli/option-values.ts';

test.each(['auto', 'Auto', 'AUTO'])('%s is one of the values, whatever its case', (given) => {
  expect(oneOf('--method', ['auto', 'local'])(given)).toBe('auto');
});

test('what is not one of the values is said, with all of them', () => {
  expect(() => oneOf('--method', ['auto', 'local'])('magic')).toThrow(
    new UsageError("--method must be one of auto, local; received 'magic'."),
  );
});

test.each([
  ['0', 0],
  ['65535', 65_535],
])('%s is a whole number', (given, number) => {
  expect(wholeNumber('--port', 0, 65_535)(given)).toBe(number);
});

test.each(['', ' ', '0x50', '1e3', '-1', '1.5', '65536'])('%j is none, or out of range', (given) => {
  expect(() => wholeNumber('--port', 0, 65_535)(given)).toThrow(
    new UsageError(`--port must be a whole number from 0 to 65535; received ${JSON.stringify(given)}.`),
  );
});

test('what looks like an option is no path', () => {
  expect(filePath('--results')('out')).toBe('out');
  expect(() => filePath('--results')('')).toThrow(new UsageError('--results needs a path; received an empty one.'));
  expect(() => filePath('--results')('--json')).toThrow(
    new UsageError("--results needs a path; received '--json': write ./--json if that is its name."),
  );
});
