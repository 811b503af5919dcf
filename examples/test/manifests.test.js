// What the examples are for: together they have each shape that a closure can have.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const order = read('order.txt')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter((line) => line !== '');
const manifests = new Map(order.map((folder) => [folder, JSON.parse(read(`${folder}/dmg.json`))]));
const authority = (name) => name.slice(0, name.indexOf('/'));
const dependenciesOf = ({ dependencies = {} }) => Object.keys(dependencies);

/** Folders of modules that are, or provide, what has this name. */
const answering = (name) =>
  order.filter((folder) => {
    const { name: own, provides = {} } = manifests.get(folder);
    return name.includes('/api/') ? name in provides : name === own;
  });

test('order lists each example once', () => {
  const folders = readdirSync(root).filter((name) => existsSync(new URL(`${name}/dmg.json`, root)));
  assert.deepEqual([...order].sort(), folders.sort());
});

test('order has dependencies first', () => {
  for (const [folder, manifest] of manifests) {
    for (const name of dependenciesOf(manifest)) {
      assert.ok(
        answering(name).some((other) => order.indexOf(other) < order.indexOf(folder)),
        `${folder} needs ${name}`,
      );
    }
  }
});

test('order has each authority before those that name it', () => {
  const claimed = new Set();
  for (const [folder, manifest] of manifests) {
    const invoked = (manifest.resources ?? []).flatMap(({ functions = [] }) => functions);
    const names = [...dependenciesOf(manifest), ...Object.keys(manifest.provides ?? {}), ...invoked];
    claimed.add(authority(manifest.name));
    for (const other of [...names.map(authority), ...(manifest.providers ?? [])]) {
      assert.ok(claimed.has(other), `${folder} names ${other}`);
    }
  }
});

test('closure of the mail bridge has a diamond, a choice, an option and a variant', () => {
  const bridge = manifests.get('proton-mail-bridge');
  const client = 'org.dxos/module/echo-client';
  const above = dependenciesOf(bridge).filter((name) =>
    answering(name).some((folder) => dependenciesOf(manifests.get(folder)).includes(client)),
  );
  assert.deepEqual(above, ['org.dxos/function/echo-writer', 'org.dxos/function/universal-indexer']);
  assert.deepEqual(answering('org.dxos/api/secrets'), ['vault', 'keychain']);
  assert.equal(bridge.dependencies['org.dxos/module/tracing'].optional, true);
  const runtimes = manifests.get('universal-indexer').runtimes.map(({ runtime }) => runtime);
  assert.deepEqual(runtimes, ['wasi', 'nodejs']);
});

test('files that manifests name are there', () => {
  for (const [folder, { functions = [], runtimes = [], provides = {} }] of manifests) {
    const named = [
      ...functions.flatMap(({ handler }) => (handler ? [handler.split('#')[0]] : [])),
      ...runtimes.flatMap(({ bundle = '.', entry = '.' }) => [bundle, entry]),
      ...Object.values(provides).flatMap(({ interface: file }) => (file ? [file] : [])),
      'README.md',
    ];
    for (const file of named) {
      assert.ok(existsSync(new URL(`${folder}/${file}`, root)), `${folder}/${file}`);
    }
  }
});
