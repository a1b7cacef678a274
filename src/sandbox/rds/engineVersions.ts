import { ServiceFailure } from '../contract.js';

export interface Edition {
  readonly engine: string;
  readonly description: string;
}

export const editions: readonly Edition[] = [
  { engine: 'sqlserver-ee', description: 'SQL Server Enterprise Edition' },
  { engine: 'sqlserver-se', description: 'SQL Server Standard Edition' },
  { engine: 'sqlserver-ex', description: 'SQL Server Express Edition' },
  { engine: 'sqlserver-web', description: 'SQL Server Web Edition' },
];

interface Major {
  /** `15.00`. */
  readonly version: string;
  readonly year: string;
  /** Oldest first. */
  readonly minors: readonly string[];
}

/** Versions that RDS has offered; not all of them, and none that it has not. */
const majors: readonly Major[] = [
  {
    version: '13.00',
    year: '2016',
    minors: ['13.00.6300.2.v1', '13.00.6419.1.v1', '13.00.6435.1.v1', '13.00.6455.2.v1'],
  },
  {
    version: '14.00',
    year: '2017',
    minors: ['14.00.3421.10.v1', '14.00.3451.2.v1', '14.00.3465.1.v1', '14.00.3485.1.v1'],
  },
  {
    version: '15.00',
    year: '2019',
    minors: ['15.00.4236.7.v1', '15.00.4316.3.v1', '15.00.4375.4.v1', '15.00.4415.2.v1'],
  },
  {
    version: '16.00',
    year: '2022',
    minors: ['16.00.4095.4.v1', '16.00.4120.1.v1', '16.00.4165.4.v1', '16.00.4185.3.v1'],
  },
];

export interface EngineVersion {
  readonly engine: string;
  readonly version: string;
  /** `15.00`. */
  readonly major: string;
  readonly engineDescription: string;
  readonly versionDescription: string;
  /** Newer versions an instance may be upgraded to. */
  readonly upgrades: readonly { readonly version: string; readonly major: boolean }[];
}

export const engineVersions: readonly EngineVersion[] = editions.flatMap(
  ({ engine, description }) =>
    majors.flatMap((major, index) =>
      major.minors.map((version, at): EngineVersion => {
        const newerMinors = major.minors
          .slice(at + 1)
          .map((minor) => ({ version: minor, major: false }));
        const newerMajors = majors.slice(index + 1).map(({ minors }) => ({
          version: minors.at(-1) ?? '',
          major: true,
        }));
        return {
          engine,
          version,
          major: major.version,
          engineDescription: description,
          versionDescription: `SQL Server ${major.year} ${version}`,
          upgrades: [...newerMinors, ...newerMajors],
        };
      }),
    ),
);

export const majorVersions = majors.map((major) => major.version);

/** The newest minor of a major version. */
export function newestMinor(major: string): string {
  return majors.find(({ version }) => version === major)?.minors.at(-1) ?? '';
}

/** @throws ServiceFailure when RDS would not know engine or version */
export function requireEngineVersion(engine: string, version: string | undefined): EngineVersion {
  const ofEngine = engineVersions.filter((candidate) => candidate.engine === engine);
  if (ofEngine.length === 0) {
    throw new ServiceFailure(
      'InvalidParameterValue',
      `The sandbox has SQL Server instances only; "${engine}" is not an engine of it.`,
    );
  }
  // A major version alone, with or without its zeros, means the newest minor.
  const wanted =
    version === undefined
      ? newestMinor('16.00')
      : /^\d\d(\.00)?$/.test(version)
        ? newestMinor(version.length === 2 ? `${version}.00` : version)
        : version;
  const found = ofEngine.find((candidate) => candidate.version === wanted);
  if (found === undefined) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      `Cannot find version ${version ?? ''} for ${engine}`,
    );
  }
  return found;
}

export const majorOf = (engineVersion: string) => engineVersion.split('.').slice(0, 2).join('.');

/** `default:sqlserver-se-15-00`. */
export const defaultOptionGroup = (engine: string, major: string) =>
  `default:${engine}-${major.replace('.', '-')}`;
