import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test.each([
  ['Station: <input type="text" value="North mole 3">', 'Station: North mole 3'],
  ['Depth:<input value="7*5">m', 'Depth: 7\\*5 m'],
  ['<input type="checkbox" checked> inspected <input type="checkbox">open', '[x] inspected [ ] open'],
  ['<input type=radio name=a>low <input type=radio name=a checked>high', '[ ] low [x] high'],
  ['<select><option>low</option><option selected>high</option></select>', 'high'],
  ['<select><option>first<option>second</select>', 'first'],
  ['<select size="3"><option>first<option>second</select>x', 'x'],
  ['<select multiple><optgroup label="g"><option selected>a<option>b</optgroup><option selected>c</select>', 'a, c'],
  ['<textarea>Seal replaced\nin <b>May</b>.</textarea>', 'Seal replaced  \nin \\<b>May\\</b>.'],
  ['x<input type="hidden" value="token"><input type="password" value="secret">', 'x'],
  [
    'Total:<button>Open <b>items</b></button><button>3</button><input type="submit" value="Send">',
    'Total: Open **items** 3 Send',
  ],
  ['Stock<meter value="7" max="10">7 of 10</meter>left', 'Stock 7 of 10 left'],
  ['Used<meter value="0.6"></meter>of it, <progress value="3" max="10"></progress>', 'Used 0.6 of it, 3/10'],
  ['<progress></progress>x<input type="image" alt="Search" src="a.png">', 'x Search'],
])('%s becomes %j', (html, markdown) => {
  expect(htmlToMarkdown(`<form>${html}</form>`)).toBe(markdown);
});
