import { readFileSync } from 'node:fs';
import * as versions from '../../../documents/conversion/converter-versions.ts';

function installed(path: string): string {
  const { name, version } = JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
  return `${name}@${version}`;
}

test('converters are named by the versions installed', () => {
  expect({ ...versions }).toEqual({
    UNPDF: installed('node_modules/unpdf/package.json'),
    MAMMOTH: installed('node_modules/mammoth/package.json'),
    PARSE5: installed('node_modules/parse5/package.json'),
    SAXES: installed('node_modules/saxes/package.json'),
    NUMFMT: installed('node_modules/numfmt/package.json'),
    POSTAL_MIME: installed('node_modules/postal-mime/package.json'),
    PAPAPARSE: installed('node_modules/papaparse/package.json'),
    OWN: installed('package.json'),
  });
});
