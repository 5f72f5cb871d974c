/** The least that answers HTTP on Node: the baseline of the cold start and of its memory. */
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('{"status":"ok"}'));
server.listen(Number(process.env.PORT), process.env.HOST);
