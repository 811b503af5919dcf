// From a message as it was received (RFC 5322, RFC 2045 to 2047) to an ECHO object.
//
// Mail is bytes in many charsets. It is taken apart as text of one character a byte, and each part
// is decoded where its charset is known.

import { createHash } from 'node:crypto';

/** Larger ones are not mail that people read; what a server takes is seldom above 25 MiB. */
export const MAX_BYTES = 25 * 1024 * 1024;

/** Parts within parts; forwarded mail in forwarded mail seldom reaches five. */
const MAX_DEPTH = 8;

const decodeText = (bytes, charset) => {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // Of a charset that nobody knows, the ASCII part can still be read.
    return new TextDecoder('latin1').decode(bytes);
  }
};

const percentBytes = (text, sign) =>
  Buffer.from(
    text.replace(new RegExp(`${sign}([0-9A-Fa-f]{2})`, 'g'), (_, hex) =>
      String.fromCharCode(parseInt(hex, 16)),
    ),
    'latin1',
  );

/** Encoded words, such as `=?utf-8?q?Caf=C3=A9?=`; white space between two of them is not text. */
const decodeWords = (text) =>
  // Header text outside of encoded words is UTF-8 today (RFC 6532).
  decodeText(Buffer.from(text, 'latin1'), 'utf-8')
    .replace(/(=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)\s+(?==\?[^?\s]+\?[BbQq]\?)/g, '$1')
    .replace(/=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=/g, (_, charset, kind, data) =>
      decodeText(
        kind.toUpperCase() === 'B'
          ? Buffer.from(data, 'base64')
          : percentBytes(data.replaceAll('_', ' '), '='),
        charset,
      ),
    )
    .trim();

/** Header fields by lower-case name, the first of each, unfolded; and what follows them. */
const splitHead = (text) => {
  const blank = /(?:^|\r?\n)\r?\n/.exec(text);
  const head = blank ? text.slice(0, blank.index) : text;
  const fields = new Map();
  for (const line of head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && /^[!-9;-~]+$/.test(name) && !fields.has(name)) {
      fields.set(name, line.slice(colon + 1).trim());
    }
  }
  return { fields, body: blank ? text.slice(blank.index + blank[0].length) : '' };
};

/** `text/plain; charset="utf-8"` as a lower-case value and parameters. */
const splitValue = (field = '') => {
  const [value, ...rest] = field.match(/(?:"(?:\\.|[^"\\])*"|[^;"])+/g) ?? [''];
  const parameters = {};
  for (const item of rest) {
    const found = /^\s*([^\s=]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|(\S+))/.exec(item);
    if (found) {
      parameters[found[1].toLowerCase()] = found[3] ?? found[2].replace(/\\(.)/g, '$1');
    }
  }
  return { value: value.trim().toLowerCase(), parameters };
};

const decodeBody = (body, encoding) => {
  switch (encoding) {
    case 'base64':
      return Buffer.from(body, 'base64');
    case 'quoted-printable':
      return percentBytes(body.replace(/[ \t]+$/gm, '').replace(/=\r?\n/g, ''), '=');
    default:
      return Buffer.from(body, 'latin1');
  }
};

/** The parts of a multipart body, without what stands before the first and after the last. */
const splitParts = (body, boundary) => {
  const parts = [];
  let current;
  for (const line of body.split(/(?<=\n)/)) {
    const text = line.trimEnd();
    if (text === `--${boundary}` || text === `--${boundary}--`) {
      if (current !== undefined) {
        // The end of line before a boundary belongs to the boundary.
        parts.push(current.join('').replace(/\r?\n$/, ''));
      }
      if (text.endsWith('--') && text !== `--${boundary}`) {
        return parts;
      }
      current = [];
    } else {
      current?.push(line);
    }
  }
  // A message that was cut off has no last boundary.
  return current === undefined ? parts : [...parts, current.join('')];
};

/** The first plain text that is not an attachment, or undefined. */
const plainText = ({ fields, body }, depth = 0) => {
  const type = splitValue(fields.get('content-type') ?? 'text/plain');
  if (type.value.startsWith('multipart/') && type.parameters.boundary && depth < MAX_DEPTH) {
    for (const part of splitParts(body, type.parameters.boundary)) {
      const text = plainText(splitHead(part), depth + 1);
      if (text !== undefined) {
        return text;
      }
    }
    return undefined;
  }
  const attached = splitValue(fields.get('content-disposition')).value === 'attachment';
  if (type.value !== 'text/plain' || attached) {
    return undefined;
  }
  const encoding = (fields.get('content-transfer-encoding') ?? '').toLowerCase();
  const bytes = decodeBody(body, encoding);
  return decodeText(bytes, type.parameters.charset ?? 'utf-8').replace(/\r\n/g, '\n');
};

/** `Ada <ada@example.com>, "Bob, B." <bob@example.com>` as names and addresses. */
const addresses = (field = '') => {
  const plain = field.replace(/\((?:\\.|[^()\\])*\)/g, '').replace(/[^,:;"<>@]*:([^;]*);/g, '$1');
  const items = plain.match(/(?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<])+/g) ?? [];
  return items.flatMap((item) => {
    const angle = /<([^<>]*)>\s*$/.exec(item);
    const address = (angle ? angle[1] : item).trim();
    if (!address.includes('@')) {
      return [];
    }
    const name = angle ? item.slice(0, angle.index).trim().replace(/^"(.*)"$/s, '$1') : '';
    const shown = decodeWords(name.replace(/\\(.)/g, '$1'));
    return [{ address, ...(shown && { name: shown }) }];
  });
};

const messageIds = (field = '') => field.match(/<[^<>\s]+>/g) ?? [];

const isoDate = (field) => {
  const time = Date.parse((field ?? '').replace(/\([^()]*\)/g, ''));
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * The ECHO object of a message. Its id follows from the Message-ID alone, so that one message has
 * one object, whichever way and however often it comes.
 *
 * @param raw bytes, or text that is taken as UTF-8
 */
export const toObject = (raw) => {
  const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : Buffer.from(raw);
  if (bytes.length > MAX_BYTES) {
    throw new RangeError(`message of ${bytes.length} bytes, expected at most ${MAX_BYTES}`);
  }
  const message = splitHead(bytes.toString('latin1'));
  const { fields } = message;
  if (!fields.has('from')) {
    throw new SyntaxError('message without a `From` field');
  }
  // Without an id the same bytes are the same message.
  const messageId = messageIds(fields.get('message-id'))[0] ?? `<${sha256(bytes)}@no.message.id>`;
  const object = {
    id: `mail-${sha256(messageId).slice(0, 32)}`,
    type: 'org.dxos/type/message',
    messageId,
    subject: decodeWords(fields.get('subject') ?? ''),
    from: addresses(fields.get('from'))[0],
    to: addresses(fields.get('to')),
    cc: addresses(fields.get('cc')),
    date: isoDate(fields.get('date')),
    inReplyTo: messageIds(fields.get('in-reply-to'))[0],
    references: messageIds(fields.get('references')),
    text: plainText(message) ?? '',
  };
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && value.length !== 0),
  );
};
