/**
 * A text as Markdown that shows it as it is. Unlike `MarkdownString.appendText` it leaves blanks alone, so
 * that long sentences wrap between words.
 */
export const plainMarkdown = (text: string) =>
  text.replace(/[\\`*_{}[\]()#+\-.!~|<>&$^]/g, '\\$&').replace(/\s*\n\s*/g, '  \n');
