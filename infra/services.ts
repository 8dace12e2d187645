/** What a lab has beside its hosts: programs that a cloud runs as they are. All of it is data. */
import type { Port } from './roles.ts';

/** A container image that the lab builds and the cloud runs. */
export type ContainerInstance = {
  /** Its name among resources, and in messages. */
  name: string;
  /** The artifact with the program and its Dockerfile. */
  artifact: string;
  port: Port;
  /** MiB. */
  memory: number;
  /** Path that answers 200 when it works. */
  healthPath: string;
  /** Path and query, as an example of what it is for. */
  example: string;
};

/** A function: a handler that is called by HTTP, with parameters in the URL. */
export type FunctionService = {
  /** As ContainerInstance has them. */
  name: string;
  artifact: string;
  /** Below the service's address. */
  path: string;
  /** Path and query below the service's address, as an example that works. */
  example: string;
};

/** The first microservice of the lecture, add_numbers, as an image of its own. */
export const NUMBERS_CONTAINER: ContainerInstance = {
  name: 'numbers',
  artifact: 'numbers',
  // Over 1024, as it runs without any right, and a cloud may not map ports.
  port: { name: 'container', port: 8080, protocol: 'tcp', from: 'internet', reason: 'add_numbers from a container' },
  memory: 256,
  healthPath: '/healthz',
  example: '/add_numbers?num1=1&num2=2',
};

/** The same as a function. */
export const NUMBERS_FUNCTION: FunctionService = {
  name: 'function',
  artifact: 'function',
  path: '/api/add_numbers',
  example: '/api/add_numbers?num1=1&num2=2',
};
