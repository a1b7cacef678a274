import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readParameter } from '../../../src/sandbox/tds/decodeType.js';
import { ByteCursor } from '../../../src/sandbox/tds/byteCursor.js';
import { encodeValue, typeInfo } from '../../../src/sandbox/tds/encodeType.js';
import { readLogin7 } from '../../../src/sandbox/tds/login7.js';
import { PacketReader, packets } from '../../../src/sandbox/tds/packet.js';
import { readPrelogin } from '../../../src/sandbox/tds/prelogin.js';
import { readBatch, readRpc, readTransactionRequest } from '../../../src/sandbox/tds/requests.js';
import { sqlType, type SqlType, type SqlValue } from '../../../src/sandbox/sqlserver/types.js';
import { allHeaders, batchPayload, loginPayload } from './rawClient.js';

const utf16 = (text: string) => Buffer.from(text, 'utf16le').toString('hex');

describe('requests', () => {
  it('reads a batch', () => {
    assert.equal(readBatch(batchPayload("select N'é😀'")), "select N'é😀'");
  });

  it('reads sp_prepexec as ODBC sends it', () => {
    const long = (text: string) =>
      `e7ffff0904d00034feffffffffffffff${Buffer.from(Uint32Array.of(2 * text.length).buffer).toString('hex')}${utf16(text)}00000000`;
    const call = Buffer.from(
      `ffff0d000000` +
        `0001260400` +
        `0000${long('@P1 tinyint')}` +
        `0000${long('select @P1')}` +
        `000026010105`,
      'hex',
    );
    const [read] = readRpc(Buffer.concat([allHeaders, call]));
    assert.equal(read?.procedure, 'sp_prepexec');
    assert.deepEqual(
      read.parameters.map(({ value, output }) => [value, output]),
      [
        [null, true],
        ['@P1 tinyint', false],
        ['select @P1', false],
        [5, false],
      ],
    );
  });

  it('reads calls in one message, however they are separated', () => {
    for (const separator of ['ff', 'fe', '80']) {
      const one = 'ffff0f000000000026040405000000';
      const bytes = Buffer.from(`${one}${separator}${one}`, 'hex');
      const calls = readRpc(Buffer.concat([allHeaders, bytes]));
      assert.deepEqual(
        calls.map(({ procedure, parameters }) => [procedure, parameters[0]?.value]),
        [
          ['sp_unprepare', 5],
          ['sp_unprepare', 5],
        ],
      );
    }
  });

  it('reads transaction requests', () => {
    const read = (hex: string) =>
      readTransactionRequest(Buffer.concat([allHeaders, Buffer.from(hex, 'hex')]));
    assert.deepEqual(read('05000200'), { kind: 'begin' });
    assert.deepEqual(read('07000000'), { kind: 'commit', chain: false });
    assert.deepEqual(read('080000010200'), { kind: 'rollback', chain: true });
    assert.deepEqual(read('0000'), { kind: 'unsupported', request: 0 });
  });

  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const values: readonly (readonly [SqlType, fc.Arbitrary<SqlValue>])[] = [
    [sqlType.int, fc.integer()],
    [sqlType.tinyint, fc.integer({ min: 0, max: 255 })],
    [sqlType.bigint, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    [sqlType.bit, fc.boolean()],
    [sqlType.float, fc.double({ noNaN: true })],
    [{ kind: 'money' }, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    [
      { kind: 'decimal', precision: 38, scale: 10 },
      fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
    ],
    [sqlType.nvarchar(400), text],
    [sqlType.nvarchar('max'), text],
    [sqlType.varchar(100), fc.string({ unit: 'binary-ascii' })],
    [{ kind: 'varbinary', length: 'max' }, fc.uint8Array().map((bytes) => Buffer.from(bytes))],
    [sqlType.uniqueidentifier, fc.uuid().map((id) => id.toUpperCase())],
    [
      { kind: 'datetime2', scale: 3 },
      fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    ],
  ];
  for (const [type, arbitrary] of values) {
    it(`reads back what it writes: ${type.kind}`, () => {
      fc.assert(
        fc.property(fc.option(arbitrary), (value) => {
          const bytes = Buffer.concat([typeInfo(type), encodeValue(type, value)]);
          assert.deepEqual(readParameter(new ByteCursor(bytes)).value, value);
        }),
        { numRuns: 100 },
      );
    });
  }

  it('puts packets together, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 512, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
        (payload, packetBytes, cuts) => {
          const bytes = packets(1, Buffer.from(payload), packetBytes);
          const reader = new PacketReader();
          const parts: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            reader.push(bytes.subarray(at, at + size));
            at += size;
            for (let p = reader.next(); p; p = reader.next()) parts.push(p.payload);
          }
          assert.deepEqual(Buffer.concat(parts), Buffer.from(payload));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never does worse than throw on random bytes', () => {
    const readers = [readBatch, readRpc, readTransactionRequest, readLogin7, readPrelogin];
    const base = [batchPayload('x'), allHeaders, loginPayload(0)];
    fc.assert(
      fc.property(
        fc.constantFrom(...readers),
        fc.constantFrom(...base),
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(),
        (read, start, tail, flip) => {
          const bytes = Buffer.concat([start, Buffer.from(tail)]);
          bytes[flip % bytes.length] = flip & 0xff;
          try {
            read(bytes);
          } catch (error) {
            assert.ok(error instanceof Error);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
