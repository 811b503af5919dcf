// An inverted index of the text in ECHO objects.
//
// The same text gives the same tokens here and in dist/indexer.wasm, so that it does not matter
// which of the two variants a target selects.

import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/**
 * Splits text: a token is a run of ASCII letters and digits and of characters beyond ASCII.
 * Only ASCII letters are lower-cased, because that needs no tables in the WebAssembly variant.
 */
export const tokens = (text) =>
  (text.toWellFormed().match(/[0-9A-Za-z\u0080-\uffff]+/g) ?? []).map((token) =>
    token.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  );

const isIdKey = (key) => {
  const words = tokens(key);
  return words.length === 1 && words[0] === 'id';
};

/** The tokens of all string values in an object, at any depth, but for the ids. */
export const tokensOf = (value) => {
  if (typeof value === 'string') {
    return tokens(value);
  }
  if (Array.isArray(value)) {
    return value.flatMap(tokensOf);
  }
  if (value === null || typeof value !== 'object') {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'string' && isIdKey(key) ? [] : tokensOf(item),
  );
};

const byToken = ([left], [right]) => (left < right ? -1 : left > right ? 1 : 0);

const toIndex = (postings) =>
  Object.fromEntries(
    [...postings].sort(byToken).map(([token, ids]) => [token, [...ids].sort()]),
  );

const add = (postings, id, words) => {
  for (const word of words) {
    const ids = postings.get(word) ?? new Set();
    postings.set(word, ids.add(id));
  }
};

const idOf = (object, place) => {
  if (typeof object?.id !== 'string' || object.id === '') {
    throw new TypeError(`object ${place}: expected an object with an \`id\``);
  }
  return object.id;
};

/** From each token to the ids of the objects that have it, both sorted. */
export const indexObjects = (objects) => {
  const postings = new Map();
  objects.forEach((object, i) => add(postings, idOf(object, i + 1), tokensOf(object)));
  return toIndex(postings);
};

/** The same index from what the WebAssembly variant printed for the objects with these ids. */
export const indexTokens = (ids, printed) => {
  const postings = new Map();
  let at = 0;
  for (const line of printed.split('\n').slice(0, -1)) {
    if (line === '') {
      at += 1;
    } else {
      add(postings, ids[at], [line]);
    }
  }
  if (at !== ids.length) {
    throw new RangeError(`tokens of ${at} objects, expected ${ids.length}`);
  }
  return toIndex(postings);
};

/**
 * Indexes objects that changed.
 *
 * @param data `objects` themselves, or the `ids` of objects to load from `context.echo`
 */
export const handler = async ({ data, context }) => {
  const objects = [...(data.objects ?? [])];
  for (const id of data.ids ?? []) {
    const object = await context.echo.get(id);
    // An object that was deleted since the event has nothing to index.
    if (object !== undefined) {
      objects.push(object);
    }
  }
  const index = indexObjects(objects);
  return { index, objects: objects.length, tokens: Object.keys(index).length };
};

/** Parses JSON lines, blank ones left out. */
const readLines = async (input) => {
  const objects = [];
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() !== '') {
      try {
        objects.push(JSON.parse(line));
      } catch (error) {
        throw new SyntaxError(`line ${number}: ${error.message}`);
      }
    }
  }
  return objects;
};

const main = async (args) => {
  const objects = await readLines(process.stdin);
  if (args.includes('--tokens')) {
    // What the WebAssembly variant prints.
    const lines = objects.flatMap((object) => [...tokensOf(object), '']);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  } else {
    const { index } = await handler({ data: { objects }, context: {} });
    for (const [token, ids] of Object.entries(index)) {
      process.stdout.write(`${JSON.stringify({ token, ids })}\n`);
    }
  }
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  });
}
