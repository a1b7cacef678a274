import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';

/** A link to a command, as it stands below an explanation. */
export interface CommandLink {
  readonly title: string;
  readonly command: string;
  readonly subject: Readonly<Record<string, unknown>>;
}

/**
 * What a failure means, as Markdown.
 * @param symptom what the line itself says, where the failure stands behind it
 */
export function failureMarkdown(
  diagnosis: Diagnosis,
  o: { readonly symptom?: Diagnosis | undefined; readonly links?: readonly CommandLink[] } = {},
): string {
  const { title, cause, situationNotes, fix } = diagnosis;
  const links = (o.links ?? []).map(linkMarkdown).join(' \u00b7 ');
  return [
    ...(o.symptom === undefined ? [] : [`${escaped(o.symptom.title)}. What is behind it:`]),
    `**${escaped(title)}**`,
    ...situationNotes.map((note) => `**Here** ${escaped(note)}`),
    // Above what may need scrolling.
    ...(links === '' ? [] : [links]),
    `**Cause** ${escaped(cause)}`,
    `**Fix** ${escaped(fix)}`,
  ].join('\n\n');
}

function linkMarkdown({ title, command, subject }: CommandLink): string {
  const argument = encodeURIComponent(JSON.stringify([subject]));
  // Brackets end a link; encodeURIComponent leaves them as they are.
  const safe = argument.replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${escaped(title)}](command:${command}?${safe})`;
}

/** Names and texts of others must not become Markdown or HTML. */
const escaped = (text: string) => text.replaceAll(/[\\`*_{}[\]()#+\-.!<>~|&]/g, '\\$&');
