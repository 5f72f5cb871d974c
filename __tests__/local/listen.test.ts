import { createServer } from 'node:http';
import { closeServer, listen } from '../../local/listen.ts';

const what = { what: 'Cloud Storage', option: 'ports.storage' };

test('a port in use is one line with the port and the option that changes it', async () => {
  const first = createServer();
  const port = await listen(first, { port: 0, ...what });
  await expect(listen(createServer(), { port, ...what })).rejects.toThrow(
    `Port ${port} for Cloud Storage is in use: end what listens there, or choose another port with ports.storage.`,
  );
  await closeServer(first);
});

test('a closed server has let go of its port', async () => {
  const first = createServer();
  const port = await listen(first, { port: 0, ...what });
  await closeServer(first);
  const second = createServer();
  await expect(listen(second, { port, ...what })).resolves.toBe(port);
  await closeServer(second);
});
