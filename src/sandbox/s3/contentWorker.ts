/** The thread in which uploads are hashed and written, so that the server can go on receiving. */
import { parentPort } from 'node:worker_threads';
import { ContentFile } from './contentFile.js';
import type { ContentOrder, ContentReport } from './contentOrders.js';

if (!parentPort) throw new Error('contentWorker runs as a worker thread only');
const port = parentPort;
const files = new Map<number, ContentFile>();

port.on('message', (order: ContentOrder) => {
  try {
    carryOut(order);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    report({ kind: 'failed', file: order.file, error: failure });
  }
});

function report(message: ContentReport): void {
  port.postMessage(message, message.kind === 'written' ? [message.block] : []);
}

function carryOut(order: ContentOrder): void {
  const { file } = order;
  const content = files.get(file);
  switch (order.kind) {
    case 'open':
      files.set(file, new ContentFile(order.path, order.wanted));
      break;
    case 'write':
      // Without a file its opening has failed, and that has been reported.
      content?.write(Buffer.from(order.block, 0, order.length));
      report({ kind: 'written', file, block: order.block });
      break;
    case 'finish': {
      const digests = content?.digests();
      close(file);
      if (digests !== undefined) report({ kind: 'finished', file, digests });
      break;
    }
    case 'close':
      close(file);
      report({ kind: 'closed', file });
      break;
  }
}

function close(file: number): void {
  files.get(file)?.close();
  files.delete(file);
}
