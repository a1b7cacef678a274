import { catalogue } from '../../core/diagnosis/catalogue.js';

const troubleshooting = 'SQLServer.Procedural.Importing.Native.Troubleshooting';

/** AWS's page about a failure; undefined where the failure is not described there. */
export function documentationOf(id: string): string | undefined {
  const entry = catalogue().find((candidate) => candidate.id === id);
  return entry?.source.includes(troubleshooting)
    ? `https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/${troubleshooting}.html`
    : undefined;
}
