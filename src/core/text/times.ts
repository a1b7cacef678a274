/** `2021-01-04 14:16:22` without a zone: times of an instance carry none. Empty when unknown. */
export const formatTime = (date: Date | undefined) =>
  date === undefined ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
