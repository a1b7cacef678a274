import type { SandboxInstance } from '../contract.js';

export interface Edition {
  readonly name: string;
  /** SERVERPROPERTY('EngineEdition'). */
  readonly engineEdition: number;
  /** Largest database the edition restores, in bytes. */
  readonly databaseLimitBytes: number | undefined;
}

const gib = 1024 ** 3;

const editions: Readonly<Record<string, Edition>> = {
  ee: { name: 'Enterprise Edition (64-bit)', engineEdition: 3, databaseLimitBytes: undefined },
  se: { name: 'Standard Edition (64-bit)', engineEdition: 2, databaseLimitBytes: undefined },
  web: { name: 'Web Edition (64-bit)', engineEdition: 2, databaseLimitBytes: undefined },
  ex: { name: 'Express Edition (64-bit)', engineEdition: 4, databaseLimitBytes: 10 * gib },
};

/** From the engine's name, such as `sqlserver-se`. */
export function editionOf(instance: SandboxInstance): Edition {
  return editions[instance.engine.replace(/^sqlserver-/, '')] ?? (editions['se'] as Edition);
}

export type Version = readonly [major: number, minor: number, build: number, revision: number];

/** From RDS's form, `15.00.4415.2.v1`. */
export function versionOf(instance: SandboxInstance): Version {
  const parts = instance.engineVersion.split('.').map((part) => Number.parseInt(part, 10));
  const at = (index: number) => {
    const part = parts[index];
    return part !== undefined && Number.isInteger(part) ? part : 0;
  };
  return [at(0), at(1), at(2), at(3)];
}

/** SQL Server's compatibility level of a database created by this version. */
export const compatibilityLevelOf = ([major]: Version) => major * 10;
