import { diagnose } from '../core/diagnosis/diagnose.js';
import type { Diagnosis } from '../core/diagnosis/diagnosis.js';
import { EngineError } from '../core/errors.js';
import { diagnosisText } from './text/diagnosisText.js';
import type { Host } from './host.js';
import type { Output } from './terminal/output.js';
import { printable, wrap } from './text/text.js';

export interface Failure {
  /** Stable: the engine's code, or the name that AWS, the driver or Node gave. */
  readonly code: string;
  readonly message: string;
  readonly diagnosis?: Diagnosis;
}

/** What to tell about an error; never a stack. */
export function describeFailure(error: unknown): Failure {
  const diagnosis = diagnose(error);
  const known = diagnosis === undefined ? {} : { diagnosis };
  if (error instanceof EngineError) return { code: error.code, message: error.message, ...known };
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error), ...known };
  const { code } = error as NodeJS.ErrnoException;
  // S3 answers a HEAD without text, and the SDK then says "UnknownError".
  const message = /^(UnknownError)?$/.test(error.message) ? '' : error.message;
  return {
    code: code ?? error.name,
    message: [error.name === 'Error' ? '' : error.name, message].filter(Boolean).join(': '),
    ...known,
  };
}

/** The failure as it goes into a JSON document. */
export function failureJson(failure: Failure): object {
  const { code, message, diagnosis } = failure;
  return { code, message, ...(diagnosis !== undefined && { diagnosis: diagnosisJson(diagnosis) }) };
}

/** What programs need of a diagnosis. */
export function diagnosisJson({ id, severity, title, cause, fix, situationNotes }: Diagnosis) {
  return { id, severity, title, cause, fix, situationNotes };
}

/** `Error: …`, wrapped. */
export function errorText(message: string, { noticeStyle: style, noticeWidth: width }: Output) {
  const text = wrap(`Error: ${printable(message)}`, width).join('\n');
  return text.replace('Error:', style.red('Error:'));
}

/** One block for people on standard error. */
export function showFailure(failure: Failure, output: Output): void {
  const { noticeStyle: style, noticeWidth: width } = output;
  output.notice(errorText(failure.message || failure.code, output));
  if (failure.diagnosis !== undefined) {
    output.notice(diagnosisText(failure.diagnosis, style, width));
  }
}

/** {@link showFailure}, and the same as the JSON document that ends the output of `--json`. */
export function reportFailure(error: unknown, output: Output, env: Host['env']): void {
  const failure = describeFailure(error);
  output.event({ error: failureJson(failure) });
  showFailure(failure, output);
  if (env['RDS_BACKUP_DEBUG'] !== undefined && error instanceof Error) {
    output.notice(error.stack ?? '');
    if (error.cause instanceof Error) output.notice(`Caused by ${error.cause.stack ?? ''}`);
  }
}
