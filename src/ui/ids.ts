/** Every command id of the manifest; a test holds this list against `package.json`. */
export const commandIds = {
  explainMessage: 'rdsBackup.explainMessage',
} as const;
