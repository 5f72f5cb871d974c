import { ServiceInstance } from '../../../local/cloud-run/instance.ts';
import { HANDLER_FILE } from '../fixtures/stack.ts';
import { Lines } from './lines.ts';

/** Starts the fixture's service as one instance. */
export function startInstance(lines = new Lines(), environment: Record<string, string> = {}): Promise<ServiceInstance> {
  return ServiceInstance.start({
    command: ['node', HANDLER_FILE],
    environment,
    folder: '/',
    probe: {
      http_get: { path: '/health' },
      initial_delay_seconds: 0,
      period_seconds: 1,
      failure_threshold: 30,
      timeout_seconds: 1,
    },
    onLine: lines.add,
  });
}
