/** Trims other characters than spaces, in time that grows with the text alone: a pattern such as /x+$/ takes its square. */

/** Returns the text without those of `characters` that it ends with. */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
