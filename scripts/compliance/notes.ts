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
    id: 'S5B-P-85',
    text: 'Rates are those of a stream, of a person and of all streams; a domain has a number of streams and quotas, but no rate of its own. Who is over a limit is refused and counted, not blocked beyond that.',
  },
  {
    id: 'SOCKS-04',
    text: 'A deviation from RFC 1928 by intention: no GSSAPI, no user/password.',
  },
  {
    id: 'SOCKS-11',
    text: 'A source address that has too many connections waiting gets REP 02. One that connects too fast, or has too many handshakes in progress, is closed without an answer, before it has said anything. There is no list of blocked addresses: that is what a firewall is for.',
  },
  {
    id: 'ENT-06',
    text: 'After a ping, anything that comes in shows that the link lives, whatever its id; no more is made of it. The other thing that is asked, whether the server lists the proxy, takes a reply only with its id and from whom it was asked.',
  },
  {
    id: 'clients.md 2.7',
    text: 'To listen on every address of an advertised name is up to the operator; the self-check tries each of them.',
  },
  {
    id: 'IBB-10',
    text: 'The window is 64 blocks, not 1: a round trip a block is what makes in-band bytes slow. The first block goes alone. It is an option.',
  },
];
