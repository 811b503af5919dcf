import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { createTracer } from '../index.js';

/** A tracer with its own clock and counter, and the lines it wrote. */
const recorded = () => {
  const lines = [];
  let time = 0;
  let ids = 0;
  const tracer = createTracer({
    write: (line) => lines.push(JSON.parse(line)),
    now: () => (time += 5),
    id: () => `id${(ids += 1)}`,
  });
  return { lines, tracer };
};

test('a span says what was done, when and for how long', async () => {
  const { lines, tracer } = recorded();
  const result = await tracer.span('work', { a: 1 }, async (span) => {
    span.set('b', 2);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.deepEqual(lines, [
    { trace: 'id1', span: 'id2', name: 'work', start: '1970-01-01T00:00:00.005Z', ms: 5, attributes: { a: 1, b: 2 } },
  ]);
});

test('inner spans name the span around them, also when they run at once', async () => {
  const { lines, tracer } = recorded();
  await tracer.span('outer', {}, () =>
    Promise.all(['x', 'y'].map((name, i) => tracer.span(name, {}, () => sleep(2 * (2 - i))))),
  );
  const outer = lines.find((line) => line.name === 'outer');
  assert.equal(lines.at(-1), outer);
  assert.deepEqual(lines.slice(0, -1).map((line) => [line.trace, line.parent]), [
    [outer.trace, outer.span],
    [outer.trace, outer.span],
  ]);
});

test('a failure is noted and passed on', async () => {
  const { lines, tracer } = recorded();
  const failure = new Error('no route');
  await assert.rejects(tracer.span('work', {}, () => { throw failure; }), failure);
  assert.equal(lines[0].error, 'no route');
});

test('work does not fail because its span could not be written', async () => {
  const tracer = createTracer({ write: () => { throw new Error('disk full'); } });
  assert.equal(await tracer.span('work', {}, () => 1), 1);
});

test('identifiers are random by default', async () => {
  const lines = [];
  const tracer = createTracer({ write: (line) => lines.push(JSON.parse(line)) });
  await tracer.span('a', {}, () => {});
  await tracer.span('b', {}, () => {});
  assert.match(lines[0].trace, /^[0-9a-f]{32}$/);
  assert.notEqual(lines[0].trace, lines[1].trace);
});
