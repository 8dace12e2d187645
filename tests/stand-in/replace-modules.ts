/** Preloaded into a program under test: has other modules loaded in place of its own, as STAND_IN_MODULES says (URL -> URL, JSON). */
import { registerHooks } from 'node:module';

const replaced = new Map(Object.entries(JSON.parse(process.env.STAND_IN_MODULES ?? '{}') as Record<string, string>));

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return { ...found, url: replaced.get(found.url) ?? found.url };
  },
});
