import { converterContract } from '../converter-contract.ts';
import { refusal, utf8 } from '../local-conversion.ts';
import {
  converted,
  DoclingOfTest,
  doclingDocument,
  errorItem,
  json,
  pdf,
  type Replies,
  TASK_ID,
  task,
} from './docling-server.ts';

const docling = new DoclingOfTest();
afterEach(() => docling.end());

test('hands the document in, polls until it is done, and fetches what became of it', async () => {
  expect(await docling.convert()).toEqual({
    type: 'pdf',
    markdown: '<!-- page 1 -->\n\n## Report\n\nFirst page.\n',
    characters: 40,
    words: 3,
    pages: 1,
    converter: 'docling-serve@1.38.2',
  });
  expect(docling.server.requests).toEqual([
    'GET /version',
    'POST /v1/convert/file/async',
    ...Array(3).fill(`GET /v1/status/poll/${TASK_ID}?wait=20`),
    `GET /v1/result/${TASK_ID}`,
  ]);
});

test("asks for Markdown within the chain's time, and sends the bytes without their name", async () => {
  await docling.convert();
  const { files: _, ...fields } = Object.fromEntries(docling.server.forms[0]?.entries() ?? []);
  expect(docling.server.forms[0]?.getAll('to_formats')).toEqual(['md', 'json']);
  expect(fields).toEqual({
    to_formats: 'json',
    image_export_mode: 'placeholder',
    md_page_break_placeholder: '<!-- docling page break -->',
    do_ocr: 'true',
    force_ocr: 'false',
    document_timeout: '397',
    abort_on_error: 'false',
    target_type: 'inbody',
  });
  expect(docling.file.name).toBe('document.pdf');
  expect(Buffer.from(await docling.file.arrayBuffer()).equals(pdf.bytes)).toBe(true);
});

test.each([
  ['auto', 'true', 'false'],
  ['force', 'true', 'true'],
  ['skip', 'false', 'false'],
] as const)('ocr %s is do_ocr %s and force_ocr %s', async (ocr, doOcr, forceOcr) => {
  await docling.convert({}, { ocr });
  expect([docling.server.forms[0]?.get('do_ocr'), docling.server.forms[0]?.get('force_ocr')]).toEqual([
    doOcr,
    forceOcr,
  ]);
});

test.each([
  ['<!DOCTYPE html><p>Hello', 'page.txt', 'document.html'],
  ['# Hello', 'page.md', 'document.md'],
  ['Hello', 'page', 'document.txt'],
])('docling learns what %j is by the extension of %s: %s', async (text, filename, sent) => {
  await docling.convert({}, {}, { bytes: utf8(text), filename });
  expect(docling.file.name).toBe(sent);
});

test('a document without fixed pages has no anchors and no number of pages', async () => {
  const json_content = { texts: [{ label: 'title', text: 'Minutes' }, { text: 'Hello' }] };
  const conversion = await docling.convert({
    result: converted({ document: { md_content: '# Minutes\n\nHello', json_content } }),
  });
  expect(conversion).toEqual({
    type: 'pdf',
    markdown: '# Minutes\n\nHello\n',
    characters: 17,
    words: 2,
    title: 'Minutes',
    converter: 'docling-serve@1.38.2',
  });
});

test.each([
  ['keeps it to itself', json({ detail: 'Forbidden.' }, 403)],
  ['is too old to have one', json({ detail: 'Not Found' }, 404)],
])('a docling-serve without a version, as it %s, is named without it', async (_, version) => {
  expect(await docling.convert({ version })).toMatchObject({ converter: 'docling-serve' });
});

test('what docling could do a part of is kept, and says what is missing', async () => {
  const timeout = { category: 'timeout' };
  const errors = [
    errorItem('document timeout exceeded', { ...timeout, page_no: 2 }),
    errorItem('document timeout exceeded', { ...timeout, page_no: 3 }),
    errorItem('Pipeline stage timeout: processed 1/3 pages successfully, 2 pages failed or incomplete.', timeout),
  ];
  const conversion = await docling.convert({ result: converted({ status: 'partial_success', errors }) });
  expect(conversion).toMatchObject({ markdown: '<!-- page 1 -->\n\n## Report\n\nFirst page.\n', pages: 1 });
  expect(conversion.partial).toEqual([
    'Pages 2 to 3: document timeout exceeded.',
    'Pipeline stage timeout: processed 1/3 pages successfully, 2 pages failed or incomplete.',
  ]);
});

test('a part without a reason is marked as well', async () => {
  const { partial } = await docling.convert({ result: converted({ status: 'partial_success' }) });
  expect(partial).toEqual(['docling-serve converted only a part of it.']);
});

const unreadable = { component_type: 'user_input', module_name: '', category: 'backend_failure' };
const noContent = { md_content: null, json_content: null };

