/** What can go wrong between a command line and Kafka, in words of its own. */

/** What went wrong, in one line for the person who typed the command. */
export class StreamError extends Error {
  override readonly name: string = 'StreamError';
}

/** The broker did not acknowledge in time. */
export class DeliveryError extends StreamError {
  override readonly name = 'DeliveryError';
}

/** The brokers name addresses that do not answer from here. */
export class AdvertisedAddressError extends StreamError {
  override readonly name = 'AdvertisedAddressError';
}

/** Every error that an error is about, itself first. */
export function errorsWithin(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...inner, error.cause].flatMap(errorsWithin)];
}

/** Whether the broker said this, such as TOPIC_AUTHORIZATION_FAILED. */
export const isRefusal = (error: unknown, name: string): boolean =>
  errorsWithin(error).some((inner) => 'apiId' in inner && inner.apiId === name);

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

/** Whether a system or TLS error of this kind is behind it. */
export const hasCode = (error: unknown, pattern: RegExp): boolean =>
  errorsWithin(error).some((inner) => pattern.test(codeOf(inner)));

/** A certificate that is not trusted, or names another host. */
export const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ISSUER/;
/** The other side does not speak TLS. */
const NO_TLS = /TLS handshake failed/;
/** The other side speaks nothing else. */
const ONLY_TLS = /Broker requires TLS/;

const says = (error: unknown, pattern: RegExp): boolean =>
  errorsWithin(error).some(({ message }) => pattern.test(message));

/** We speak TLS, and the port does not. */
export const isWithoutTls = (error: unknown): boolean => says(error, NO_TLS) || hasCode(error, /EPROTO|ERR_SSL/);
/** The port speaks TLS, and we do not. */
export const isTlsOnly = (error: unknown): boolean => says(error, ONLY_TLS);

/** Whether it may work when it is tried again: nobody answers there now, or the broker asks for patience. */
export function isPassing(error: unknown): boolean {
  if (isWithoutTls(error) || isTlsOnly(error) || hasCode(error, CERTIFICATE_CODES)) return false;
  if (hasCode(error, /ENOTFOUND/)) return false;
  const inner = errorsWithin(error);
  if (inner.some((each) => 'canRetry' in each && each.canRetry === false)) return false;
  return inner.some(
    (each) =>
      /^(E[A-Z_]+|PLT_KFK_NETWORK|PLT_KFK_TIMEOUT)$/.test(codeOf(each)) || ('canRetry' in each && each.canRetry),
  );
}
