import { editionOf } from '../edition.js';
import { raised } from '../sqlError.js';
import { sqlType, sysname, type SqlValue } from '../types.js';
import { type ProcedureDefinition, textArgument } from './procedure.js';

interface Setting {
  readonly name: string;
  readonly initial: string;
  readonly description: string;
  /** The value as stored; undefined when it is not valid. */
  accept(value: string): string | undefined;
}

const minutes = (value: string) =>
  /^\d{1,6}$/.test(value) && Number(value) <= 10_080 ? value : undefined;

const settings: readonly Setting[] = [
  {
    name: 'S3 backup compression',
    initial: 'false',
    description: 'Compresses native backups to Amazon S3.',
    accept: (value) => (/^(true|false)$/i.test(value) ? value.toLowerCase() : undefined),
  },
  {
    name: 'tracefile retention',
    initial: '10080',
    description: 'Minutes to keep trace files.',
    accept: minutes,
  },
  {
    name: 'dumpfile retention',
    initial: '10080',
    description: 'Minutes to keep dump files.',
    accept: minutes,
  },
];

const find = (name: string) =>
  settings.find((setting) => setting.name.toLowerCase() === name.toLowerCase());

export const showConfiguration: ProcedureDefinition = {
  database: 'rdsadmin',
  name: 'rds_show_configuration',
  parameters: [{ name: '@name', type: sysname }],
  run(args, { instance }) {
    const name = textArgument(args, '@name');
    const shown = name === undefined ? settings : settings.filter((s) => s === find(name));
    if (shown.length === 0)
      throw raised(`The configuration option '${name ?? ''}' does not exist.`);
    return {
      messages: [],
      recordsets: [
        {
          columns: [
            { name: 'name', type: sysname },
            { name: 'value', type: sqlType.nvarchar(4000) },
            { name: 'description', type: sqlType.nvarchar(4000) },
          ],
          rows: shown.map((setting): SqlValue[] => [
            setting.name,
            instance.state.configuration[setting.name] ?? setting.initial,
            setting.description,
          ]),
        },
      ],
    };
  },
};

export const setConfiguration: ProcedureDefinition = {
  database: 'rdsadmin',
  name: 'rds_set_configuration',
  parameters: [
    { name: '@name', type: sysname, required: true },
    { name: '@value', type: sqlType.nvarchar(4000), required: true },
  ],
  run(args, { instance }) {
    const name = textArgument(args, '@name') ?? '';
    const value = textArgument(args, '@value') ?? '';
    const setting = find(name);
    if (!setting) throw raised(`The configuration option '${name}' does not exist.`);
    const accepted = setting.accept(value);
    if (accepted === undefined) {
      throw raised(`The value '${value}' is not valid for the configuration option '${name}'.`);
    }
    const { engineEdition, name: edition } = editionOf(instance.description);
    const compresses = engineEdition === 3 || edition.startsWith('Standard');
    if (setting.name === 'S3 backup compression' && accepted === 'true' && !compresses) {
      throw raised(
        `BACKUP DATABASE WITH COMPRESSION is not supported on ${edition.replace(/ \(.*/, '')}`,
      );
    }
    instance.state.configuration[setting.name] = accepted;
    instance.save();
    return { messages: [], recordsets: [] };
  },
};

export const failoverTime: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_failover_time',
  parameters: [],
  run: (_, { instance }) => ({
    messages: [],
    recordsets: [
      {
        columns: [
          { name: 'errorlog_available_from', type: sqlType.datetime },
          { name: 'recent_failover_time', type: sqlType.datetime },
        ],
        // The sandbox fails nothing over.
        rows: [[new Date(instance.state.startedAt), null]],
      },
    ],
  }),
};
