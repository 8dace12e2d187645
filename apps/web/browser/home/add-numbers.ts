/** Lets the form for add_numbers answer in place; without it the browser shows the API's own answer. */
import { ask, tell } from '../common/api.ts';

/** Takes over the form that the page came with. */
export function enhanceAddNumbers(form: HTMLFormElement): void {
  const output = document.createElement('output');
  form.append(output);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    // GET: the service reads the typed texts itself, and its own words say what is wrong with them.
    const query = new URLSearchParams([...fields].map(([name, value]) => [name, String(value).trim()]));
    try {
      const answer = await ask<unknown>(`/api/v1/add_numbers?${query}`);
      output.className = 'good';
      output.textContent = JSON.stringify(answer);
    } catch (error) {
      output.className = 'bad';
      output.textContent = tell(error);
    }
  });
}
