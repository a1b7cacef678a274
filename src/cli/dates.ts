/** `2021-01-04 14:16:22`; instance times carry no zone, so none is shown. Empty when unknown. */
export const formatTime = (date: Date | undefined) =>
  date === undefined ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
