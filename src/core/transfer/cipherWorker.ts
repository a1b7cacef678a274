// The entry of a cipher thread (node:worker_threads). It does what would keep the main thread, in an
// editor everyone's, from answering: reading, encrypting, checksums, decrypting, writing, hashing.
import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { RangeDeciphers } from './decryptChunks.js';
import { encryptPiece } from './encryptPiece.js';
import { readAhead } from './readAhead.js';
import { Stopwatch } from './stopwatch.js';
import type { Answers, Command, Hashed, HashTask, Reply, Task } from './workerProtocol.js';

const port = parentPort;
if (!port) throw new Error('cipherWorker runs as a worker thread only');

let key: Buffer = Buffer.alloc(0);
const ranges = new RangeDeciphers();
let sha256: Hash | undefined;
/** Tasks run one after the other, in the order in which they were asked for. */
let queue = Promise.resolve();

async function hashPiece(task: HashTask, watch: Stopwatch): Promise<Hashed> {
  sha256 ??= createHash('sha256');
  watch.start();
  for await (const bytes of readAhead(task.fd, task.offset, task.length)) {
    watch.lap('readS');
    sha256.update(bytes);
    watch.lap('checksumS');
  }
  return { sha256: task.digest ? sha256.digest('hex') : undefined };
}

function run(task: Task, watch: Stopwatch): Answers[Task['kind']] | Promise<Answers[Task['kind']]> {
  switch (task.kind) {
    case 'encrypt':
      return encryptPiece(key, task, watch);
    case 'decrypt':
      return ranges.decrypt(key, task, watch);
    case 'hash':
      return hashPiece(task, watch);
  }
}

async function answer(id: number, task: Task): Promise<void> {
  const watch = new Stopwatch();
  try {
    const result = await run(task, watch);
    const reply: Reply = { kind: 'done', id, answer: result, spent: watch.spent };
    port?.postMessage(reply, 'chunk' in result && result.chunk ? [result.chunk.buffer] : []);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reply: Reply = { kind: 'failed', id, failure: { code, message } };
    port?.postMessage(reply);
  }
}

port.on('message', (command: Command) => {
  if ('task' in command) {
    const { id, task } = command;
    queue = queue.then(() => answer(id, task));
  } else if (command.kind === 'open') {
    key = Buffer.from(command.key.buffer);
  } else {
    key.fill(0);
    const reply: Reply = { kind: 'stopped' };
    port.postMessage(reply);
    port.close();
  }
});
