// A client for ECHO objects that needs no peers: all objects are in memory, and every change is
// appended to one log file, from which the next start reads them again.
//
// The log is JSON lines, each a batch: [{"put": object} or {"delete": id}, ...]. A batch is one
// line, so after a crash either all of it is there or none.

import { open, truncate } from 'node:fs/promises';

const copy = (value) => structuredClone(value);

const deepFreeze = (value) => {
  if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
};

const checkObject = (object) => {
  if (typeof object?.id !== 'string' || object.id === '') {
    throw new TypeError('put: expected an object with an `id`');
  }
  if (typeof object.type !== 'string' || object.type === '') {
    throw new TypeError(`put \`${object.id}\`: expected a \`type\``);
  }
  // What cannot be written as JSON would be lost at the next start.
  return deepFreeze(JSON.parse(JSON.stringify(object)));
};

const NEWLINE = 0x0a;

/** Applies a log and gives the length of its whole lines. */
const replay = (bytes, apply) => {
  let start = 0;
  for (let number = 1; ; number += 1) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) {
      return start;
    }
    let changes;
    try {
      changes = JSON.parse(bytes.toString('utf8', start, end));
    } catch (error) {
      throw new Error(`read log: line ${number}: ${error.message}`, { cause: error });
    }
    apply(changes);
    start = end + 1;
  }
};

class EchoClient {
  #objects = new Map();
  #subscribers = new Set();
  #file;
  // Writes go one after the other, in the order of the calls.
  #last = Promise.resolve();

  /** @param file handle of the log, open for appending; none to keep objects in memory only */
  constructor(file) {
    this.#file = file;
  }

  /** For `openClient`: applies changes without writing them. */
  apply(changes) {
    for (const change of changes) {
      if ('put' in change) {
        this.#objects.set(change.put.id, deepFreeze(change.put));
      } else {
        this.#objects.delete(change.delete);
      }
    }
  }

  /** The object with this id, or undefined. */
  async get(id) {
    const found = this.#objects.get(id);
    return found && copy(found);
  }

  /** All objects that have each of the fields in `filter`, by id. */
  async query(filter = {}) {
    const wanted = Object.entries(filter);
    return [...this.#objects.values()]
      .filter((object) => wanted.every(([key, value]) => object[key] === value))
      .sort((left, right) => (left.id < right.id ? -1 : 1))
      .map(copy);
  }

  /**
   * Makes all changes or none: `put` objects, which replace those with their ids, then `delete`
   * ids. They are on disk when the promise resolves.
   */
  batch({ put = [], delete: ids = [] }) {
    const changes = [
      ...put.map((object) => ({ put: checkObject(object) })),
      ...ids.map((id) => ({ delete: id })),
    ];
    const done = this.#last.then(() => this.#commit(changes));
    this.#last = done.catch(() => {});
    return done;
  }

  async #commit(changes) {
    if (changes.length === 0) {
      return;
    }
    if (this.#file !== undefined) {
      await this.#file.appendFile(`${JSON.stringify(changes)}\n`);
      await this.#file.sync();
    }
    this.apply(changes);
    for (const notify of this.#subscribers) {
      notify(copy(changes));
    }
  }

  put(object) {
    return this.batch({ put: [object] });
  }

  delete(id) {
    return this.batch({ delete: [id] });
  }

  /** Calls `notify(changes)` after each batch, until the function returned is called. */
  subscribe(notify) {
    this.#subscribers.add(notify);
    return () => this.#subscribers.delete(notify);
  }

  async close() {
    await this.#last;
    await this.#file?.close();
  }
}

/**
 * Opens a client.
 *
 * @param path of the log, which is made if it is not there; leave it out for memory only
 */
export const openClient = async ({ path } = {}) => {
  if (path === undefined) {
    return new EchoClient();
  }
  const file = await open(path, 'a+', 0o600);
  try {
    const client = new EchoClient(file);
    const bytes = await file.readFile();
    const whole = replay(bytes, (changes) => client.apply(changes));
    if (whole < bytes.length) {
      // The end of a write that was cut off; nobody was told that it had succeeded.
      await truncate(path, whole);
    }
    return client;
  } catch (error) {
    await file.close();
    throw error;
  }
};
