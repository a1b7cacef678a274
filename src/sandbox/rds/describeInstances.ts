import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { QueryOperation } from '../http/operation.js';
import { instanceXml } from './instanceXml.js';
import { page } from './page.js';
import type { RdsService } from './rdsService.js';
import type { InstanceRecord } from './records.js';

const filters: Readonly<Record<string, (instance: InstanceRecord, value: string) => boolean>> = {
  'db-instance-id': (instance, value) =>
    instance.id === value.toLowerCase() || instance.arn === value,
  'dbi-resource-id': (instance, value) => instance.resourceId === value,
  engine: (instance, value) => instance.engine === value,
  'db-cluster-id': () => false,
  domain: () => false,
};

export function describeInstances(rds: RdsService): QueryOperation {
  return async (input, call) => {
    await rds.lifecycle.settle();
    const { store } = rds;
    const id = input.text('DBInstanceIdentifier');
    const { region } = call;
    const arn = id?.startsWith('arn:') ? id : store.arn(region, 'db', id ?? '*');
    rds.authorize(call, 'DescribeDBInstances', arn);
    const candidates =
      id === undefined || id === ''
        ? store.instances.filter((instance) => instance.region === region)
        : [store.requireInstance(region, id)];
    const matching = candidates.filter(matcher(input)).sort((a, b) => (a.id < b.id ? -1 : 1));
    const { shown, marker } = page(input, matching, (instance) => instance.id);
    return {
      DBInstances: { DBInstance: shown.map((instance) => instanceXml(store, instance)) },
      Marker: marker,
    };
  };
}

function matcher(input: QueryInput): (instance: InstanceRecord) => boolean {
  const wanted = input.list('Filters').map((filter) => {
    const name = filter.required('Name');
    const test = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (test === undefined) {
      throw new ServiceFailure('InvalidParameterValue', `Unrecognized filter name: ${name}`);
    }
    return { test, values: filter.texts('Values') };
  });
  return (instance) =>
    wanted.every(({ test, values }) => values.some((value) => test(instance, value)));
}
