import { htmlToMarkdown } from '../../../../documents/conversion/html/html.ts';

test.each([
  '<p hidden>no</p>',
  '<p style="display:none">no</p>',
  '<p style="color:red; DISPLAY : none !important">no <b style="display:block">no</b></p>',
  '<p style="visibility:hidden">no</p>',
  '<p style="opacity:0">no</p>',
  '<p style="font-size:0">no</p>',
  '<p style="font-size:0px"><span style="font-size:2em">no</span></p>',
  '<p style="color:white">no</p>',
  '<p style="color:#FFF;background:#ffffff">no</p>',
  '<div style="background-color:rgb(0, 0, 0)"><p>no</p></div>',
  '<font color="white">no</font>',
  '<dialog>no</dialog>',
  '<template>no</template><noscript>no</noscript>',
  '<style>.x { display: none }</style><p class="a x">no</p>',
  '<style>/* } */ #x, aside{visibility:hidden}</style><p id="x">no</p><aside>no</aside>',
  '<p class="x">no</p><style>@import "a.css"; .x{display:none}</style>',
  '<p style="color:#fdfdfd">no</p>',
  '<p style="color:transparent"><b>no</b></p>',
  '<p style="visibility:hidden"><b style="color:red">no</b></p>',
  '<p style="opacity:0.01">no</p>',
  '<p style="font-size:1px">no</p>',
  '<p style="position:absolute; left:-9999px">no</p>',
  '<p style="text-indent:-9999px">no</p>',
  '<p style="height:0;overflow:hidden">no</p>',
  '<style>.x{position:absolute;clip:rect(0,0,0,0)}</style><p class="x">no</p>',
  '<p style="clip-path:inset(50%)">no</p>',
  '<p style="transform:scale(0)">no</p>',
])('%s is not seen', (html) => {
  expect(htmlToMarkdown(`<p>seen</p>${html}`)).toBe('seen');
});

test.each([
  '<p aria-hidden="true">yes</p>',
  '<p style="display:none;display:block">yes</p>',
  '<p style="visibility:hidden"><span style="visibility:visible">yes</span></p>',
  '<p style="font-size:0"><span style="font-size:12px">yes</span></p>',
  '<p style="font-size:0.8em">yes</p>',
  '<div style="background:black"><p style="color:white">yes</p></div>',
  '<div style="background:url(a.png)"><p style="color:white">yes</p></div>',
  '<link rel="stylesheet" href="a.css"><p style="color:white">yes</p>',
  '<style>body { display: none }</style><p>yes</p>',
  '<style>@media print { .x { display: none } }</style><p class="x">yes</p>',
  '<style media="print">.x{display:none}</style><p class="x">yes</p>',
  '<style>.x{display:none} .open .x{display:block}</style><p class="x">yes</p>',
  '<style>.x{display:none} @media screen{.x{display:block}}</style><p class="x">yes</p>',
  '<style>.x{display:none}</style><p class="x" style="display:block">yes</p>',
  '<style>.x{display:none} .y{display:block}</style><p class="y x">yes</p>',
  '<p style="color:transparent;background-clip:text">yes</p>',
  '<p style="position:relative;left:-9999px">yes</p>',
  '<p style="max-height:300px;overflow:hidden">yes</p>',
  '<p style="opacity:50%">yes</p>',
  '<style>.x{height:0;overflow:hidden} .open .x{height:auto}</style><p class="x">yes</p>',
])('%s is seen', (html) => {
  expect(htmlToMarkdown(html)).toBe('yes');
});
