import { type Instance, listInstances } from '../../core/aws/instances.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions } from '../arguments/commonOptions.js';
import { exitCode } from '../exitCode.js';
import { withSession } from '../targets/session.js';
import type { Style } from '../terminal/style.js';
import { labelled, table } from '../text/text.js';

export const instances = defineCommand({
  name: 'instances',
  summary: 'list the SQL Server instances of a Region and whether they can restore',
  description:
    'Lists the RDS for SQL Server instances of a Region with version, state and endpoint, and whether ' +
    'native backup and restore is ready on them: option group, option and role.',
  positionals: [],
  options: awsOptions,
  examples: ['rds-backup instances --region eu-central-1'],
  run(context) {
    const { output, host } = context;
    return withSession(context, async (session) => {
      const found = await listInstances(session, host.signal);
      output.result({ region: session.region, instances: found }, () =>
        found.length === 0
          ? `There are no RDS for SQL Server instances in ${session.region}.`
          : instancesText(found, output.style, output.width),
      );
      return exitCode.done;
    });
  },
});

function instancesText(found: readonly Instance[], style: Style, width: number): string {
  const rows = found.map((instance) => [
    instance.id,
    instance.edition,
    instance.engineVersion,
    instance.status,
    instance.endpoint === undefined ? '' : `${instance.endpoint.host}:${instance.endpoint.port}`,
    instance.backupRestore.state,
  ]);
  const [headings = '', ...lines] = table(
    ['Instance', 'Edition', 'Version', 'State', 'Endpoint', 'Backup/restore'],
    rows,
  );
  const reasons = found.flatMap(({ id, backupRestore }) =>
    backupRestore.state === 'ready'
      ? []
      : [labelled(`${id}  `, backupRestore.reason, id.length + 2, width)],
  );
  return [style.bold(headings), ...lines, ...(reasons.length > 0 ? ['', ...reasons] : [])].join(
    '\n',
  );
}
