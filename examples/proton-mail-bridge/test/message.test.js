import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_BYTES, toObject } from '../message.js';

const mail = (...lines) => lines.join('\r\n');

test('a message becomes an object', () => {
  const object = toObject(
    mail(
      'Received: from somewhere',
      'From: "Lovelace, Ada" <ada@example.com>',
      'To: bob@example.com (work), =?utf-8?q?Zo=C3=AB?= <zoe@example.com>',
      'Subject: Lunch',
      '  at noon?',
      'Date: Mon, 2 Jun 2025 09:30:00 +0200 (CEST)',
      'Message-ID: <1@example.com>',
      'In-Reply-To: <0@example.com>',
      '',
      'See you there.',
      '',
    ),
  );
  assert.deepEqual(object, {
    id: object.id,
    type: 'org.dxos/type/message',
    messageId: '<1@example.com>',
    subject: 'Lunch  at noon?',
    from: { address: 'ada@example.com', name: 'Lovelace, Ada' },
    to: [{ address: 'bob@example.com' }, { address: 'zoe@example.com', name: 'Zo\u00eb' }],
    date: '2025-06-02T07:30:00.000Z',
    inReplyTo: '<0@example.com>',
    text: 'See you there.\n',
  });
  assert.match(object.id, /^mail-[0-9a-f]{32}$/);
});

test('the id follows from the Message-ID alone, or else from the bytes', () => {
  const id = (...lines) => toObject(mail('From: a@b.c', ...lines)).id;
  assert.equal(id('Message-ID: <x@y>', '', 'one'), id('Received: later', 'Message-ID:', ' <x@y>', '', 'two'));
  assert.notEqual(id('Message-ID: <x@y>', ''), id('Message-ID: <x@z>', ''));
  assert.equal(id('', 'one'), id('', 'one'));
  assert.notEqual(id('', 'one'), id('', 'two'));
});

test('encoded words are decoded, and joined where only white space is between them', () => {
  const subject = (text) => toObject(mail('From: a@b.c', `Subject: ${text}`, '', '')).subject;
  assert.equal(subject('=?UTF-8?B?w4Ryw6Q=?= =?iso-8859-1?Q?_=E9t=E9?= end'), '\u00c4r\u00e4 \u00e9t\u00e9 end');
  assert.equal(subject('=?utf-8*en?q?a=3Fb?='), 'a?b');
  assert.equal(subject('plain \u00fc'), 'plain \u00fc');
});

test('the first plain text of nested parts is the text', () => {
  const { text } = toObject(
    mail(
      'From: a@b.c',
      'Content-Type: multipart/mixed; boundary="outer; 1"',
      '',
      'not shown',
      '--outer; 1',
      'Content-Type: text/plain',
      'Content-Disposition: attachment; filename=a.txt',
      '',
      'attached',
      '--outer; 1',
      'Content-Type: multipart/alternative; boundary=inner',
      '',
      '--inner',
      'Content-Type: text/html',
      '',
      '<p>html</p>',
      '--inner',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=E9 and a long =',
      'line',
      '--inner--',
      '--outer; 1--',
    ),
  );
  assert.equal(text, 'caf\u00e9 and a long line');
});

test('base64 and bytes of other charsets are decoded', () => {
  const head = 'From: a@b.c\nContent-Type: text/plain; charset=';
  assert.equal(toObject(`${head}utf-8\nContent-Transfer-Encoding: base64\n\naMOpbA==\n`).text, 'h\u00e9l');
  assert.equal(toObject(Buffer.from(`${head}koi8-r\n\n\xc4\xc1`, 'latin1')).text, '\u0434\u0430');
  assert.equal(toObject(Buffer.from(`${head}no-such\n\nabc`, 'latin1')).text, 'abc');
});

test('what is no mail is refused', () => {
  assert.throws(() => toObject('hello'), /without a `From` field/);
  assert.throws(() => toObject(Buffer.alloc(MAX_BYTES + 1)), /expected at most/);
});

test('parts nested without end are not followed', () => {
  const part = 'Content-Type: multipart/mixed; boundary=b\n\n--b\n';
  assert.equal(toObject(`From: a@b.c\n${part.repeat(1000)}`).text, undefined);
});