test.each([
  [
    'encrypted: The document is encrypted; save it without a password.',
    'failure',
    [errorItem('could not load document 1f: Failed to load document (PDFium: Incorrect password error).', unreadable)],
  ],
  [
    'corrupt: The document is damaged: docling-serve cannot read it. could not load document 1f (PDFium: Data format error).',
    'failure',
    [errorItem('could not load document 1f (PDFium: Data format error).', unreadable)],
  ],
  [
    'corrupt: The document is damaged: docling-serve cannot read it. Input document is not valid.',
    'failure',
    [errorItem('Input document is not valid.', { component_type: 'user_input' })],
  ],
  ['corrupt: The document is damaged: docling-serve cannot read it. It gave no reason.', 'failure', []],
  [
    'too-large: docling-serve refuses the document: Document has 900 pages, exceeding the max_num_pages limit of 500.',
    'failure',
    [errorItem('Document has 900 pages, exceeding the max_num_pages limit of 500.', { category: 'policy' })],
  ],
  [
    'unsupported: docling-serve does not take the document: File format not allowed: document.pdf',
    'skipped',
    [errorItem('File format not allowed: document.pdf', { category: 'policy' })],
  ],
])('200 with a failure is %s', async (expected, status, errors) => {
  expect(await refusal(docling.convert({ result: converted({ status, errors, document: noContent }) }))).toBe(expected);
});

test.each([
  ['failure', errorItem('CUDA out of memory', { category: 'inference_failure' })],
  ['failure', errorItem('list index out of range')],
  ['partial_success', errorItem('document timeout exceeded', { category: 'timeout' })],
])('200 with a %s that does not lie in the document is another chance', async (status, error) => {
  const conversion = docling.convert({ result: converted({ status, errors: [error], document: noContent }) });
  await expect(conversion).rejects.toThrow(`docling-serve could not convert the document: ${error.error_message}`);
  await expect(conversion).rejects.not.toHaveProperty('reason');
});

test.each([
  ['skip', 'needs-ocr: The document needs OCR: it has images and no text, and OCR was to be skipped (ocr: skip).'],
  ['auto', 'empty: The document is empty: it has no text.'],
] as const)('a picture in which docling, with ocr %s, found no text', async (ocr, expected) => {
  const json_content = { ...doclingDocument({ 1: [] }), pictures: [{ prov: [{ page_no: 1 }] }] };
  const result = converted({ document: { md_content: '<!-- image -->', json_content } });
  expect(await refusal(docling.convert({ result }, { ocr }))).toBe(expected);
});

test('what is no document of any kind does not reach docling', async () => {
  expect(await refusal(docling.convert({}, {}, { bytes: new Uint8Array(), filename: 'a.pdf' }))).toMatch(/^empty: /);
  expect(docling.server.requests).toEqual([]);
});

test('nor does a mail', async () => {
  const mail = { bytes: Buffer.from('MIME-Version: 1.0\n\nWords.'), filename: 'a.eml' };
  expect(await refusal(docling.convert({}, {}, mail))).toBe(
    'unsupported: Mails, web archives and books are not for docling: enqueue the document with the method auto or local.',
  );
  expect(docling.server.requests).toEqual([]);
});

/** What is known of each document that was handed in, by the id of its task: its text, or why docling-serve cannot read it. */
function replyByContent(): Partial<Replies> {
  const texts = new Map<string, string>();
  const unreadableWith = (words: string) => ({
    status: 'failure',
    document: noContent,
    errors: [errorItem(`docling-parse could not load document 1f: ${words}`, unreadable)],
  });
  return {
    submit: async (call) => {
      const file = (await call.req.formData()).get('files') as File;
      const task_id = `task-${texts.size}`;
      texts.set(task_id, await file.text());
      return task('pending', { task_id })(call);
    },
    poll: (call) => task('success', { task_id: call.req.param('id') })(call),
    result: (call) => {
      const text = texts.get(call.req.param('id') ?? '') ?? '';
      if (text.includes('/Encrypt')) return converted(unreadableWith('PDFium: Incorrect password error.'))(call);
      if (text.startsWith('%PDF')) return converted(unreadableWith('PDFium: Data format error.'))(call);
      return converted({ document: { md_content: text, json_content: null } })(call);
    },
  };
}

test('the page that stands in for an XFA form is no result', async () => {
  const md_content =
    'Please wait...\n\nIf this message is not eventually replaced, your viewer may not be able to show it.';
  expect(await refusal(docling.convert({ result: converted({ document: { md_content } }) }))).toBe(
    'unsupported: The PDF is an XFA form, which only Adobe Reader shows; print it into a PDF there.',
  );
});

const documentOf = (text: string) => ({ bytes: utf8(text), filename: 'a' });
converterContract(
  'docling',
  async () => {
    await docling.start(replyByContent());
    return docling.converter();
  },
  {
    good: [
      { source: documentOf('All of alpha.'), word: 'alpha' },
      { source: documentOf('All of beta.'), word: 'beta' },
    ],
    slow: pdf,
    encrypted: documentOf('%PDF-1.7 /Encrypt 5 0 R'),
    corrupt: documentOf('%PDF-1.7 and no more'),
    empty: documentOf(''),
  },
);
