import { Agent, request } from 'node:http';

// A client in a process of its own: it sends one request after the other until it is stopped, and drops what comes back. Answers how long each took,
// and how many bytes the largest answer had.

const [url, body] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };

const send = () =>
  new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => (bytes += chunk.length));
      response.on('end', () => resolve({ bytes, status: response.statusCode }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

let stopped = false;
process.on('message', () => (stopped = true));
const milliseconds = [];
let bytes = 0;
const statuses = {};
while (!stopped) {
  const start = performance.now();
  const answer = await send();
  milliseconds.push(performance.now() - start);
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  bytes = Math.max(bytes, answer.bytes);
}
process.send({ milliseconds, bytes, statuses }, () => process.exit());
