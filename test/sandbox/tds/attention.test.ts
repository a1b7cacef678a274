import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { done, doneStatus } from '../../../src/sandbox/tds/tokens.js';
import type { SqlEvent } from '../../../src/sandbox/tds/session.js';
import { type EndpointUnderTest, startEndpoint } from './endpointUnderTest.js';
import { attention, batch, RawClient } from './rawClient.js';
import { intColumn, rows, ScriptedServer } from './scriptedServer.js';

const acknowledged = done('done', doneStatus.attention);

/** `wait` waits for the attention, `endless` never stops producing rows. */
async function* script(text: string, signal: AbortSignal): AsyncGenerator<SqlEvent> {
  if (text.includes('wait')) {
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('stopped'));
      });
      if (signal.aborted) reject(new Error('stopped'));
    });
  } else if (text.includes('endless')) {
    yield { kind: 'columns', columns: [intColumn] };
    for (let n = 1; ; n = (n + 1) % 1_000_000) yield { kind: 'row', values: [n] };
  } else if (/^\s*set/i.test(text)) yield { kind: 'done' };
  else yield* rows(1);
}

describe('attention', () => {
  let endpoint: EndpointUnderTest;

  before(async () => {
    endpoint = await startEndpoint(new ScriptedServer(script));
  });
  after(() => endpoint.close());

  async function answersAfterwards(client: RawClient) {
    client.write(batch('select'));
    const answer = await client.next();
    assert.equal(answer?.payload[0], 0x81);
    client.close();
  }

  it('stops a request that waits: its own answer, then the acknowledgement', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    client.write(batch('wait'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.write(attention);
    assert.deepEqual((await client.next())?.payload, done('done', 0));
    assert.deepEqual((await client.next())?.payload, acknowledged);
    await answersAfterwards(client);
  });

  it('stops an answer in the middle of its rows', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    client.write(batch('endless'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.write(attention);
    const answer = await client.next();
    assert.equal(answer?.payload[0], 0x81);
    assert.deepEqual(answer.payload.subarray(-13), done('done', 0));
    assert.deepEqual((await client.next())?.payload, acknowledged);
    await answersAfterwards(client);
  });

  it('stops an answer that the client has ceased to read', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    client.write(batch('endless'));
    client.pause();
    const before = process.memoryUsage.rss();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(process.memoryUsage.rss() - before < 200 * 1024 ** 2);
    client.write(attention);
    client.resume();
    assert.ok(await client.next());
    assert.deepEqual((await client.next())?.payload, acknowledged);
    await answersAfterwards(client);
  });

  it('is acknowledged when nothing runs', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    client.write(attention);
    const answer = await client.next();
    assert.equal(answer?.type, 4);
    assert.equal(answer.payload.toString('hex'), 'fd200000000000000000000000');
    await answersAfterwards(client);
  });

  it('in the same segment as its request', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    client.write(Buffer.concat([batch('wait'), attention]));
    assert.deepEqual((await client.next())?.payload, done('done', 0));
    assert.deepEqual((await client.next())?.payload, acknowledged);
    await answersAfterwards(client);
  });

  it('comes from mssql as cancel and as time-out, and the connection lives on', async () => {
    const pool = await endpoint.connect({ requestTimeout: 200 });
    await assert.rejects(pool.request().batch('wait'), { code: 'ETIMEOUT' });
    const request = pool.request();
    const running = request.batch('wait');
    setTimeout(() => {
      request.cancel();
    }, 50);
    await assert.rejects(running, { code: 'ECANCEL' });
    assert.equal((await pool.request().batch('select')).recordset.length, 1);
    assert.equal(endpoint.server.logins.length >= 1, true);
  });

  it('a client that goes away stops its request', async () => {
    const open = endpoint.server.open;
    for (const text of ['wait', 'endless']) {
      const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
      client.write(batch(text));
      await new Promise((resolve) => setTimeout(resolve, 20));
      client.close();
    }
    while (endpoint.server.open > open) await new Promise(setImmediate);
  });
});
