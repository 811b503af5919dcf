// Writes many objects to ECHO, a batch at a time.

const BATCH = 100;

/** What to do with an object whose id is already there. */
const EXISTING = ['replace', 'skip', 'fail'];

const check = (objects, existing, batch) => {
  if (!Array.isArray(objects)) {
    throw new TypeError('write: expected an array `objects`');
  }
  if (!EXISTING.includes(existing)) {
    throw new RangeError(`write: existing is \`${existing}\`, expected one of ${EXISTING.join(', ')}`);
  }
  if (!Number.isInteger(batch) || batch < 1) {
    throw new RangeError(`write: batch is \`${batch}\`, expected a positive integer`);
  }
};

/** Of several objects with one id, the last; in the order of first appearance. */
const lastOfEach = (objects) => [...new Map(objects.map((object) => [object.id, object])).values()];

/**
 * Writes `data.objects` through `context.echo`.
 *
 * A batch is written whole or not at all. If one fails, those before it stay, and the error says
 * how many objects were written, so that calling again with `existing: "skip"` goes on from there.
 *
 * @param data `objects`; `existing` is `replace` (default), `skip` or `fail`; `batch` is the number
 *     of objects written at once, 100 by default
 * @returns ids that were `written` and ids that were `skipped`
 */
export const handler = async ({ data, context }) => {
  const { objects, existing = 'replace', batch = BATCH } = data;
  check(objects, existing, batch);
  const written = [];
  const skipped = [];
  const pending = [];
  const flush = async () => {
    try {
      await context.echo.batch({ put: pending });
    } catch (error) {
      throw new Error(`write: failed after ${written.length} objects: ${error.message}`, { cause: error });
    }
    written.push(...pending.splice(0).map((object) => object.id));
  };

  const unique = lastOfEach(objects);
  const present = new Set();
  if (existing !== 'replace') {
    for (const { id } of unique) {
      if ((await context.echo.get(id)) !== undefined) {
        present.add(id);
      }
    }
  }
  if (existing === 'fail' && present.size > 0) {
    const ids = [...present].map((id) => `\`${id}\``).join(', ');
    throw new Error(`write: already there: ${ids}`);
  }
  for (const object of unique) {
    if (present.has(object.id)) {
      skipped.push(object.id);
      continue;
    }
    pending.push(object);
    if (pending.length === batch) {
      await flush();
    }
  }
  if (pending.length > 0) {
    await flush();
  }
  return { written, skipped };
};
