/** What a Function App loads, by `main` of azure/package.json: it registers the functions with Azure's runtime. */
import { app } from '@azure/functions';
import { httpFunctions } from './http-functions.ts';

for (const { name, methods, handler } of httpFunctions) app.http(name, { methods, handler, authLevel: 'anonymous' });
