import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openClient } from '../index.js';

const ada = { id: 'p-1', type: 'org.dxos/type/person', name: 'Ada' };
const bob = { id: 'p-2', type: 'org.dxos/type/person', name: 'Bob' };

let folder;
let path;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'echo-'));
  path = join(folder, 'objects.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

test('objects survive a restart, and deleted ones stay deleted', async () => {
  const first = await openClient({ path });
  await first.batch({ put: [ada, bob] });
  await first.put({ ...ada, name: 'Ada L.' });
  await first.delete('p-2');
  await first.close();
  const second = await openClient({ path });
  assert.deepEqual(await second.query(), [{ ...ada, name: 'Ada L.' }]);
  await second.close();
});

test('a write that was cut off is dropped, and writing goes on after what was whole', async () => {
  const first = await openClient({ path });
  await first.put(ada);
  await first.close();
  await appendFile(path, '[{"put":{"id":"p-2","ty');
  const second = await openClient({ path });
  assert.deepEqual(await second.query(), [ada]);
  await second.put(bob);
  await second.close();
  const third = await openClient({ path });
  assert.deepEqual(await third.query(), [ada, bob]);
  await third.close();
});

test('a damaged line is refused with its number', async () => {
  await writeFile(path, '[]\nnot json\n');
  await assert.rejects(openClient({ path }), /^Error: read log: line 2: /);
  assert.equal(await readFile(path, 'utf8'), '[]\nnot json\n');
});

test('a batch with a bad object changes nothing', async () => {
  const client = await openClient();
  assert.throws(() => client.batch({ put: [ada, { id: 'p-3' }] }), /put `p-3`: expected a `type`/);
  assert.deepEqual(await client.query(), []);
});

test('what callers hold is theirs to change', async () => {
  const client = await openClient();
  const own = structuredClone(ada);
  await client.put(own);
  own.name = 'changed';
  (await client.get('p-1')).name = 'changed';
  assert.deepEqual(await client.get('p-1'), ada);
});

test('query takes objects with equal fields, by id', async () => {
  const client = await openClient();
  await client.batch({ put: [bob, ada, { id: 'x', type: 'org.dxos/type/note' }] });
  assert.deepEqual(await client.query({ type: 'org.dxos/type/person' }), [ada, bob]);
  assert.deepEqual(await client.query({ name: 'Bob' }), [bob]);
});

test('concurrent batches are applied and reported in the order of the calls', async () => {
  const client = await openClient({ path });
  const seen = [];
  const stop = client.subscribe((changes) => seen.push(changes[0].put?.name ?? changes[0].delete));
  await Promise.all([client.put(ada), client.put(bob), client.delete('p-1')]);
  stop();
  await client.delete('p-2');
  assert.deepEqual(seen, ['Ada', 'Bob', 'p-1']);
  await client.close();
});
