import { EngineError } from '../../core/errors.js';

/** An error as one text for a person: the engine's sentence, or the name and message of others. */
export function failureSentence(error: unknown): string {
  if (error instanceof EngineError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // S3 answers a HEAD without text, and the SDK then says "UnknownError".
  const message = /^(?:UnknownError)?$/.test(error.message) ? '' : error.message;
  const name = error.name === 'Error' ? '' : error.name;
  return [name, message].filter((text) => text !== '').join(': ') || error.name;
}
