import { declaredCharset } from '../../../../documents/conversion/html/prescan.ts';
import { utf8 } from '../local-conversion.ts';

test.each([
  ['<meta charset="windows-1251">', 'windows-1251'],
  ['<META\nCharSet=latin1 >', 'windows-1252'],
  ['<meta http-equiv=Content-Type content="text/html; charset=Shift_JIS">', 'shift_jis'],
  ['<meta content="text/html;charset=\'gbk\'" http-equiv="content-type">', 'gbk'],
  ['<meta charset=utf-16>', 'utf-8'],
  ['<meta charset=klingon><meta charset=koi8-r>', 'koi8-r'],
  ['<?xml version="1.0" encoding="iso-8859-2"?><html>', 'iso-8859-2'],
  ['<body title=">"><p a=\'<meta charset=gbk>\'><meta charset=big5>', 'big5'],
])('%s declares %s', (html, charset) => {
  expect(declaredCharset(utf8(html))).toBe(charset);
});

test.each([
  '<!-- <meta charset="gbk"> -->',
  '<meta name=description content="text/html; charset=gbk">',
  '<meta data-charset="gbk">',
  '<p title=\'<meta charset="gbk">\'>',
  '<?php <meta charset="gbk">',
  `${' '.repeat(1024)}<meta charset="gbk">`,
  '<meta charset',
  '<',
])('%s declares nothing', (html) => {
  expect(declaredCharset(utf8(html))).toBeUndefined();
});
