// Spans as JSON lines: what was done, for how long, within what, and whether it failed.

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

const HEX = (bytes) => randomBytes(bytes).toString('hex');

/**
 * @param write takes one line of text, such as `(line) => process.stderr.write(line)`
 * @param now milliseconds since 1970
 * @param id makes an identifier of that many random bytes in hex
 */
export const createTracer = ({ write, now = Date.now, id = HEX }) => {
  // The span in which code runs, across awaits, so that callers need not hand it on.
  const current = new AsyncLocalStorage();

  /**
   * Runs `work(span)` as a span; its result or failure is passed on as it is. A line is written
   * when it ends, so an inner span stands before the one around it.
   */
  const span = async (name, attributes, work) => {
    const parent = current.getStore();
    const own = { trace: parent?.trace ?? id(16), span: id(8) };
    const all = { ...attributes };
    const start = now();
    let error;
    try {
      const handle = { ...own, set: (key, value) => void (all[key] = value) };
      return await current.run(own, () => work(handle));
    } catch (thrown) {
      error = String(thrown?.message ?? thrown);
      throw thrown;
    } finally {
      const line = {
        ...own,
        parent: parent?.span,
        name,
        start: new Date(start).toISOString(),
        ms: now() - start,
        attributes: all,
        error,
      };
      try {
        write(`${JSON.stringify(line)}\n`);
      } catch {
        // Tracing must not make work fail that has been done.
      }
    }
  };

  return { span };
};
