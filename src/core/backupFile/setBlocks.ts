import { readDate, readGuidOrNull, readText } from './fields.js';
import type { Block } from './tape.js';
import { Unreadable } from './unreadable.js';

/** The SSET block: start of a backup set. */
export interface SetStart {
  readonly attributes: number;
  readonly vendorId: number;
  readonly position: number;
  readonly backupName: string;
  readonly backupDescription: string;
  readonly hasPassword: boolean;
  readonly userName: string;
  readonly startDate: string | null;
  readonly softwareMajorVersion: number;
  readonly utcOffsetQuarterHours: number;
  readonly backupSetGuid: string | null;
  readonly expirationDate: string | null;
}

/** Fixed fields of SSET; the OS-specific area with the GUID follows. */
const setStartLength = 98;
const guidAreaLength = 21;

export function parseSetStart({ bytes, stringType }: Block): SetStart {
  if (bytes.length < setStartLength) throw new Unreadable('damaged', 'SSET block too short');
  const areaSize = bytes.readUInt16LE(44);
  const area = bytes.readUInt16LE(46);
  const hasArea = areaSize >= guidAreaLength && area + areaSize <= bytes.length;
  return {
    attributes: bytes.readUInt32LE(52),
    vendorId: bytes.readUInt16LE(60),
    position: bytes.readUInt16LE(62),
    backupName: readText(bytes, 64, stringType),
    backupDescription: readText(bytes, 68, stringType),
    hasPassword: bytes.readUInt16LE(72) > 0,
    userName: readText(bytes, 76, stringType),
    startDate: readDate(bytes, 88),
    softwareMajorVersion: bytes.readUInt8(93),
    utcOffsetQuarterHours: bytes.readInt8(95),
    backupSetGuid: hasArea ? readGuidOrNull(bytes, area) : null,
    expirationDate: hasArea ? readDate(bytes, area + 16) : null,
  };
}

/** The VOLB block: where the backup was written from. */
export interface SetVolume {
  readonly deviceName: string;
  readonly volumeName: string;
  readonly machineName: string;
}

const volumeLength = 73;

export function parseVolume({ bytes, stringType }: Block): SetVolume {
  if (bytes.length < volumeLength) throw new Unreadable('damaged', 'VOLB block too short');
  return {
    deviceName: readText(bytes, 56, stringType),
    volumeName: readText(bytes, 60, stringType),
    machineName: readText(bytes, 64, stringType),
  };
}
