/** What the users of a lab call by its published URLs, each with a question that it has to answer. */
import { NUMBERS_CONTAINER, NUMBERS_FUNCTION } from './services.ts';
import type { PublicUrls } from './urls.ts';

export type PublishedService = {
  service: 'web' | 'container' | 'function';
  /** As the stack's output has it. */
  url: string;
  /** Answers 200 when the service does what it is for. */
  example: string;
};

type Urls = Pick<PublicUrls, 'webUrl' | 'containerUrl' | 'functionUrl'>;

/** Lists the services that a lab has, from its outputs. */
export function listPublished({ webUrl, containerUrl, functionUrl }: Urls): PublishedService[] {
  const query = NUMBERS_FUNCTION.example.slice(NUMBERS_FUNCTION.path.length);
  return [
    { service: 'web', url: webUrl, example: `${webUrl}/` },
    ...(containerUrl === undefined
      ? []
      : [{ service: 'container' as const, url: containerUrl, example: `${containerUrl}${NUMBERS_CONTAINER.example}` }]),
    ...(functionUrl === undefined
      ? []
      : [{ service: 'function' as const, url: functionUrl, example: `${functionUrl}${query}` }]),
  ];
}
