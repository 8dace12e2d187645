/**
 * One concern, which Biome has no rule for: regular expressions whose time grows faster than their input. Apps read what other people
 * write, and a single slow match stops a Node process for everybody.
 */
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

export default [
  {
    files: ['apps/**/*.{ts,tsx}', 'infra/**/*.ts', 'tools/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['apps/**/*.{ts,tsx}'],
    rules: {
      // Also where each start is tried in vain, as with /\s+$/ on a text of spaces.
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false, ignoreSticky: true }],
    },
  },
];
