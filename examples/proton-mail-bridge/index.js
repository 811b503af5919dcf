// Brings a Proton mailbox into ECHO.
//
// What it needs comes in by `context`:
//   imap     login({ token }) -> { uidValidity }, messages({ after }) -> async [{ uid, raw }], logout()
//   secrets  get(name), of a provider of org.dxos/api/secrets
//   invoke   (name, data) -> result, for the functions that the manifest lists
//   storage  get(key), set(key, value): what it remembers from one run to the next
//   trace    span(name, attributes, work), of org.dxos/module/tracing; optional

import { toObject } from './message.js';

const WRITER = 'org.dxos/function/echo-writer';
const INDEXER = 'org.dxos/function/universal-indexer';

/** Messages written at once: what is fetched and lost in a crash is fetched again. */
const BATCH = 50;

const noTrace = { span: (_name, _attributes, work) => work({ set: () => {} }) };

/** Adds postings to those that are stored, token by token. */
const storeIndex = async (storage, index) => {
  for (const [token, ids] of Object.entries(index)) {
    const key = `index/${token}`;
    const known = (await storage.get(key)) ?? [];
    await storage.set(key, [...new Set([...known, ...ids])].sort());
  }
};

/** Writes and indexes one batch of `{ uid?, raw }`, and adds to `outcome` what became of each. */
const take = async (messages, outcome, context) => {
  const objects = new Map();
  for (const { uid, raw } of messages) {
    try {
      const object = toObject(raw);
      objects.set(object.id, object);
    } catch (error) {
      // One bad message must not keep the others out.
      outcome.failed.push({ ...(uid !== undefined && { uid }), reason: error.message });
    }
  }
  if (objects.size === 0) {
    return;
  }
  const data = { objects: [...objects.values()], existing: 'skip' };
  const { written, skipped } = await context.invoke(WRITER, data);
  // Skipped ones too: an earlier run may have written them and stopped before this line.
  const { index } = await context.invoke(INDEXER, { ids: [...written, ...skipped] });
  await storeIndex(context.storage, index);
  outcome.written.push(...written);
  outcome.skipped.push(...skipped);
};

const pull = async (outcome, context) => {
  const token = await context.secrets.get('PROTON_TOKEN');
  if (token === undefined) {
    throw new Error('pull mail: there is no secret `PROTON_TOKEN`');
  }
  const { uidValidity } = await context.imap.login({ token });
  try {
    const cursor = await context.storage.get('cursor');
    // A mailbox that was made anew counts from the start again (RFC 3501, section 2.3.1.1).
    let after = cursor?.uidValidity === uidValidity ? cursor.uid : 0;
    let batch = [];
    const flush = async () => {
      await take(batch, outcome, context);
      await context.storage.set('cursor', { uidValidity, uid: after });
      batch = [];
    };
    for await (const message of context.imap.messages({ after })) {
      batch.push(message);
      after = Math.max(after, message.uid);
      if (batch.length === BATCH) {
        await flush();
      }
    }
    if (batch.length > 0) {
      await flush();
    }
  } finally {
    await context.imap.logout();
  }
};

/**
 * Takes the message `data.raw` that a webhook brought, or fetches what has come since the last
 * time.
 */
export const handler = ({ data, context }) => {
  const pushed = data?.raw !== undefined;
  const { span } = context.trace ?? noTrace;
  return span(pushed ? 'push mail' : 'pull mail', {}, async (current) => {
    const outcome = { written: [], skipped: [], failed: [] };
    await (pushed ? take([{ raw: data.raw }], outcome, context) : pull(outcome, context));
    for (const [what, items] of Object.entries(outcome)) {
      current.set(what, items.length);
    }
    return outcome;
  });
};
