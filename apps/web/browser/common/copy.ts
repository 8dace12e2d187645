/** Gives each example a button that copies it. */

const SHOWN_MS = 1_500;

/** Adds the button to the figure around an example. */
export function addCopyButton(example: HTMLElement): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    const copied = await copy(example);
    button.textContent = copied ? 'Copied' : 'Selected';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, SHOWN_MS);
  });
  example.before(button);
}

/** The clipboard proper is there over TLS only; else the text is selected and the old command tried. */
async function copy(example: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(example.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(example);
    return document.execCommand('copy');
  }
}
