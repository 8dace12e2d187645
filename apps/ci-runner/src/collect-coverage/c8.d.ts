/** What c8's own types leave out. */
import type { CoverageMap } from 'istanbul-lib-coverage';

declare module 'c8' {
  interface Report {
    getCoverageMapFromAllCoverageFiles(): Promise<CoverageMap>;
  }
}
