/** How each part of the lab is, live. */
import { usePolled } from '../common/use-polled.ts';

const EVERY_MS = 4_000;

interface Service {
  name: string;
  title: string;
  status: 'ok' | 'down';
  text: string;
}

/** The list of services, each with its state in words. */
export function Health() {
  const { value, problem } = usePolled<{ services: Service[] }>('/api/v1/status', EVERY_MS);
  if (problem !== undefined) return <p class="bad">{problem}</p>;
  if (value === undefined) return <p>Asking …</p>;
  return (
    <ul class="services" aria-live="polite">
      {value.services.map((service) => (
        <li key={service.name} class={service.status}>
          <i class="dot" aria-hidden="true" />
          <strong>
            {service.title}: {service.status === 'ok' ? 'well' : 'not well'}
          </strong>
          <span>{service.text}</span>
        </li>
      ))}
    </ul>
  );
}
