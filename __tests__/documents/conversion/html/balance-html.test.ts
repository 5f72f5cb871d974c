import fc from 'fast-check';
import { balanceHtml } from '../../../../documents/conversion/html/balance-html.ts';

test.each([
  ['<ul><li>a<li>b</ul>', '<ul><li>a</li><li>b</li></ul>'],
  ['<ul><li>a<ul><li>b</ul><li>c</ul>', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>'],
  ['<table><tr><td>a<td>b<tr><td>c</table>', '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>'],
  ['<p>a<p>b<div>c</div>', '<p>a</p><p>b</p><div>c</div>'],
  ['<b>a <i>b</b> c</i>', '<b>a <i>b</i></b> c'],
  ['<td>a</table>b</td>', '<td>ab</td>'],
  ['a<br>b<img src=x>', 'a<br>b<img src=x>'],
  ['<a id="x"/>text', 'text'],
  ['<a href=/x/>text</a>', '<a href=/x/>text</a>'],
  ['<svg><path/><text>x</text></svg>y', 'y'],
  ['<script>if (a < b) "</p>"</script>c', 'c'],
  ['<!-- <p> -->a', 'a'],
  ['1 < 2 <> 3', '1 &lt; 2 &lt;> 3'],
  ['<p title="a > b">c', '<p title="a > b">c</p>'],
  ['<p>it’s 5" wide</p>', '<p>it’s 5" wide</p>'],
])('%s becomes %s', (html, balanced) => {
  expect(balanceHtml(html)).toBe(balanced);
});

const pieces = fc.constantFrom(
  ...'<p> <b> <td> <tr> <table> <ul> <li> <div> </p> </b> </td> </table> </ul> </div> a <br>'.split(' '),
);

test('every start tag has its end tag, well nested, whatever the page', () => {
  fc.assert(
    fc.property(fc.array(pieces), (html) => {
      const open: string[] = [];
      for (const [, end, name] of balanceHtml(html.join('')).matchAll(/<(\/?)(\w+)>/g)) {
        if (name === 'br') continue;
        if (end) expect(open.pop()).toBe(name);
        else open.push(name as string);
      }
      expect(open).toEqual([]);
    }),
  );
});

test('no text is lost, and balancing again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(pieces), (html) => {
      const text = (page: string) => page.replace(/<[^>]*>/g, '');
      const balanced = balanceHtml(html.join(''));
      expect(text(balanced)).toBe(text(html.join('')));
      expect(balanceHtml(balanced)).toBe(balanced);
    }),
  );
});
