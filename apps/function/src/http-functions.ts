/** The lab's functions in the programming model of Azure Functions, as data: Azure registers them, and the lab's own host serves them. */
import type { HttpHandler, HttpMethod } from '@azure/functions';
import { labFunctions } from '@cloud-lab/common/functions/lab-functions';
import { handlerOf } from './handler.ts';

/** What `app.http(name, { methods, handler })` takes. */
export type HttpFunction = {
  /** Also its path, below the prefix of host.json. */
  name: string;
  methods: HttpMethod[];
  handler: HttpHandler;
};

export const httpFunctions: readonly HttpFunction[] = labFunctions.map((each) => ({
  name: each.name,
  methods: ['GET', 'POST'],
  handler: handlerOf(each),
}));
