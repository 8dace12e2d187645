/** What `./lab doctor` says of one thing that the lab needs. */

export type Diagnosis = {
  name: string;
  ok: boolean;
  /** What was found. */
  detail: string;
  /** What to do about it. */
  fix?: string;
};
