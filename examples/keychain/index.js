// Secrets in one encrypted file.
//
// The file is JSON: parameters and salt of scrypt, which makes the key from a passphrase, and the
// nonce, tag and bytes of AES-256-GCM over a JSON object of names and values. The parameters are
// authenticated with the rest, so nobody can weaken them unnoticed.

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const SALT_BYTES = 16;

/** About 0.1 s and 64 MiB for each guess at the passphrase. */
const COST = { N: 65536, r: 8, p: 1 };

/** What a file may ask for, so that a prepared one cannot exhaust memory. */
const MAX_MEMORY = 256 * 1024 * 1024;

const derive = promisify(scrypt);

export class KeychainError extends Error {
  name = 'KeychainError';

  /** @param problem `locked` or `denied`, as in secrets.wit */
  constructor(problem, message, options) {
    super(message, options);
    this.problem = problem;
  }
}

const header = ({ v, kdf }) => Buffer.from(JSON.stringify([v, kdf.N, kdf.r, kdf.p, kdf.salt]));

const keyOf = (passphrase, { N, r, p, salt }) =>
  derive(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), KEY_BYTES, {
    N,
    r,
    p,
    maxmem: MAX_MEMORY,
  });

const decrypt = (file, key) => {
  const decipher = createDecipheriv(CIPHER, key, Buffer.from(file.nonce, 'base64'), {
    authTagLength: 16,
  });
  decipher.setAAD(header(file));
  decipher.setAuthTag(Buffer.from(file.tag, 'base64'));
  const plain = [decipher.update(Buffer.from(file.data, 'base64')), decipher.final()];
  return JSON.parse(Buffer.concat(plain).toString('utf8'));
};

const encrypt = (secrets, kdf, key) => {
  // A nonce is never used twice with a key: each write takes a new one.
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: 16 });
  cipher.setAAD(header({ v: 1, kdf }));
  const plain = JSON.stringify(Object.fromEntries(secrets));
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return {
    v: 1,
    kdf,
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
};

/** The new file takes the place of the old one only when it is on disk. */
const replace = async (path, text) => {
  const next = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(next, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
};

class Keychain {
  #path;
  #kdf;
  #key;
  #secrets;
  #last = Promise.resolve();

  constructor(path, kdf, key, secrets) {
    this.#path = path;
    this.#kdf = kdf;
    this.#key = key;
    this.#secrets = secrets;
  }

  /** The value, or undefined. */
  async get(name) {
    return this.#secrets.get(name);
  }

  /** All names, sorted. */
  async list() {
    return [...this.#secrets.keys()].sort();
  }

  set(name, value) {
    if (typeof name !== 'string' || name === '' || typeof value !== 'string') {
      throw new TypeError('set: expected a name and a value as text');
    }
    return this.#change((secrets) => secrets.set(name, value));
  }

  delete(name) {
    return this.#change((secrets) => secrets.delete(name));
  }

  /** What is in memory changes only with what is on disk, one change after the other. */
  #change(edit) {
    const done = this.#last.then(async () => {
      const secrets = new Map(this.#secrets);
      edit(secrets);
      await replace(this.#path, `${JSON.stringify(encrypt(secrets, this.#kdf, this.#key))}\n`);
      this.#secrets = secrets;
    });
    this.#last = done.catch(() => {});
    return done;
  }
}

/**
 * Opens the file at `path`; if there is none, it is made at the first change.
 *
 * @throws KeychainError `locked`, for a wrong passphrase as for a damaged file: the two cannot be
 *     told apart
 */
export const openKeychain = async ({ path, passphrase, cost = COST }) => {
  if (typeof passphrase !== 'string' || passphrase === '') {
    throw new TypeError('open keychain: expected a passphrase');
  }
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
    const kdf = { ...cost, salt: randomBytes(SALT_BYTES).toString('base64') };
    return new Keychain(path, kdf, await keyOf(passphrase, kdf), new Map());
  }
  try {
    const file = JSON.parse(text);
    if (file.v !== 1) {
      throw new Error(`version ${file.v}, expected 1`);
    }
    const key = await keyOf(passphrase, file.kdf);
    return new Keychain(path, file.kdf, key, new Map(Object.entries(decrypt(file, key))));
  } catch (cause) {
    throw new KeychainError('locked', `open keychain \`${path}\`: wrong passphrase, or damaged`, {
      cause,
    });
  }
};
