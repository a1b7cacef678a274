import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeValue, typeInfo } from '../../../src/sandbox/tds/encodeType.js';
import {
  columnMetadata,
  done,
  environmentChange,
  errorToken,
  featureExtAck,
  loginAck,
  nullCompressedRow,
  plainRow,
  returnStatus,
  returnValue,
} from '../../../src/sandbox/tds/tokens.js';
import { sqlType, type SqlType, type SqlValue } from '../../../src/sandbox/sqlserver/types.js';

const hex = (bytes: Buffer) => bytes.toString('hex');
const compact = (text: string) => text.replaceAll(' ', '');

/** Bytes proved with five clients. */
describe('response tokens', () => {
  const columns = [
    { name: 'a', type: sqlType.int },
    { name: 'b', type: sqlType.nvarchar(10) },
  ];

  it('COLMETADATA', () => {
    assert.equal(
      hex(columnMetadata(columns)),
      compact('81 0200 00000000 0100 2604 01 6100 00000000 0100 e71400 0904d00034 01 6200'),
    );
  });

  it('ROW and NBCROW', () => {
    assert.equal(hex(plainRow(columns, [1, 'x'])), compact('d1 04 01000000 0200 7800'));
    assert.equal(hex(nullCompressedRow(columns, [1, null])), compact('d2 02 04 01000000'));
  });

  it('DONE', () => {
    assert.equal(hex(done('done', 0, 1)), compact('fd 1000 c100 0100000000000000'));
    assert.equal(hex(done('doneProcedure', 0x81)), compact('fe 8100 0000 0000000000000000'));
  });

  it('ERROR', () => {
    const message = { number: 102, state: 1, class: 15, text: 'E', line: 1 };
    assert.equal(
      hex(errorToken('S', message)),
      compact('aa 1200 66000000 01 0f 0100 4500 01 5300 00 01000000'),
    );
  });

  it('ENVCHANGE', () => {
    assert.equal(
      hex(environmentChange({ kind: 'collation' })),
      compact('e3 0800 07 05 0904d00034 00'),
    );
    assert.equal(
      hex(environmentChange({ kind: 'packetSize', to: 4096, from: 4096 })),
      compact('e3 1300 04 04 3400300039003600 04 3400300039003600'),
    );
    assert.equal(hex(environmentChange({ kind: 'reset' })), compact('e3 0300 12 00 00'));
  });

  it('LOGINACK and FEATUREEXTACK', () => {
    const ack = hex(loginAck(Buffer.from('74000004', 'hex'), Buffer.from('10001099', 'hex')));
    assert.ok(ack.startsWith(compact('ad 3200 01 74000004 14 4d00')), ack);
    assert.ok(ack.endsWith('720010001099'));
    assert.equal(hex(featureExtAck([[10, Buffer.from([1])]])), compact('ae 0a 01000000 01 ff'));
  });

  it('RETURNSTATUS and RETURNVALUE', () => {
    assert.equal(hex(returnStatus(0)), '7900000000');
    assert.equal(
      hex(returnValue(0, '@handle', sqlType.int, 1)),
      compact('ac 0000 07 4000680061006e0064006c006500 01 00000000 0000 2604 04 01000000'),
    );
  });
});

describe('types', () => {
  const at = (text: string) => new Date(`${text}Z`);
  const cases: readonly (readonly [string, SqlType, SqlValue, string, string, string])[] = [
    ['int', sqlType.int, -5, '2604', '04 fbffffff', '00'],
    ['tinyint', sqlType.tinyint, 255, '2601', '01 ff', '00'],
    ['bigint', sqlType.bigint, -1n, '2608', '08 ffffffffffffffff', '00'],
    ['bit', sqlType.bit, true, '6801', '01 01', '00'],
    ['float', sqlType.float, 1.5, '6d08', '08 000000000000f83f', '00'],
    [
      'decimal(9,2)',
      { kind: 'decimal', precision: 9, scale: 2 },
      -123_456_789n,
      '6a050902',
      '05 00 15cd5b07',
      '00',
    ],
    ['nvarchar(50)', sqlType.nvarchar(50), 'hé', 'e764000904d00034', '0400 6800 e900', 'ffff'],
    [
      'nvarchar(max)',
      sqlType.nvarchar('max'),
      'ab',
      'e7ffff0904d00034',
      '0400000000000000 04000000 61006200 00000000',
      'ffffffffffffffff',
    ],
    ['varchar(20)', sqlType.varchar(20), 'café', 'a714000904d00034', '0400 636166e9', 'ffff'],
    [
      'uniqueidentifier',
      sqlType.uniqueidentifier,
      '01234567-89AB-CDEF-0123-456789ABCDEF',
      '2410',
      '10 67452301 ab89 efcd 0123456789abcdef',
      '00',
    ],
    [
      'datetime',
      sqlType.datetime,
      at('2026-02-28T13:14:15.123'),
      '6f08',
      '08 ffb30000 d925da00',
      '00',
    ],
    ['date', { kind: 'date' }, at('2026-02-28T00:00:00'), '28', '03 5a490b', '00'],
    [
      'datetime2(3)',
      { kind: 'datetime2', scale: 3 },
      at('2026-02-28T13:14:15.123'),
      '2a03',
      '07 d328d702 5a490b',
      '00',
    ],
    [
      'datetime2(0)',
      { kind: 'datetime2', scale: 0 },
      at('2026-02-28T13:14:15.123'),
      '2a00',
      '06 27ba00 5a490b',
      '00',
    ],
    [
      'sql_variant',
      sqlType.variant,
      { type: sqlType.nvarchar(128), value: '16.0' },
      '62491f0000',
      '11000000 e7 07 0904d00034 401f 310036002e003000',
      '00000000',
    ],
  ];
  for (const [name, type, value, info, bytes, nothing] of cases) {
    it(name, () => {
      assert.equal(hex(typeInfo(type)), info);
      assert.equal(hex(encodeValue(type, value)), compact(bytes));
      assert.equal(hex(encodeValue(type, null)), nothing);
    });
  }
});
