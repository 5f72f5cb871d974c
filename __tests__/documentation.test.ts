import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deadlinesFor } from '../deadlines.ts';
import { readAppSettings } from '../stacks/settings.ts';
import { documentationTable, inCode, PAGES, PROJECT, page } from './documentation.ts';

/** A page without its blocks of code, fenced and indented. */
function prose(file: string): string {
  return page(file)
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/^ {4}.*$/gm, '');
}

/** What GitHub calls the headings of a page, to be linked to. */
function anchors(file: string): string[] {
  const headings = [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  return headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'));
}

/** Targets of the links to what is in the project: a path, an anchor, or both. */
function links(file: string): string[] {
  const targets = [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^https?:/.test(target));
}

// The changelog also names what is gone.
test.each(PAGES.filter((file) => file !== 'CHANGELOG.md'))('%s names files that are there', (file) => {
  const files = inCode(prose(file)).filter((code) => /^[a-z-]+\/[\w/.-]+\.(ts|js|mjs|json)$/.test(code));
  // What a reader is to make, and what a run makes.
  const isMade = (name: string) => /^(dist|results)\//.test(name);
  expect(files.filter((name) => !isMade(name) && !existsSync(path.join(PROJECT, name)))).toEqual([]);
});

describe.each(PAGES)('%s', (file) => {
  test('links to files and headings that are there', () => {
    const broken = links(file).filter((target) => {
      const [name = '', anchor] = target.split('#');
      const linked = name === '' ? file : path.join(path.dirname(file), name);
      if (!existsSync(path.join(PROJECT, linked))) return true;
      return anchor !== undefined && !anchors(linked).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8'));
    const named = [...page(file).matchAll(/\bnpm (?:run (?:-s )?([a-z-]+)|(start|test)\b)/g)];
    expect(named.map(([, ran, short]) => ran ?? short ?? '').filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the README is for people in a hurry', () => {
  expect(page('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test('every page of docs/ is in its index, and says first for whom it is', () => {
  for (const file of PAGES.filter((name) => name.startsWith('docs/'))) {
    expect(page(file)).toMatch(/^# .+\n\nFor whoever /);
    if (file !== 'docs/README.md') expect(links('docs/README.md')).toContain(path.basename(file));
  }
});

test("the README's deadlines are those of the chain", () => {
  const { conversionSeconds, budgetSeconds, requestTimeoutSeconds, dispatchDeadlineSeconds } = deadlinesFor();
  const chain = [conversionSeconds, budgetSeconds, requestTimeoutSeconds, dispatchDeadlineSeconds];
  expect(page('README.md')).toContain(`| ${chain.map((seconds) => `${seconds} s`).join(' | ')} |`);
});

/** All code of some folders. */
function sourceOf(...folders: string[]): string {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      path.join(folder, name),
    ),
  );
  const code = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(PROJECT, name), 'utf8'));
  return code.join('\n');
}

test('every variable that is named in capitals is known to the code', () => {
  const source = sourceOf('cli', 'documents', 'google', 'handler', 'local', 'stacks');
  const named = PAGES.flatMap((file) => inCode(prose(file))).flatMap(
    (code) => /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(=|$)/.exec(code)?.[1] ?? [],
  );
  expect(named.length).toBeGreaterThan(50);
  const ofTerraform = /^TF_VAR_|^TF_CLI_CONFIG_FILE$|^CHECKPOINT_DISABLE$/;
  expect(named.filter((name) => !ofTerraform.test(name) && !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
});

const OPTIONS = [
  ...documentationTable('docs/deploying.md', 'property'),
  ...documentationTable('docs/extraction.md', 'property of `extraction`'),
];

test("the variables of the options' tables are those that main.ts reads", () => {
  const read = new Set<string>();
  const variables = new Proxy<Record<string, string>>(
    {},
    {
      get: (_target, name) => void (typeof name === 'string' && read.add(name)),
      has: (_target, name) => typeof name === 'string' && Boolean(read.add(name)),
    },
  );
  readAppSettings(variables);
  const listed = OPTIONS.flatMap(([, cell = '']) => inCode(cell.replaceAll(/\(.*?\)/g, ''))).map(
    (name) => name.split('=')[0],
  );
  expect([...new Set(listed)].sort()).toEqual([...read].sort());
});

test("the properties of the options' tables are those of the stack's props", () => {
  const source = sourceOf('stacks');
  const listed = OPTIONS.flatMap(([cell = '']) => inCode(cell));
  expect(listed.length).toBeGreaterThan(30);
  expect(listed.filter((name) => !new RegExp(`^ +readonly ${name}\\??:`, 'm').test(source))).toEqual([]);
});

test('every room of the table of the house is there, and every library that is said to be used is a dependency', () => {
  const rooms = documentationTable('CONTRIBUTING.md', 'where').flatMap(([cell = '']) => inCode(cell));
  expect(rooms.length).toBeGreaterThan(15);
  expect(rooms.filter((name) => !existsSync(path.join(PROJECT, name)))).toEqual([]);
  const { dependencies, devDependencies } = JSON.parse(page('package.json'));
  const libraries = documentationTable('CONTRIBUTING.md', 'library').flatMap(([cell = '']) => inCode(cell));
  expect(libraries.filter((name) => !(name in { ...dependencies, ...devDependencies }))).toEqual([]);
});
