import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openKeychain } from '../index.js';

// Cheap on purpose: the tests are about the file, not about the time that a guess takes.
const cost = { N: 16, r: 8, p: 1 };
const passphrase = 'correct horse';

let folder;
let path;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keychain-'));
  path = join(folder, 'keychain.json');
});
afterEach(() => rm(folder, { recursive: true }));

const filled = async () => {
  const keychain = await openKeychain({ path, passphrase, cost });
  await Promise.all([keychain.set('TOKEN', 's3cret-value'), keychain.set('A', '1')]);
};

test('secrets are there again with the same passphrase', async () => {
  await filled();
  const again = await openKeychain({ path, passphrase });
  assert.equal(await again.get('TOKEN'), 's3cret-value');
  assert.equal(await again.get('toString'), undefined);
  assert.deepEqual(await again.list(), ['A', 'TOKEN']);
  await again.delete('A');
  assert.deepEqual(await (await openKeychain({ path, passphrase })).list(), ['TOKEN']);
});

test('neither names nor values can be read from the file, and only its owner may read it', async () => {
  await filled();
  const text = await readFile(path, 'utf8');
  assert.doesNotMatch(text, /TOKEN|s3cret/);
  assert.doesNotMatch(Buffer.from(JSON.parse(text).data, 'base64').toString('latin1'), /TOKEN|s3cret/);
  assert.equal((await stat(path)).mode & 0o077, 0);
  assert.deepEqual(await readdir(folder), ['keychain.json']);
});

test('a wrong passphrase is refused', async () => {
  await filled();
  await assert.rejects(openKeychain({ path, passphrase: 'wrong' }), { name: 'KeychainError', problem: 'locked' });
});

test('a change to any part of the file is refused', async () => {
  await filled();
  const good = JSON.parse(await readFile(path, 'utf8'));
  const flip = (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
  const changed = [
    { ...good, data: flip(good.data) },
    { ...good, tag: flip(good.tag) },
    { ...good, tag: good.tag.slice(0, 8) },
    { ...good, nonce: flip(good.nonce) },
    { ...good, kdf: { ...good.kdf, N: 32 } },
    { ...good, kdf: { ...good.kdf, N: 2 ** 30 } },
    { ...good, kdf: { ...good.kdf, salt: flip(good.kdf.salt) } },
    { ...good, v: 2 },
  ];
  for (const file of changed) {
    await writeFile(path, JSON.stringify(file));
    await assert.rejects(openKeychain({ path, passphrase }), { problem: 'locked' }, JSON.stringify(file));
  }
});

test('two files with the same secrets have nothing in common', async () => {
  await filled();
  const first = JSON.parse(await readFile(path, 'utf8'));
  await rm(path);
  await filled();
  const second = JSON.parse(await readFile(path, 'utf8'));
  assert.notEqual(first.kdf.salt, second.kdf.salt);
  assert.notEqual(first.nonce, second.nonce);
  assert.notEqual(first.data, second.data);
});
