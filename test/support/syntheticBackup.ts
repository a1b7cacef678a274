import { createCipheriv, createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import {
  filemarkBlock,
  guidOf,
  packDate,
  packGuid,
  packLsn,
  TapeWriter,
  withTexts,
  type PhysicalBlock,
  type Segment,
} from './tapeWriter.js';

export interface SyntheticFile {
  logicalName: string;
  physicalName: string;
  type: 'D' | 'L';
  /** 0 for the log; otherwise 1 and up, as in `filegroups`. */
  filegroupId: number;
  sizeBytes: number;
  maxSizeBytes: number;
  growth: number;
  growthIsPercent: boolean;
}

export interface SyntheticSet {
  database: string;
  server: string;
  machine: string;
  user: string;
  backupName: string;
  backupDescription: string;
  /** As in HEADERONLY: full, differential, log. */
  type: 'D' | 'I' | 'L';
  /** `major.minor.build` of the server. 9.x uses the 2005 layout, 10.x that of 2008. */
  version: string;
  databaseVersion: number;
  compatibilityLevel: number;
  recoveryModel: 'SIMPLE' | 'FULL' | 'BULK-LOGGED';
  copyOnly: boolean;
  checksums: boolean;
  setPassword: boolean;
  /** Server's local time. */
  start: string;
  finish: string;
  expires: string;
  utcOffsetQuarterHours: number;
  /** `vlf:block:slot` of the final copy; the one written first differs in `last`. */
  lsn: { first: string; last: string; headLast: string; checkpoint: string; fullBackup: string };
  differentialBase: { lsn: string; guid: string } | undefined;
  /** Names by filegroup id, from 1. */
  filegroups: readonly string[];
  files: readonly SyntheticFile[];
  sortOrder: number;
  collation: number;
  sectorSize: number;
  /** Bytes of pages (or of log, in a log backup), in units of 8 KiB. `size` overrides it for the first set. */
  dataBytes: number;
}

export interface SyntheticOptions extends Partial<SyntheticSet> {
  /** Size of the file, rounded down to whole physical blocks; the first set's data fills it up. */
  size?: number;
  physicalBlock?: PhysicalBlock;
  stripe?: { number: number; count: number };
  mediaName?: string;
  mediaPassword?: boolean;
  /** `random` does not compress, `zeros` is the fastest. */
  content?: 'random' | 'zeros';
  /** Other GUIDs and other random content. */
  seed?: string;
  /** Sets appended after the first (`WITH NOINIT`). */
  more?: readonly Partial<SyntheticSet>[];
}

const MiB = 1024 * 1024;
const pageLength = 8192;

export const defaultFiles = (database: string): SyntheticFile[] => [
  {
    logicalName: database,
    physicalName: `C:\\Data\\${database}.mdf`,
    type: 'D',
    filegroupId: 1,
    sizeBytes: 64 * MiB,
    maxSizeBytes: 35_184_372_080_640,
    growth: 64 * MiB,
    growthIsPercent: false,
  },
  {
    logicalName: `${database}_log`,
    physicalName: `C:\\Data\\${database}_log.ldf`,
    type: 'L',
    filegroupId: 0,
    sizeBytes: 8 * MiB,
    maxSizeBytes: 2_199_023_255_552,
    growth: 10,
    growthIsPercent: true,
  },
];

export function completeSet(given: Partial<SyntheticSet>): SyntheticSet {
  const database = given.database ?? 'Sales';
  return {
    database,
    server: 'SQL01\\PROD',
    machine: 'SQL01',
    user: 'CORP\\dba',
    backupName: `${database}-Full Database Backup`,
    backupDescription: '',
    type: 'D',
    version: '15.0.2000',
    databaseVersion: 904,
    compatibilityLevel: 150,
    recoveryModel: 'FULL',
    copyOnly: false,
    checksums: false,
    setPassword: false,
    start: '2024-02-29T23:58:57',
    finish: '2024-03-01T00:10:03',
    expires: '',
    utcOffsetQuarterHours: 8,
    lsn: {
      first: '40:100:1',
      last: '40:560:1',
      headLast: '40:520:1',
      checkpoint: '40:100:1',
      fullBackup: '39:472:37',
    },
    differentialBase: undefined,
    filegroups: ['PRIMARY'],
    files: defaultFiles(database),
    sortOrder: 52,
    collation: 0x00d00409,
    sectorSize: 4096,
    dataBytes: 64 * 1024,
    ...given,
  };
}

/** A plain backup that needs no SQL Server: valid in every block, with pages that mean nothing. */
export class SyntheticBackup {
  readonly sets: readonly SyntheticSet[];
  readonly segments: readonly Segment[];
  readonly size: number;
  readonly physicalBlock: PhysicalBlock;
  readonly is2005: boolean;

  constructor(private readonly options: SyntheticOptions = {}) {
    this.physicalBlock = options.physicalBlock ?? 512;
    const { more = [], ...first } = options;
    this.sets = [first, ...more].map(completeSet);
    this.is2005 = this.sets[0]?.version.startsWith('9.') ?? false;

    let tape = this.#lay(0);
    if (options.size !== undefined) {
      this.sets[0]!.dataBytes = 0;
      const bare = this.#lay(0).length;
      const wanted = Math.floor(options.size / this.physicalBlock) * this.physicalBlock;
      const room = wanted - bare;
      if (room < 0) throw new Error(`a backup of ${options.size} bytes is too small`);
      // One physical block more than needed: the data's own padding may take another one.
      const spare = Math.max(this.physicalBlock, 1024);
      this.sets[0]!.dataBytes = Math.floor(Math.max(0, room - spare) / pageLength) * pageLength;
      tape = this.#lay(0);
      tape = this.#lay(wanted - tape.length);
    }
    this.segments = tape.segments;
    this.size = tape.length;
  }

  /** The file from its beginning, in chunks of up to 4 MiB that are valid until the next one. */
  *chunks(): Generator<Buffer> {
    const filemarks: number[] = [];
    const fill = filler(this.options.content ?? 'random', this.options.seed ?? '');
    let position = 0;
    for (const segment of this.segments) {
      if (Buffer.isBuffer(segment)) {
        yield segment;
        position += segment.length;
      } else if (segment.kind === 'data') {
        yield* fill(segment.length);
        position += segment.length;
      } else {
        yield filemarkBlock(this.physicalBlock, filemarks, 0x80000000, this.is2005);
        filemarks.push(position);
        position += this.physicalBlock;
      }
    }
  }

  bytes(): Buffer {
    return Buffer.concat([...this.chunks()].map((chunk) => Buffer.from(chunk)));
  }

  async writeTo(file: string): Promise<void> {
    const handle = await open(file, 'w');
    try {
      for (const chunk of this.chunks()) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
  }

  #guid(name: string): string {
    return guidOf(`${this.options.seed ?? ''}/${name}`);
  }

  #lay(slack: number): TapeWriter {
    const tape = new TapeWriter(this.physicalBlock);
    this.#media(tape);
    tape.filemark();
    for (const [i, set] of this.sets.entries()) this.#set(tape, set, i + 1, i === 0 ? slack : 0);
    return tape;
  }

  #media(tape: TapeWriter): void {
    const { stripe = { number: 1, count: 1 }, mediaName = '', mediaPassword } = this.options;
    const block = Buffer.alloc(94);
    createHash('md5')
      .update(this.#guid(`family ${stripe.number}`))
      .digest()
      .copy(block, 52, 0, 4);
    block.writeUInt32LE(5, 56);
    block.writeUInt16LE(1, 60);
    block.writeUInt16LE(this.physicalBlock / 512, 64);
    block.writeUInt16LE(3, 66);
    block.writeUInt16LE(1024, 84);
    block.writeUInt16LE(0x1200, 86);
    packDate(this.sets[0]?.start ?? '').copy(block, 88);
    block.writeUInt8(1, 93);
    const bytes = withTexts(block, [
      [68, mediaName],
      [76, mediaPassword === true ? 'password' : ''],
      [80, 'Microsoft SQL Server\0'],
    ]);
    tape.block('TAPE', bytes, { attributes: 0x30000, utf16: true });

    const raid = Buffer.alloc(32);
    packGuid(this.#guid('media set')).copy(raid, 0);
    raid.writeUInt32LE(0xf00000ad, 16);
    raid.writeUInt16LE(stripe.count, 20);
    raid.writeUInt16LE(1, 22);
    raid.writeUInt16LE(stripe.number, 24);
    raid.writeUInt16LE(1, 30);
    tape.stream('RAID', raid);
    tape.padToPhysicalBlock();
  }

  #set(tape: TapeWriter, set: SyntheticSet, position: number, slack: number): void {
    const attributes = set.copyOnly ? 6 : set.type === 'I' ? 8 : 4;
    const [major = 0, minor = 0] = set.version.split('.').map(Number);
    tape.beginSet();

    const start = Buffer.alloc(121);
    start.writeUInt16LE(21, 44);
    start.writeUInt16LE(100, 46);
    start.writeUInt32LE(attributes, 52);
    start.writeUInt16LE(0x1200, 60);
    start.writeUInt16LE(position, 62);
    start.writeBigUInt64LE(BigInt(tape.length), 80);
    packDate(set.start).copy(start, 88);
    start.writeUInt8(major, 93);
    start.writeUInt8(minor, 94);
    start.writeInt8(set.utcOffsetQuarterHours, 95);
    start.writeUInt8(2, 97);
    packGuid(this.#guid(`backup set ${position}`)).copy(start, 100);
    packDate(set.expires).copy(start, 116);
    const startTexts = withTexts(Buffer.concat([start, Buffer.alloc(1)]), [
      [64, set.backupName],
      [68, set.backupDescription],
      [72, set.setPassword ? 'password' : ''],
      [76, set.user],
    ]);
    tape.block('SSET', startTexts, { utf16: true });
    tape.padToLogicalBlock();

    const volume = Buffer.alloc(73);
    volume.writeUInt32LE(2, 52);
    packDate(set.start).copy(volume, 68);
    const volumeTexts = withTexts(volume, [
      [56, 'C:'],
      [60, 'Data'],
      [64, set.machine],
    ]);
    tape.block('VOLB', volumeTexts, { utf16: true });
    tape.padToLogicalBlock();

    this.#configuration(tape, 'MSCI', set, 0);
    tape.padToLogicalBlock();

    const dataFiles = set.files.filter(({ type }) => type === 'D').length;
    const logData = set.type === 'L' ? set.dataBytes : 0;
    // Slack that is no multiple of a logical block has to wait for the padding to a filemark.
    const pageSlack = set.type === 'L' ? 0 : Math.floor(slack / 1024) * 1024;
    if (set.type !== 'L') {
      let left = set.dataBytes;
      for (let file = 1; file <= dataFiles; file++) {
        const share = file === dataFiles ? left : Math.floor(left / 2 / pageLength) * pageLength;
        left -= share;
        this.#pages(tape, set, share, file === dataFiles ? pageSlack : 0);
      }
    }
    this.#log(tape, set, logData + 512);
    const backupSize = tape.inSet + 1024;
    this.#configuration(tape, 'MSLS', set, backupSize);
    tape.padToFilemark(slack - pageSlack);
    tape.filemark(true);

    const end = Buffer.alloc(88);
    end.writeUInt32LE(attributes, 52);
    end.writeUInt16LE(position, 78);
    packDate(set.start).copy(end, 80);
    tape.block('ESET', end);
    tape.padding('APAD', 0, this.physicalBlock);
    tape.stream('TSMP', Buffer.alloc(266));
    tape.padToPhysicalBlock();
    tape.block('ESET', Buffer.from(end));
    tape.padToPhysicalBlock();
    tape.filemark();
  }

  #pages(tape: TapeWriter, set: SyntheticSet, length: number, slack: number): void {
    const checksum = set.checksums ? 0x100 : 0;
    tape.block('MSDA', Buffer.alloc(60));
    tape.alignData();
    tape.stream('MQDA', length + 2, 0x02 | checksum);
    if (set.checksums) tape.stream('CSUM', Buffer.alloc(4));
    tape.stream('MQDA', 0, 0x06);
    tape.padToLogicalBlock(slack);
  }

  #log(tape: TapeWriter, set: SyntheticSet, length: number): void {
    tape.block('MSTL', Buffer.alloc(596));
    tape.alignData();
    tape.stream('MQTL', length + 2, set.checksums ? 0x100 : 0);
    if (set.checksums) tape.stream('CSUM', Buffer.alloc(4));
    tape.padToLogicalBlock();
    tape.block('MSTL', Buffer.alloc(596));
    tape.padToLogicalBlock();
  }

  /** MSCI (`finalSize` 0) or MSLS: one SCIN, then filegroups, each with its files; the log is last. */
  #configuration(
    tape: TapeWriter,
    type: 'MSCI' | 'MSLS',
    set: SyntheticSet,
    finalSize: number,
  ): void {
    const major = Number(set.version.split('.')[0]);
    const records = [this.#database(set, type === 'MSLS', finalSize, major)];
    const numbered = set.files.map((file, i) => ({ ...file, fileId: i + 1 }));
    set.filegroups.forEach((name, i) => {
      const group = Buffer.alloc(major >= 11 ? 224 : 48);
      group.writeUInt32LE(0x10, 8);
      group.writeUInt32LE(i + 1, 12);
      group.writeUInt32LE(1, 20);
      records.push(record('SFGI', withTexts(group, [[16, name]])));
      for (const file of numbered.filter(({ filegroupId }) => filegroupId === i + 1))
        records.push(this.#file(set, file, major));
    });
    for (const file of numbered.filter(({ filegroupId }) => filegroupId === 0))
      records.push(this.#file(set, file, major));
    tape.block(type, Buffer.alloc(56), { utf16: true });
    tape.stream('MQCI', Buffer.concat(records));
  }

  #database(set: SyntheticSet, isFinal: boolean, finalSize: number, major: number): Buffer {
    const [, minor = 0, build = 0] = set.version.split('.').map(Number);
    const { lsn } = set;
    const last = isFinal ? lsn.last : lsn.headLast;
    const scin = Buffer.alloc(major >= 11 ? 400 : major === 10 ? 364 : 344);
    const flags =
      0x200 |
      (set.copyOnly ? 0x400 : 0) |
      (set.checksums ? 0x10 : 0) |
      (set.type === 'I' ? 0x800 : 0);
    scin.writeUInt32LE(flags, 8);
    scin.writeUInt32LE(set.files.filter(({ type }) => type === 'D').length, 12);
    scin.writeUInt32LE(1, 16);
    scin.writeUInt16LE(build, 24);
    scin.writeUInt8(minor, 26);
    scin.writeUInt8(major, 27);
    packLsn(lsn.first).copy(scin, 32);
    packLsn(last).copy(scin, 42);
    packLsn(lsn.checkpoint).copy(scin, 52);
    packLsn(lsn.fullBackup).copy(scin, 62);
    packDate('2020-05-06T07:08:09').copy(scin, 72);
    packDate(set.start).copy(scin, 77);
    packDate(isFinal ? set.finish : '').copy(scin, 82);
    scin.write(set.type, 87, 'latin1');
    scin.writeUInt8(set.sortOrder, 88);
    scin.writeUInt16LE(1, 89);
    scin.writeUInt8(set.compatibilityLevel, 91);
    scin.writeUInt16LE(5, 92);
    scin.writeUInt16LE(set.databaseVersion, 94);
    const size = BigInt(isFinal ? finalSize : set.dataBytes + 8192);
    scin.writeBigUInt64LE(size, 96);
    scin.writeUInt32LE(1033, 116);
    scin.writeUInt32LE(196_609, 120);
    packGuid(this.#guid('binding')).copy(scin, 124);
    packLsn(last).copy(scin, 144);
    packGuid(this.#guid('fork')).copy(scin, 156);
    packGuid(this.#guid('full backup')).copy(scin, 200);
    scin.writeUInt32LE(set.collation >>> 0, 216);
    scin.writeUInt32LE(set.sortOrder, 220);
    packGuid(this.#guid('family')).copy(scin, 224);
    scin.writeUInt32LE(statusBits[set.recoveryModel], 244);
    packLsn(lsn.first).copy(scin, 248);
    if (set.differentialBase !== undefined) {
      packLsn(set.differentialBase.lsn).copy(scin, 260);
      packGuid(set.differentialBase.guid).copy(scin, 272);
    }
    if (scin.length >= 352) scin.writeBigUInt64LE(isFinal ? size : 0n, 344);
    return record(
      'SCIN',
      withTexts(scin, [
        [104, set.database],
        [108, set.server],
      ]),
    );
  }

  #file(set: SyntheticSet, file: SyntheticFile & { fileId: number }, major: number): Buffer {
    const sfin = Buffer.alloc(major >= 11 ? 1028 : major === 10 ? 1024 : 400);
    const isRows = file.type === 'D';
    sfin.writeUInt32LE(0x04 | (file.growthIsPercent ? 0x08 : 0) | (isRows ? 0x80 : 0), 8);
    sfin.writeUInt32LE(pageLength, 16);
    sfin.writeUInt32LE(file.fileId, 20);
    sfin.writeUInt32LE(isRows ? 1 : 2, 28);
    sfin.writeUInt32LE(set.sectorSize, 32);
    sfin.writeUInt32LE(file.filegroupId, 36);
    sfin.writeBigUInt64LE(BigInt(file.sizeBytes), 40);
    sfin.writeBigUInt64LE(BigInt(file.maxSizeBytes), 86);
    sfin.writeBigUInt64LE(BigInt(file.growth), 94);
    packGuid(this.#guid(`file ${file.fileId}`)).copy(sfin, 186);
    sfin.writeBigUInt64LE(BigInt(isRows ? set.dataBytes : 0), 250);
    return record(
      'SFIN',
      withTexts(sfin, [
        [48, file.logicalName],
        [52, file.physicalName],
      ]),
    );
  }
}

const statusBits = { SIMPLE: 0x10008, FULL: 0x10000, 'BULK-LOGGED': 0x10004 } as const;

function record(tag: string, bytes: Buffer): Buffer {
  bytes.write(tag, 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 4);
  return bytes;
}

/** Content of data streams: a 2-byte prefix, then pages with a plain header and random or no content. */
function filler(content: 'random' | 'zeros', seed: string): (length: number) => Generator<Buffer> {
  const zeros = Buffer.alloc(4 * MiB);
  const key = createHash('md5').update(seed).digest();
  const keystream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  return function* (length) {
    yield Buffer.alloc(2);
    for (let left = length - 2; left > 0; left -= zeros.length) {
      const size = Math.min(left, zeros.length);
      const chunk = zeros.subarray(0, size);
      yield content === 'zeros' ? chunk : withPageHeaders(keystream.update(chunk));
    }
  };
}

function withPageHeaders(pages: Buffer): Buffer {
  for (let at = 0; at + pageLength <= pages.length; at += pageLength)
    pages.writeUInt32LE(0x0101, at);
  for (let at = 4; at + 2 <= pages.length; at += pageLength) pages.writeUInt16LE(0x0200, at);
  return pages;
}
