// What the rendezvous and the rooms around it agree on: interfaces and the values that cross them, a file a subject.

export * from './ports/admission.ts';
export * from './ports/clock.ts';
export * from './ports/engine.ts';
export * from './ports/facts.ts';
export * from './ports/readings.ts';
export * from './ports/rendezvous.ts';
