import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';
import { handler, indexObjects, indexTokens, tokens, tokensOf } from '../index.js';

const here = fileURLToPath(new URL('..', import.meta.url));
const code = new WebAssembly.Module(readFileSync(join(here, 'dist', 'indexer.wasm')));

/** Runs the WebAssembly variant as a host does, with files for stdin and stdout. */
const wasm = (input) => {
  const folder = mkdtempSync(join(tmpdir(), 'indexer-'));
  try {
    writeFileSync(join(folder, 'in'), input);
    const stdin = openSync(join(folder, 'in'), 'r');
    const stdout = openSync(join(folder, 'out'), 'w');
    const wasi = new WASI({ version: 'preview1', stdin, stdout, returnOnExit: true });
    const exit = wasi.start(new WebAssembly.Instance(code, wasi.getImportObject()));
    closeSync(stdin);
    closeSync(stdout);
    assert.equal(exit, 0);
    return readFileSync(join(folder, 'out'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const lines = (objects) => objects.map((object) => `${JSON.stringify(object)}\n`).join('');
const printed = (objects) =>
  objects
    .flatMap((object) => [...tokensOf(object), ''])
    .map((token) => `${token}\n`)
    .join('');

const mails = [
  { id: 'm-1', type: 'org.dxos/type/message', subject: 'Lunch at NOON?', to: ['Ada', 'Bob'] },
  { id: 'm-2', subject: 'Re: lunch', body: { text: 'Caf\u00e9 "Zur Post", 12\u20ac', lines: 2 } },
  { id: 'm-3', seen: true },
];

test('index has each token with the objects that have it', () => {
  assert.deepEqual(indexObjects(mails.slice(0, 2)), {
    ada: ['m-1'],
    at: ['m-1'],
    bob: ['m-1'],
    'caf\u00e9': ['m-2'],
    dxos: ['m-1'],
    lunch: ['m-1', 'm-2'],
    message: ['m-1'],
    noon: ['m-1'],
    org: ['m-1'],
    post: ['m-2'],
    re: ['m-2'],
    type: ['m-1'],
    zur: ['m-2'],
    '12\u20ac': ['m-2'],
  });
});

test('handler loads objects by id and leaves out those that are gone', async () => {
  const echo = { get: async (id) => mails.find((mail) => mail.id === id) };
  const result = await handler({ data: { ids: ['m-1', 'gone'] }, context: { echo } });
  assert.equal(result.objects, 1);
  assert.deepEqual(result.index.noon, ['m-1']);
});

test('handler refuses an object without an id', async () => {
  await assert.rejects(handler({ data: { objects: [{ a: 'b' }] }, context: {} }), /object 1: .*`id`/);
});

test('WebAssembly variant prints the tokens of each object and an empty line', () => {
  assert.equal(wasm('{"id": "1", "a": "Hello, World", "b": [1, "x"]}\n\n{"c": true}'), 'hello\nworld\nx\n\n\n');
  assert.equal(wasm(''), '');
});

test('both variants give the same index', () => {
  const ids = mails.map((mail) => mail.id);
  assert.deepEqual(indexTokens(ids, wasm(lines(mails))), indexObjects(mails));
});

test('WebAssembly variant reads every escape of JSON', () => {
  const line = String.raw`{"a\u0062": "x\ny\"z\\w\/v", "k": "caf\u00E9 \u20ac\ud83d\ude00s \ud83dA \ude00 \u0041b"}`;
  assert.equal(wasm(line), printed([JSON.parse(line)]));
});

test('WebAssembly variant leaves out the string under `id` and nothing beside it', () => {
  for (const line of [
    '{"id":["in"],"x":"out"}',
    '[{"id":"in"},"out"]',
    '{"id":{"id":"in","y":"out"},"z":"w"}',
    '{"id":5,"x":"id"}',
    '{"ID":"in","idx":"out"}',
    '"id"',
  ]) {
    assert.equal(wasm(line), printed([JSON.parse(line)]), line);
  }
});

test('both variants agree on arbitrary objects', () => {
  // A small generator with a fixed seed, so that a failure can be repeated.
  let state = 7;
  const next = (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % bound;
  };
  const pieces = ['Id', 'id', ' ', '-', 'Q9', '"', '\\', '\n', '\u00fc', '\u{1f600}', '\ud800', ':', '{', 'ab', '\u0001'];
  const text = () => Array.from({ length: next(6) }, () => pieces[next(pieces.length)]).join('');
  const value = (depth) => {
    const kind = next(depth > 3 ? 3 : 5);
    if (kind === 3) return Array.from({ length: next(4) }, () => value(depth + 1));
    if (kind === 4) return Object.fromEntries(Array.from({ length: next(4) }, () => [text(), value(depth + 1)]));
    return kind === 0 ? next(100) : kind === 1 ? null : text();
  };
  const objects = Array.from({ length: 2000 }, () => value(0));
  assert.equal(wasm(lines(objects)), printed(objects));
});

test('WebAssembly variant reads lines larger than its buffers', () => {
  const objects = [{ text: 'Word '.repeat(100_000) }, { text: 'x'.repeat(500_000) }, { text: 'end' }];
  assert.equal(wasm(lines(objects)), printed(objects));
});

test('command prints an inverted index, or tokens, or what is wrong with the line', () => {
  const run = (args, input) =>
    spawnSync(process.execPath, [join(here, 'index.js'), ...args], { input, encoding: 'utf8' });
  assert.equal(run([], '{"id":"1","a":"B c"}\n').stdout, '{"token":"b","ids":["1"]}\n{"token":"c","ids":["1"]}\n');
  assert.equal(run(['--tokens'], lines(mails)).stdout, wasm(lines(mails)));
  const bad = run([], '{"id":"1"}\n{\n');
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /^error: line 2: /);
});

test('tokens of any text are well-formed and in lower case', () => {
  assert.deepEqual(tokens('A-b_C \ud800d'), ['a', 'b', 'c', '\ufffdd']);
});
