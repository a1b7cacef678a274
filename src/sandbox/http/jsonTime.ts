/** AWS JSON 1.1 writes times as seconds since 1970. */
export const epoch = (iso: string) => Date.parse(iso) / 1000;
