import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openVault } from '../index.js';

const bridge = 'com.example/function/proton-mail-bridge';
const other = 'com.example/function/other';
const env = { HOME: '/home/ada', VAULT_: 'x', VAULT_TOKEN: 't', VAULT_SHARED: 's', VAULT_UNLISTED: 'u' };
const access = { TOKEN: [bridge], SHARED: ['*'], MISSING: [bridge] };

test('a reader gets what the access list gives it', async () => {
  const secrets = openVault({ env, access }).for(bridge);
  assert.equal(await secrets.get('TOKEN'), 't');
  assert.equal(await secrets.get('MISSING'), undefined);
  assert.deepEqual(await secrets.list(), ['SHARED', 'TOKEN']);
  assert.equal(await secrets.mayRead('TOKEN'), true);
});

test('others are denied, whether the secret is there or not', async () => {
  const secrets = openVault({ env, access }).for(other);
  for (const name of ['TOKEN', 'MISSING', 'UNLISTED', 'NOWHERE', 'toString']) {
    await assert.rejects(secrets.get(name), { name: 'VaultError', problem: 'denied' });
    assert.equal(await secrets.mayRead(name), false);
  }
  assert.deepEqual(await secrets.list(), ['SHARED']);
});

test('variables without the prefix are no secrets', async () => {
  const open = { HOME: ['*'], TOKEN: ['*'], '': ['*'] };
  assert.deepEqual(await openVault({ env, access: open }).for(other).list(), ['TOKEN']);
  assert.deepEqual(await openVault({ env, prefix: 'HO', access: { ME: ['*'] } }).for(other).list(), ['ME']);
});

test('an unsafe set-up is refused', () => {
  assert.throws(() => openVault({ env, prefix: '', access }), /without a prefix/);
  assert.throws(() => openVault({ env, access: { TOKEN: '*' } }), /access to `TOKEN`/);
  assert.throws(() => openVault({ env, access: { TOKEN: ['com.example*'] } }), /access to `TOKEN`/);
  assert.throws(() => openVault({ env, access }).for('*'), /reader `\*`/);
});
