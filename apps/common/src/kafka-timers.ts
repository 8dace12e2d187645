/** Corrects the timer of kafkajs 2.2.4 that re-arms itself for ever with a negative delay. */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const CHECK_PENDING_REQUESTS_MS = 10;

function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null) return;
  const throttledFor = this.throttledUntil - Date.now();
  // As published, an idle connection that isn't throttled checks its empty queue every millisecond,
  // and Node 24 warns of each negative delay (TimeoutNegativeWarning).
  if (this.pending.length === 0 && throttledFor <= 0) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledFor > 0 ? throttledFor : CHECK_PENDING_REQUESTS_MS,
  );
}

/** Puts the correction in place for every connection of this process; may run more than once. */
export function correctKafkaTimers(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}
