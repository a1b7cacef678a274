import { productName } from '../../core/backupFile/describe.js';
import { editionOf, versionOf } from './edition.js';
import type { SqlInstance } from './sqlInstance.js';
import { sqlType, sysname, type Typed } from './types.js';

/** @@VERSION. */
export function versionText(instance: SqlInstance): string {
  const version = versionOf(instance.description);
  const edition = editionOf(instance.description).name;
  return (
    `Microsoft ${productName(version.join('.'))} - ${version.join('.')} (X64)\n` +
    `\t${edition} on RDS Backup's local sandbox, which runs no SQL Server engine\n`
  );
}

/** SERVERPROPERTY(). */
export function serverProperty(property: string, instance: SqlInstance): Typed {
  const found = serverPropertyValue(property.toLowerCase(), instance);
  if (found === null) return { type: sqlType.variant, value: null };
  const type = typeof found === 'number' ? sqlType.int : sysname;
  return { type: sqlType.variant, value: { type, value: found } };
}

function serverPropertyValue(property: string, instance: SqlInstance): string | number | null {
  const { description } = instance;
  const version = versionOf(description);
  const edition = editionOf(description);
  switch (property) {
    case 'productversion':
      return version.join('.');
    case 'productmajorversion':
      return String(version[0]);
    case 'productminorversion':
      return String(version[1]);
    case 'productbuild':
      return String(version[2]);
    case 'productlevel':
      return 'RTM';
    case 'edition':
      return edition.name;
    case 'engineedition':
      return edition.engineEdition;
    case 'collation':
    case 'sqlcharsetname':
      return property === 'collation' ? 'SQL_Latin1_General_CP1_CI_AS' : 'iso_1';
    case 'servername':
    case 'machinename':
    case 'computernamephysicalnetbios':
      return instance.serverName;
    case 'instancedefaultdatapath':
    case 'instancedefaultlogpath':
      return 'D:\\rdsdbdata\\DATA\\';
    case 'isclustered':
    case 'ishadrenabled':
    case 'isintegratedsecurityonly':
    case 'issingleuser':
      return 0;
    default:
      return null;
  }
}
