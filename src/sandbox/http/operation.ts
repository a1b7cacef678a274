import type { ServiceCall } from '../iam/access.js';
import type { JsonInput } from './jsonInput.js';
import type { QueryInput } from './queryInput.js';
import type { XmlValue } from './xml.js';

/** An operation of a JSON 1.1 service: what it returns is sent as JSON. */
export type JsonOperation = (input: JsonInput, call: ServiceCall) => Promise<unknown> | object;

/** Children of the result element of an answer. */
export type QueryOutput = Readonly<Record<string, XmlValue>>;

/** An operation of a Query service; without output, the answer has no result element. */
export type QueryOperation = (
  input: QueryInput,
  call: ServiceCall,
) => Promise<QueryOutput | undefined> | QueryOutput;
