import type { BackupSet } from './backupHeader.js';

/** SQL collations by sort order id (Microsoft Learn: SQL Server Collation Name). */
const sqlCollations: Readonly<Record<number, string>> = {
  30: 'SQL_Latin1_General_CP437_BIN',
  31: 'SQL_Latin1_General_CP437_CS_AS',
  32: 'SQL_Latin1_General_CP437_CI_AS',
  33: 'SQL_Latin1_General_Pref_CP437_CI_AS',
  34: 'SQL_Latin1_General_CP437_CI_AI',
  40: 'SQL_Latin1_General_CP850_BIN',
  41: 'SQL_Latin1_General_CP850_CS_AS',
  42: 'SQL_Latin1_General_CP850_CI_AS',
  43: 'SQL_Latin1_General_Pref_CP850_CI_AS',
  44: 'SQL_Latin1_General_CP850_CI_AI',
  49: 'SQL_1xCompat_CP850_CI_AS',
  51: 'SQL_Latin1_General_CP1_CS_AS',
  52: 'SQL_Latin1_General_CP1_CI_AS',
  53: 'SQL_Latin1_General_Pref_CP1_CI_AS',
  54: 'SQL_Latin1_General_CP1_CI_AI',
  55: 'SQL_AltDiction_CP850_CS_AS',
  56: 'SQL_AltDiction_Pref_CP850_CI_AS',
  57: 'SQL_AltDiction_CP850_CI_AI',
  58: 'SQL_Scandinavian_Pref_CP850_CI_AS',
  59: 'SQL_Scandinavian_CP850_CS_AS',
  60: 'SQL_Scandinavian_CP850_CI_AS',
  61: 'SQL_AltDiction_CP850_CI_AS',
  81: 'SQL_Latin1_General_CP1250_CS_AS',
  82: 'SQL_Latin1_General_CP1250_CI_AS',
  83: 'SQL_Czech_CP1250_CS_AS',
  84: 'SQL_Czech_CP1250_CI_AS',
  85: 'SQL_Hungarian_CP1250_CS_AS',
  86: 'SQL_Hungarian_CP1250_CI_AS',
  87: 'SQL_Polish_CP1250_CS_AS',
  88: 'SQL_Polish_CP1250_CI_AS',
  89: 'SQL_Romanian_CP1250_CS_AS',
  90: 'SQL_Romanian_CP1250_CI_AS',
  91: 'SQL_Croatian_CP1250_CS_AS',
  92: 'SQL_Croatian_CP1250_CI_AS',
  93: 'SQL_Slovak_CP1250_CS_AS',
  94: 'SQL_Slovak_CP1250_CI_AS',
  95: 'SQL_Slovenian_CP1250_CS_AS',
  96: 'SQL_Slovenian_CP1250_CI_AS',
  105: 'SQL_Latin1_General_CP1251_CS_AS',
  106: 'SQL_Latin1_General_CP1251_CI_AS',
  107: 'SQL_Ukrainian_CP1251_CS_AS',
  108: 'SQL_Ukrainian_CP1251_CI_AS',
  113: 'SQL_Latin1_General_CP1253_CS_AS',
  114: 'SQL_Latin1_General_CP1253_CI_AS',
  120: 'SQL_MixDiction_CP1253_CS_AS',
  121: 'SQL_AltDiction_CP1253_CS_AS',
  124: 'SQL_Latin1_General_CP1253_CI_AI',
  129: 'SQL_Latin1_General_CP1254_CS_AS',
  130: 'SQL_Latin1_General_CP1254_CI_AS',
  137: 'SQL_Latin1_General_CP1255_CS_AS',
  138: 'SQL_Latin1_General_CP1255_CI_AS',
  145: 'SQL_Latin1_General_CP1256_CS_AS',
  146: 'SQL_Latin1_General_CP1256_CI_AS',
  153: 'SQL_Latin1_General_CP1257_CS_AS',
  154: 'SQL_Latin1_General_CP1257_CI_AS',
  155: 'SQL_Estonian_CP1257_CS_AS',
  156: 'SQL_Estonian_CP1257_CI_AS',
  157: 'SQL_Latvian_CP1257_CS_AS',
  158: 'SQL_Latvian_CP1257_CI_AS',
  159: 'SQL_Lithuanian_CP1257_CS_AS',
  160: 'SQL_Lithuanian_CP1257_CI_AS',
  183: 'SQL_Danish_Pref_CP1_CI_AS',
  184: 'SQL_SwedishPhone_Pref_CP1_CI_AS',
  185: 'SQL_SwedishStd_Pref_CP1_CI_AS',
  186: 'SQL_Icelandic_Pref_CP1_CI_AS',
};

/** Designators of Windows collations by locale id. */
const designators: Readonly<Record<number, string>> = {
  0x0401: 'Arabic',
  0x0404: 'Chinese_Taiwan_Stroke',
  0x0405: 'Czech',
  0x0406: 'Danish_Norwegian',
  0x0408: 'Greek',
  0x0409: 'Latin1_General',
  0x040a: 'Traditional_Spanish',
  0x040b: 'Finnish_Swedish',
  0x040c: 'French',
  0x040d: 'Hebrew',
  0x040e: 'Hungarian',
  0x040f: 'Icelandic',
  0x0411: 'Japanese',
  0x0412: 'Korean_Wansung',
  0x0415: 'Polish',
  0x0418: 'Romanian',
  0x0419: 'Cyrillic_General',
  0x041a: 'Croatian',
  0x041b: 'Slovak',
  0x041c: 'Albanian',
  0x041e: 'Thai',
  0x041f: 'Turkish',
  0x0422: 'Ukrainian',
  0x0424: 'Slovenian',
  0x0425: 'Estonian',
  0x0426: 'Latvian',
  0x0427: 'Lithuanian',
  0x042a: 'Vietnamese',
  0x0804: 'Chinese_PRC',
  0x0c0a: 'Modern_Spanish',
};

const versions: Readonly<Record<number, string>> = { 0: '', 1: '_90', 2: '_100', 3: '_140' };

/** MS-TDS section 2.2.5.1.2: flags and version above the 20 bits of the locale id. */
const flag = {
  ignoreCase: 1 << 20,
  ignoreAccent: 1 << 21,
  ignoreWidth: 1 << 22,
  ignoreKana: 1 << 23,
  binary: 1 << 24,
  binary2: 1 << 25,
  utf8: 1 << 26,
} as const;

/** The database's collation, such as `Cyrillic_General_CI_AS`; undefined when it is not in the tables. */
export function collationName(set: Pick<BackupSet, 'collation' | 'sortOrder'>): string | undefined {
  if (set.sortOrder !== 0) return sqlCollations[set.sortOrder];
  const bits = Number(set.collation);
  const has = (mask: number) => (bits & mask) !== 0;
  const designator = designators[bits & 0xfffff];
  const version = versions[bits >>> 28];
  if (designator === undefined || version === undefined) return undefined;
  const utf8 = has(flag.utf8) ? '_UTF8' : '';
  if (has(flag.binary2)) return `${designator}${version}_BIN2${utf8}`;
  if (has(flag.binary)) return `${designator}${version}_BIN`;
  const rules = [
    has(flag.ignoreCase) ? '_CI' : '_CS',
    has(flag.ignoreAccent) ? '_AI' : '_AS',
    has(flag.ignoreKana) ? '' : '_KS',
    has(flag.ignoreWidth) ? '' : '_WS',
  ];
  return `${designator}${version}${rules.join('')}${utf8}`;
}
