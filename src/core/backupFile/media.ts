import type { MediaHeader } from './backupHeader.js';
import type { TapePosition } from './container.js';
import { readDate, readGuidOrNull, readText } from './fields.js';
import { walkTape, type Block } from './tape.js';
import { Unreadable } from './unreadable.js';
import type { WorkBudget } from './workBudget.js';

/** Microsoft's vendor id for SQL Server; other MTF writers (NTBackup, Backup Exec) have their own. */
export const sqlServerVendorId = 0x1200;

/** TAPE's fixed fields end here. */
const tapeFixedLength = 94;
const raidLength = 32;

/**
 * Reads the media header: the TAPE block and its RAID stream.
 * @throws {Unreadable} when there is none
 */
export async function readMedia(
  { tape, start }: TapePosition,
  budget: WorkBudget,
): Promise<MediaHeader> {
  let raid: Buffer | undefined;
  for await (const item of walkTape(tape, start, budget)) {
    const { block } = item;
    if (block.type !== 'TAPE' || block.bytes.length < tapeFixedLength)
      throw new Unreadable('damaged', 'its media header is not valid');
    if (item.kind === 'block') continue;
    if (item.stream.id === 'SPAD') return mediaHeader(block, raid);
    if (item.stream.id === 'RAID' && item.stream.length >= raidLength)
      raid = await tape.read(item.stream.dataOffset, raidLength);
  }
  throw new Unreadable('cut', 'the file ends inside its media header');
}

function mediaHeader({ bytes, stringType }: Block, raid: Buffer | undefined): MediaHeader {
  return {
    mediaFamilyId: bytes.readUInt32LE(52).toString(16).padStart(8, '0'),
    mediaSetId: raid === undefined ? null : readGuidOrNull(raid, 0),
    familyCount: raid?.readUInt16LE(20) ?? 1,
    familySequenceNumber: raid?.readUInt16LE(24) ?? 1,
    mediaSequenceNumber: bytes.readUInt16LE(60),
    softFilemarkBlockSize: bytes.readUInt16LE(64) * 512,
    formatLogicalBlockSize: bytes.readUInt16LE(84),
    softwareName: readText(bytes, 80, stringType),
    softwareVendorId: bytes.readUInt16LE(86),
    mediaDate: readDate(bytes, 88),
    mediaName: readText(bytes, 68, stringType),
    mediaDescription: readText(bytes, 72, stringType),
    hasMediaPassword: bytes.readUInt16LE(76) > 0,
  };
}
