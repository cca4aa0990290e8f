import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const TYPE_A = 1;
const NAME_ERROR = 3;

/** A name server. Answers addresses of version 4, to questions over UDP. */
export async function serveNames(
  address: string,
  find: (name: string) => string | undefined,
): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address: from }) => {
    socket.send(answer(question, find), port, from);
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  return socket;
}

/** RFC 1035: header, the question as it came, and one record that points back to its name. */
function answer(question: Buffer, find: (name: string) => string | undefined): Buffer {
  const { name, type, end } = readQuestion(question);
  const known = find(name);
  const record = known && type === TYPE_A ? addressRecord(known) : Buffer.alloc(0);
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8580 | (known ? 0 : NAME_ERROR), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  header.fill(0, 8);
  return Buffer.concat([header, question.subarray(12, end), record]);
}

function readQuestion(question: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: question.readUInt16BE(at + 1), end: at + 5 };
}

function addressRecord(address: string): Buffer {
  const head = Buffer.from([0xc0, 0x0c, 0, TYPE_A, 0, 1, 0, 0, 0, 5, 0, 4]);
  return Buffer.concat([head, Buffer.from(address.split('.').map(Number))]);
}
