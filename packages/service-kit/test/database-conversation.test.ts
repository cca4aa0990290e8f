import { expect, test } from 'vitest';
import { Conversation } from '../src/database-conversation.ts';

const message = (type: string, contents = '') => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + contents.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(contents)]);
};
const ready = message('Z', 'I');

/** Started and answered. */
function startedConversation() {
  const conversation = new Conversation();
  conversation.said(Buffer.from('\0\0\0\x10start SQH'));
  expect(conversation.isAnswered).toBe(false);
  conversation.heard(Buffer.concat([message('R', 'Z'), ready]));
  expect(conversation.isAnswered).toBe(true);
  return conversation;
}

test('a question is answered by its own end, not by that of the one before', () => {
  const conversation = startedConversation();
  conversation.said(message('Q', 'select 1'));
  conversation.said(Buffer.concat([message('P', 'select 2'), message('B'), message('E'), message('S')]));
  conversation.heard(Buffer.concat([message('D', '1'), ready]));
  expect(conversation.isAnswered).toBe(false);
  conversation.heard(ready);
  expect(conversation.isAnswered).toBe(true);
});

test('a statement that is described first is answered once, after its second half', () => {
  const conversation = startedConversation();
  conversation.said(message('Q', 'select 1'));
  conversation.said(Buffer.concat([message('P', 'select $1'), message('D'), message('H')]));
  conversation.heard(ready);
  expect(conversation.isAnswered).toBe(false);
  conversation.heard(message('T', 'one column'));
  conversation.said(Buffer.concat([message('B'), message('E'), message('S')]));
  conversation.heard(message('D', 'one'));
  expect(conversation.isAnswered).toBe(false);
  conversation.heard(ready);
  expect(conversation.isAnswered).toBe(true);
});

test.each([1, 2, 3, 4, 5, 6, 7, 100])('an answer in pieces of %i bytes is understood', (size) => {
  const conversation = startedConversation();
  conversation.said(message('Q', 'select a, b'));
  // A row may hold what looks like an end.
  const answer = Buffer.concat([message('D', ready.toString('latin1')), message('D', 'ZZZZZZZ'), ready]);
  const most = answer.subarray(0, -2);
  for (let at = 0; at < most.length; at += size) conversation.heard(most.subarray(at, at + size));
  expect(conversation.isAnswered).toBe(false);
  conversation.heard(answer.subarray(-2));
  expect(conversation.isAnswered).toBe(true);
});
