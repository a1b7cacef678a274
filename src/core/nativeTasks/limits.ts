/** Limits of native restore (RDS User Guide, SQLServer.Procedural.Importing). */
export const restoreLimits = {
  /** Files that one backup may consist of. */
  files: 10,
  /** Bytes of one file: 5 TB. */
  fileBytes: 5 * 1024 ** 4,
  /** Backup, restore and S3 tasks that an instance works on at a time; others wait. */
  tasksAtOnce: 2,
  /** Bytes of data that SQL Server Express takes in one database. */
  expressBytes: 10 * 1024 ** 3,
} as const;
