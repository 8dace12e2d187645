/** Text from a job, as people read it. */
import { stripVTControlCharacters } from 'node:util';

/** Takes colours and control characters out, and makes line ends plain. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(/(?![\n\t])\p{Cc}/gu, '');
}
