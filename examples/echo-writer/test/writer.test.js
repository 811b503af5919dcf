import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handler } from '../index.js';

/** An ECHO client that records batches, and fails at the batch with this number. */
const fakeEcho = ({ ids = [], failAt } = {}) => {
  const known = new Set(ids);
  const batches = [];
  return {
    batches,
    get: async (id) => (known.has(id) ? { id } : undefined),
    batch: async ({ put }) => {
      if (batches.length === failAt) {
        throw new Error('disk full');
      }
      batches.push(put.map((object) => object.id));
      put.forEach((object) => known.add(object.id));
    },
  };
};

const objects = (...ids) => ids.map((id) => ({ id, type: 'org.dxos/type/note' }));

test('objects are written in batches', async () => {
  const echo = fakeEcho();
  const result = await handler({ data: { objects: objects('a', 'b', 'c', 'd', 'e'), batch: 2 }, context: { echo } });
  assert.deepEqual(echo.batches, [['a', 'b'], ['c', 'd'], ['e']]);
  assert.deepEqual(result, { written: ['a', 'b', 'c', 'd', 'e'], skipped: [] });
});

test('nothing to write makes no batch', async () => {
  const echo = fakeEcho();
  assert.deepEqual(await handler({ data: { objects: [] }, context: { echo } }), { written: [], skipped: [] });
  assert.deepEqual(echo.batches, []);
});

test('of two objects with one id the last is written', async () => {
  const put = [];
  const echo = { batch: async (batch) => put.push(...batch.put) };
  await handler({ data: { objects: [{ id: 'a', n: 1 }, { id: 'a', n: 2 }] }, context: { echo } });
  assert.deepEqual(put, [{ id: 'a', n: 2 }]);
});

test('existing objects are skipped, or refused before anything is written', async () => {
  const echo = fakeEcho({ ids: ['b'] });
  const data = { objects: objects('a', 'b') };
  await assert.rejects(handler({ data: { ...data, existing: 'fail' }, context: { echo } }), /already there: `b`/);
  assert.deepEqual(echo.batches, []);
  const result = await handler({ data: { ...data, existing: 'skip' }, context: { echo } });
  assert.deepEqual(result, { written: ['a'], skipped: ['b'] });
});

test('after a failure the same call with skip goes on', async () => {
  const data = { objects: objects('a', 'b', 'c'), batch: 1, existing: 'skip' };
  const failing = fakeEcho({ failAt: 2 });
  await assert.rejects(handler({ data, context: { echo: failing } }), /failed after 2 objects: disk full/);
  const echo = fakeEcho({ ids: failing.batches.flat() });
  assert.deepEqual((await handler({ data, context: { echo } })).written, ['c']);
});

test('input out of bounds is refused', async () => {
  const context = { echo: fakeEcho() };
  await assert.rejects(handler({ data: {}, context }), /array `objects`/);
  await assert.rejects(handler({ data: { objects: [], batch: 0 }, context }), /positive integer/);
  await assert.rejects(handler({ data: { objects: [], existing: 'merge' }, context }), /expected one of replace, skip, fail/);
});
