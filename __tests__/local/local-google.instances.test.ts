import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentBytes } from '../../local/cloud-run/instance-memory.ts';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import type { LocalGoogleOptions } from '../../local/local-google-options.ts';
import { Lines } from './cloud-run/lines.ts';
import { isAlive, standsStill, stateOf } from './cloud-run/processes.ts';
import { CALLER, PROJECT, SERVICE_URL, stackJson, writeStack } from './fixtures/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-google-instances-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The stack with instances of 200 MiB, without CPU between requests. */
function start(options: Partial<LocalGoogleOptions>): Promise<LocalGoogle> {
  const json = stackJson();
  const resources = { cpu_idle: true, limits: { memory: '200Mi' } };
  for (const container of json.resource.google_cloud_run_v2_service.service.template.containers) {
    Object.assign(container, { resources });
  }
  return startLocalGoogle({ stackFile: writeStack(folder, json), variables: { project_id: PROJECT }, ...options });
}

async function call(google: LocalGoogle, path: string): Promise<Response> {
  const token = await google.idToken({ email: CALLER, audience: SERVICE_URL });
  return fetch(google.frontDoorUrl + path, { headers: { Authorization: `Bearer ${token}` } });
}

/** Id of the process that answers. */
const pidOf = async (google: LocalGoogle) => ((await (await call(google, '/')).json()) as { pid: number }).pid;

test('an instance stands still between requests, and is killed above its memory; without limits neither', async () => {
  const [limited, free] = [new Lines(), new Lines()];
  await using started = new AsyncDisposableStack();
  const unlimited = await start({ onLog: free.add, instanceLimits: false });
  started.defer(() => unlimited.close());
  const freePid = await pidOf(unlimited);
  expect((await call(unlimited, '/take-memory')).status).toBe(200);

  const google = await start({ onLog: limited.add });
  started.defer(() => google.close());
  const [pid] = google.instancePids() as [number];
  for (let times = 0; times < 2; times++) {
    await standsStill(pid);
    expect(await pidOf(google)).toBe(pid);
  }
  expect(stateOf(freePid)).not.toMatch(/^T/);

  expect((await call(google, '/take-memory?and=hang')).status).toBe(503);
  await limited.until('An instance ended by itself (SIGKILL) with');
  expect(limited.all).toContainEqual(expect.stringMatching(/^Memory limit of 200 MiB exceeded with \d+ MiB used\./));
  expect(isAlive(pid)).toBe(false);
  // The other had its memory for longer.
  expect(await residentBytes(freePid)).toBeGreaterThan(300 * 1024 ** 2);
  expect(await pidOf(unlimited)).toBe(freePid);
  expect(await pidOf(google)).not.toBe(pid);
});
