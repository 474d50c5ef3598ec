// Where a requirement that counts as done is met otherwise, or in part; docs/COMPLIANCE.md says it at the top.

export interface Note {
  readonly id: string;
  readonly text: string;
}

export const notes: readonly Note[] = [
  {
    id: 'S5B-P-45',
    text: 'With `hold`, whoever sends more before the activation than is kept is seen to send FIN only at the join or at the end of the wait: the FIN is behind the rest. Kept is what the receive buffer of the kernel takes; the portable engine learns of a FIN by reading, and reads up to 64 KiB.',
  },
  {
    id: 'S5B-P-81',
    text: 'One exception: when a side resets that had sent FIN, what it sent is still delivered, and the other side is reset only if it goes on sending.',
  },
  {
    id: 'SOCKS-04',
    text: 'A deviation from RFC 1928 by intention: no GSSAPI, no user/password.',
  },
  {
    id: 'SOCKS-11',
    text: 'No source address is blocked or limited yet; REP 02 is for taken places and for names that are no session key.',
  },
  {
    id: 'ENT-06',
    text: 'Ids are unique. Replies are not matched with requests, because nothing that we send depends on what a reply says: after a ping anything that comes in shows that the link lives.',
  },
  {
    id: 'clients.md 2.7',
    text: 'To listen on every address of an advertised name is up to the operator.',
  },
  {
    id: 'clients.md 2.9',
    text: 'Waiting connections are bounded in total, not yet per address.',
  },
  {
    id: 'IBB-10',
    text: 'The window is 64 blocks, not 1: a round trip a block is what makes in-band bytes slow. The first block goes alone. It is an option.',
  },
];
