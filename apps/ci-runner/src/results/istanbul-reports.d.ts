/** The reports of istanbul-reports one by one: its own `create` finds them by file name, which a bundle has not. */
declare module 'istanbul-reports/lib/html/index.js' {
  import { ReportBase } from 'istanbul-lib-report';
  import type { HtmlOptions } from 'istanbul-reports';

  export default class HtmlReport extends ReportBase {
    constructor(options: Partial<HtmlOptions>);
  }
}

declare module 'istanbul-reports/lib/lcovonly/index.js' {
  import { ReportBase } from 'istanbul-lib-report';
  import type { LcovOnlyOptions } from 'istanbul-reports';

  export default class LcovOnlyReport extends ReportBase {
    constructor(options: Partial<LcovOnlyOptions>);
  }
}
