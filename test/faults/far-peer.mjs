// A receiver in another network namespace: connects to a proxy under a key, says so, and counts what it gets.
// node far-peer.mjs HOST PORT KEY

import { connect } from 'node:net';

const [host, port, key] = process.argv.slice(2);
const socket = connect({ host, port: Number(port) });
const request = Buffer.concat([Buffer.from([5, 1, 0, 3, key.length]), Buffer.from(key), Buffer.from([0, 0])]);
let head = Buffer.alloc(0);
let step = 0;
let bytes = 0;

socket.on('connect', () => socket.write(Buffer.from([5, 1, 0])));
socket.on('data', (chunk) => {
  if (step === 2) {
    bytes += chunk.length;
    console.log(`received ${bytes}`);
    return;
  }
  head = Buffer.concat([head, chunk]);
  if (step === 0 && head.length >= 2) {
    head = head.subarray(2);
    step = 1;
    socket.write(request);
  } else if (step === 1 && head.length >= 47) {
    step = 2;
    console.log('waiting');
  }
});
socket.on('end', () => console.log('ended'));
socket.on('error', (error) => console.log(`failed ${error.message}`));
