/** The settings of the lab of the end-to-end tests: two runners, as one of them gets lost; a repository for jobs of every kind; a limit that is met soon. */
export const E2E_SETTINGS: Record<string, string> = {
  'lab:ciRunners': '2',
  'lab:ciDisk': '256',
  'lab:ciRepositories': '["myapp","mynodeapp","jobs"]',
};
