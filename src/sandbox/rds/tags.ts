import type { QueryInput } from '../http/queryInput.js';
import type { Tag } from '../iam/records.js';

export const readTags = (input: QueryInput): Tag[] =>
  input.list('Tags').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') ?? '' }));

export const tagList = (tags: readonly Tag[]) => ({
  Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })),
});
