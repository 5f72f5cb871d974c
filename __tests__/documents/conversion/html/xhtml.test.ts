import { convert, utf8 } from '../local-conversion.ts';

const XHTML = '<html xmlns="http://www.w3.org/1999/xhtml">';

test.each([
  ['an empty title', '<head><title/></head><body><p>all of it</p></body>'],
  ['an empty script', '<head><script src="a.js"/></head><body><p>all of it</p></body>'],
  ['an empty frame with a tag in an attribute', `<body><iframe title="a > b" src='x/>'/><p>all of it</p></body>`],
  ['a section of characters', '<body><p><![CDATA[all]]> of <![CDATA[it]]></p></body>'],
])('of a page in XML, %s leaves what follows', async (_, content) => {
  expect((await convert(utf8(`${XHTML}${content}</html>`), 'a.html')).markdown).toBe('all of it\n');
});

test('characters of a section are text', async () => {
  const { markdown } = await convert(utf8(`<?xml version="1.0"?>${XHTML}<p><![CDATA[1 < 2 & <b>]]>`), 'a.html');
  expect(markdown).toBe('1 < 2 & \\<b>\n');
});

test('in HTML an empty tag is open', async () => {
  expect((await convert(utf8('<!doctype html><p><b/>bold</p>'), 'a.html')).markdown).toBe('**bold**\n');
});
