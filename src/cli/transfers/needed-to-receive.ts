// What only `streamhost receive` needs once its command line is right.

export { logIn } from '../account/log-in.ts';
export { receiveAll } from './receive-all.ts';
