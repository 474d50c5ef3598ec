/// <reference types="node" preserve="true" />
// The library `streamhost/client`: files over XMPP by Stream Initiation, and the building blocks of it.

export type { Streamhost } from '../wire/bytestreams.ts';
export {
  readChosenMethods,
  readOfferedMethods,
  writeChosenMethod,
  writeOfferedMethods,
} from '../wire/feature-neg.ts';
export type { OfferedFile } from '../wire/si-file.ts';
export { answerDisco, type DiscoAnswer } from './answer-disco.ts';
export { type DiscoveredInfo, type DiscoverOptions, discoverInfo, discoverItems } from './disco.ts';
export type { Middleware, XmppEntity } from './entity.ts';
export * from './errors.ts';
export { type DirectorySinkOptions, directorySink } from './files/directory-sink.ts';
export { fileSource } from './files/file-source.ts';
export { bufferSource, streamSource } from './files/memory-source.ts';
export type { FileSink, FileSource, OpenedSink, StoredFile } from './files/ports.ts';
export { safeName } from './files/safe-name.ts';
export type { IbbStream } from './ibb/ibb-stream.ts';
export { InBandBytestreams } from './ibb/in-band.ts';
export type { OpenOptions as InBandOpenOptions } from './ibb/open.ts';
export type { InBandOptions } from './ibb/options.ts';
export { inBandOf } from './in-band-of.ts';
export type { Method } from './methods.ts';
export { askForAddress, type FindProxiesOptions, findProxies, type Proxy } from './proxies.ts';
export type { AcceptOptions, FileOffer, ReceivedFile } from './receive/file-offer.ts';
export {
  type FileReceiver,
  type OfferHandler,
  type ReceiveFilesOptions,
  receiveFiles,
} from './receive-files.ts';
export type { Direct } from './s5b/addresses.ts';
export type { Bytestream, BytestreamMethod } from './s5b/bytestream.ts';
export type { Address, Connect } from './s5b/dial.ts';
export { type OpenOptions, openBytestream, type RequesterOptions } from './s5b/requester.ts';
export { type ExpectOptions, expectBytestream, type TargetOptions } from './s5b/target.ts';
export type { SourceOptions } from './send/source.ts';
export { type SendFileOptions, type SentFile, sendFile } from './send-file.ts';
export {
  type Answer,
  type IncomingRequest,
  type RequestHandler,
  type RequestOptions,
  Session,
  type SessionOptions,
} from './session.ts';
export { type Accepted, type OfferOptions, offerFile } from './si/initiator.ts';
export {
  answerOffers,
  type Decision,
  declined,
  type IncomingOffer,
  type ResponderOptions,
} from './si/responder.ts';
export type { Transfer, TransferEvent, TransferMethod } from './transfer.ts';
