import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handler } from '../index.js';

const raw = (id) => `From: a@example.com\nMessage-ID: <${id}@example.com>\nSubject: mail ${id}\n\nText\n`;

/** A host with a mailbox: everything that the bridge is given, and what it did with it. */
const host = (mailbox, { failing = () => false } = {}) => {
  const stored = new Map();
  const objects = new Map();
  const calls = [];
  const imap = {
    uidValidity: 1,
    login: async ({ token }) => {
      assert.equal(token, 't');
      calls.push('login');
      return { uidValidity: imap.uidValidity };
    },
    async *messages({ after }) {
      calls.push(`after ${after}`);
      yield* mailbox.filter(({ uid }) => uid > after);
    },
    logout: async () => void calls.push('logout'),
  };
  const functions = {
    'org.dxos/function/echo-writer': ({ objects: all, existing }) => {
      assert.equal(existing, 'skip');
      const written = all.filter(({ id }) => !objects.has(id)).map(({ id }) => id);
      const skipped = all.filter(({ id }) => objects.has(id)).map(({ id }) => id);
      all.forEach((object) => objects.set(object.id, object));
      return { written, skipped };
    },
    'org.dxos/function/universal-indexer': ({ ids }) => ({ index: { mail: ids } }),
  };
  const context = {
    imap,
    secrets: { get: async (name) => (name === 'PROTON_TOKEN' ? 't' : undefined) },
    storage: { get: async (key) => stored.get(key), set: async (key, value) => void stored.set(key, value) },
    invoke: async (name, data) => {
      if (failing(name)) {
        throw new Error('host is away');
      }
      return functions[name](data);
    },
  };
  return { context, imap, stored, objects, calls };
};

test('pull brings what is new, once', async () => {
  const mailbox = [{ uid: 3, raw: raw('a') }, { uid: 5, raw: raw('b') }, { uid: 6, raw: raw('a') }];
  const { context, calls, objects, stored } = host(mailbox);
  const first = await handler({ data: {}, context });
  assert.equal(first.written.length, 2);
  assert.deepEqual([...objects.values()].map(({ subject }) => subject), ['mail a', 'mail b']);
  assert.deepEqual(stored.get('index/mail'), [...first.written].sort());
  mailbox.push({ uid: 9, raw: raw('c') });
  assert.equal((await handler({ data: {}, context })).written.length, 1);
  assert.deepEqual(calls, ['login', 'after 0', 'logout', 'login', 'after 6', 'logout']);
});

test('a mailbox made anew is read from the start, and nothing comes twice', async () => {
  const { context, imap } = host([{ uid: 1, raw: raw('a') }]);
  await handler({ data: {}, context });
  imap.uidValidity = 2;
  const { written, skipped } = await handler({ data: {}, context });
  assert.deepEqual([written.length, skipped.length], [0, 1]);
});

test('a webhook brings one message without a mailbox', async () => {
  const { context, calls } = host([]);
  assert.equal((await handler({ data: { raw: raw('a') }, context })).written.length, 1);
  assert.equal((await handler({ data: { raw: raw('a') }, context })).skipped.length, 1);
  assert.deepEqual(calls, []);
});

test('a message that cannot be read is named and keeps no other out', async () => {
  const { context, stored } = host([{ uid: 1, raw: 'junk' }, { uid: 2, raw: raw('a') }]);
  const outcome = await handler({ data: {}, context });
  assert.deepEqual(outcome.failed, [{ uid: 1, reason: 'message without a `From` field' }]);
  assert.equal(outcome.written.length, 1);
  assert.equal(stored.get('cursor').uid, 2);
});

test('after a failure the next run begins where the last batch was whole, and indexes what was written', async () => {
  const mailbox = Array.from({ length: 60 }, (_, i) => ({ uid: i + 1, raw: raw(i) }));
  let indexed = 0;
  const failing = (name) => name.endsWith('indexer') && ++indexed === 2;
  const { context, calls, stored } = host(mailbox, { failing });
  await assert.rejects(handler({ data: {}, context }), /host is away/);
  const { written, skipped } = await handler({ data: {}, context });
  assert.deepEqual([written.length, skipped.length], [0, 10]);
  assert.equal(stored.get('index/mail').length, 60);
  assert.deepEqual(calls, ['login', 'after 0', 'logout', 'login', 'after 50', 'logout']);
});

test('without its secret it does not log in', async () => {
  const { context, calls } = host([]);
  context.secrets = { get: async () => undefined };
  await assert.rejects(handler({ data: {}, context }), /no secret `PROTON_TOKEN`/);
  assert.deepEqual(calls, []);
});

test('with tracing, a span counts what was done', async () => {
  const { context } = host([{ uid: 1, raw: raw('a') }]);
  const seen = {};
  context.trace = {
    span: (name, _attributes, work) => work({ set: (key, value) => (seen[`${name}: ${key}`] = value) }),
  };
  await handler({ data: {}, context });
  assert.deepEqual(seen, { 'pull mail: written': 1, 'pull mail: skipped': 0, 'pull mail: failed': 0 });
});
