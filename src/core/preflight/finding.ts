/** What a user interface can offer to do about a finding. */
export type Remedy =
  | 'choose-another-name'
  | 'choose-another-object'
  /** Name every file of the backup by the prefix they share. */
  | 'choose-all-files'
  /** Pass `values.keyArn`. */
  | 'pass-the-key'
  /** Pass `values.keyArn`, where it is known, in place of the key given. */
  | 'choose-another-key'
  | 'drop-the-key'
  | 'choose-another-instance'
  /** Restore it as a differential backup. */
  | 'state-differential'
  | 'wait-for-tasks'
  | 'wait-for-instance'
  | 'upload-again';

/** Something that would make a restore fail, found before it starts. */
export interface Finding {
  /** Id of the failure in the catalogue that it would become, where the catalogue has it. */
  readonly id: string;
  /** `blocks`: RDS is certain to refuse. `warns`: it might still accept. */
  readonly severity: 'blocks' | 'warns';
  /** What is wrong, with the actual values. */
  readonly sentence: string;
  /** What to do, as a sentence. */
  readonly wayOut: string;
  readonly remedy?: Remedy | undefined;
  /** What the remedy needs: `keyArn`. */
  readonly values?: Readonly<Record<string, string>> | undefined;
}

/** Something that could not be looked up, so that nothing is said about it. */
export interface Unchecked {
  /** What, as a noun phrase: `the KMS key arn:…`. */
  readonly what: string;
  /** Why, as a sentence. */
  readonly why: string;
}
