/** The entry: reads the settings, listens, and drains when Cloud Run sends SIGTERM. The only file of the handler that listens. */
import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { CloudStorage } from '../google/cloud-storage.ts';
import { accessToken } from '../google/google-auth.ts';
import { PubsubTopic } from '../google/pubsub.ts';
import { googleKeys } from '../google/verify-caller.ts';
import { StateStore } from '../state/state-store.ts';
import { systemClock } from '../time/clock.ts';
import { createApp } from './app.ts';
import { CloudTasksClient } from './cloud-tasks-client.ts';
import { Drain } from './drain.ts';
import { createLogger } from './logger.ts';
import { alwaysExtracts, processingOf } from './processing.ts';
import { InvalidSettingsError, readSettings } from './settings.ts';

/** Seconds from SIGTERM to the exit; Cloud Run sends SIGKILL after 10. */
const DRAIN_SECONDS = 9;

try {
  start();
} catch (error) {
  if (!(error instanceof InvalidSettingsError)) throw error;
  const logger = createLogger('fatal');
  for (const problem of error.problems) logger.fatal(problem);
  process.exit(1);
}

function start(): void {
  const settings = readSettings(process.env, { alwaysExtracts });
  const logger = createLogger(settings.logLevel);
  const clock = systemClock;
  const drain = new Drain();
  const { STORAGE_EMULATOR_HOST: baseUrl, PUBSUB_EMULATOR_HOST } = process.env;
  const pubsubUrl = PUBSUB_EMULATOR_HOST && `http://${PUBSUB_EMULATOR_HOST}`;
  const store = new CloudStorage({ clock, random: Math.random, accessToken, baseUrl });
  const { outcomesTopic: topic } = settings;
  const app = createApp({
    settings,
    logger,
    clock,
    drain,
    store,
    states: new StateStore(store, settings.resultsBucket),
    outcomes: topic ? new PubsubTopic(topic, { accessToken, baseUrl: pubsubUrl }) : undefined,
    ...processingOf(settings),
    tasks: new CloudTasksClient({ ...settings, dispatchDeadlineSeconds: settings.deadlines.dispatchDeadlineSeconds }),
    keys: googleKeys(settings.jwksUrl),
    newOwner: randomUUID,
  });

  const server = serve({ fetch: app.fetch, hostname: settings.host, port: settings.port }, ({ port }) => {
    logger.info({ port }, 'Listening');
  });
  server.on('error', (error) => {
    logger.fatal({ err: error }, `Cannot listen on port ${settings.port}: ${error.message}`);
    process.exitCode = 1;
  });

  // Not the end of the connections: those that are kept open idle would hold the exit up for seconds.
  let answering = 0;
  const exitWhenIdle = () => {
    if (drain.begun && answering === 0) process.exit(0);
  };
  server.on('request', (_request, response) => {
    answering++;
    response.once('close', () => {
      answering--;
      exitWhenIdle();
    });
  });
  process.once('SIGTERM', () => {
    logger.info('Draining: SIGTERM received');
    drain.begin();
    server.close();
    exitWhenIdle();
    setTimeout(() => process.exit(0), DRAIN_SECONDS * 1000).unref();
  });
}
