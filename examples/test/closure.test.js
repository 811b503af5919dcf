// The mail bridge with all that it depends on, put together as a host does it.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openClient } from '../echo-client/index.js';
import { handler as writer } from '../echo-writer/index.js';
import { openKeychain } from '../keychain/index.js';
import { handler as bridge } from '../proton-mail-bridge/index.js';
import { createTracer } from '../tracing/index.js';
import { handler as indexer } from '../universal-indexer/index.js';
import { openVault } from '../vault/index.js';

const BRIDGE = 'com.example/function/proton-mail-bridge';

const mailbox = [
  { uid: 1, raw: 'From: ada@example.com\nMessage-ID: <1@example.com>\nSubject: Lunch\n\nAt noon?\n' },
  { uid: 2, raw: 'From: bob@example.com\nMessage-ID: <2@example.com>\nSubject: Re: Lunch\n\nYes!\n' },
];

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closure-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a host hands to the bridge. */
const contextOf = ({ echo, secrets, trace, stored }) => {
  const functions = {
    'org.dxos/function/echo-writer': writer,
    'org.dxos/function/universal-indexer': indexer,
  };
  return {
    secrets,
    trace,
    imap: {
      login: async ({ token }) => {
        assert.equal(token, 'example');
        return { uidValidity: 1 };
      },
      async *messages({ after }) {
        yield* mailbox.filter(({ uid }) => uid > after);
      },
      logout: async () => {},
    },
    storage: { get: async (key) => stored.get(key), set: async (key, value) => void stored.set(key, value) },
    invoke: (name, data) => functions[name]({ data, context: { echo } }),
  };
};

const fromKeychain = async () => {
  const path = join(folder, 'keychain.json');
  const keychain = await openKeychain({ path, passphrase: 'p', cost: { N: 16, r: 8, p: 1 } });
  await keychain.set('PROTON_TOKEN', 'example');
  return keychain;
};

const fromVault = async () =>
  openVault({ env: { VAULT_PROTON_TOKEN: 'example' }, access: { PROTON_TOKEN: [BRIDGE] } }).for(BRIDGE);

for (const [provider, open] of [['keychain', fromKeychain], ['vault', fromVault]]) {
  test(`mail arrives in ECHO and in the index, with secrets of ${provider}`, async () => {
    const path = join(folder, 'objects.jsonl');
    const echo = await openClient({ path });
    const stored = new Map();
    const context = contextOf({ echo, secrets: await open(), stored });
    const { written } = await bridge({ data: {}, context });
    await echo.close();

    const again = await openClient({ path });
    const objects = await again.query({ type: 'org.dxos/type/message' });
    assert.deepEqual(objects.map(({ subject }) => subject).sort(), ['Lunch', 'Re: Lunch']);
    assert.deepEqual(stored.get('index/lunch'), [...written].sort());
    assert.equal(stored.get('index/noon').length, 1);
    await again.close();
  });
}

test('with tracing there is a span for each run', async () => {
  const lines = [];
  const trace = createTracer({ write: (line) => lines.push(JSON.parse(line)) });
  const context = contextOf({ echo: await openClient(), secrets: await fromVault(), trace, stored: new Map() });
  await bridge({ data: {}, context });
  await bridge({ data: {}, context });
  assert.deepEqual(
    lines.map(({ name, attributes }) => [name, attributes.written]),
    [['pull mail', 2], ['pull mail', 0]],
  );
});
