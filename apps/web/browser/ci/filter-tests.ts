/** Lets the reader choose which tests the list shows. */

/** Brings the list's filter to life; called again for a list that has come since. */
export function filterTests(section: HTMLElement): void {
  const form = section.querySelector<HTMLFormElement>('[data-filter]');
  const shown = section.querySelector<HTMLElement>('[data-shown]');
  if (form === null || form.dataset.filter === 'on') return;
  form.dataset.filter = 'on';
  const tests = [...section.querySelectorAll<HTMLLIElement>('.tests > li')];

  const apply = (): void => {
    const fields = new FormData(form);
    const state = String(fields.get('state') ?? '');
    const words = String(fields.get('words') ?? '')
      .trim()
      .toLowerCase();
    let number = 0;
    for (const test of tests) {
      const fits =
        (state === '' || test.dataset.state === state) &&
        (words === '' || (test.querySelector('.name')?.textContent ?? '').toLowerCase().includes(words));
      test.hidden = !fits;
      if (fits) number += 1;
    }
    const passed = section.querySelector<HTMLDetailsElement>('.passed-tests');
    if (passed !== null && (state !== '' || words !== '')) passed.open = state !== 'failed' && state !== 'skipped';
    if (shown !== null) shown.textContent = number === tests.length ? '' : `${number} of ${tests.length} shown.`;
  };
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
}
