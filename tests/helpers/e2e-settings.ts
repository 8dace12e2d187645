/** The settings of the lab of the end-to-end tests: two runners, as one of them gets lost; a repository for jobs of every kind. */
export const E2E_SETTINGS: Record<string, string> = {
  'lab:ciRunners': '2',
  'lab:ciRepositories': '["myapp","mynodeapp","jobs"]',
};
