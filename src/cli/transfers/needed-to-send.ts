// What only `streamhost send` needs once its command line is right.

export { logIn } from '../account/log-in.ts';
export { findReceiver } from './find-receiver.ts';
export { sendAll } from './send-all.ts';
