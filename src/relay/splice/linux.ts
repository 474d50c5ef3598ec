// The numbers of the Linux system call interface that the relay uses, as in the kernel's uapi headers.
//
// They are the same on x64, arm64, arm, riscv64, ia32 and loong64. Not so on mips and sparc, for which there is
// no Node.js of a supported line.

export const Splice = { MOVE: 1, NONBLOCK: 2 } as const;

export const Epoll = {
  CTL_ADD: 1,
  CTL_DEL: 2,
  CTL_MOD: 3,
  CLOEXEC: 0o2000000,
  IN: 0x001,
  OUT: 0x004,
  ERR: 0x008,
  HUP: 0x010,
  RDHUP: 0x2000,
  EDGE: 0x80000000,
} as const;

/** `struct epoll_event` is packed on x64 only; on ia32 its alignment is 4 anyway. */
const packed = process.arch === 'x64' || process.arch === 'ia32';
export const EPOLL_EVENT = packed ? { size: 12, data: 4 } : { size: 16, data: 8 };

export const Open = { NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const;

export const Fcntl = { DUPFD_CLOEXEC: 1030, SETPIPE_SZ: 1031, GETPIPE_SZ: 1032 } as const;

export const Socket = {
  AF_UNIX: 1,
  STREAM: 1,
  SOL_SOCKET: 1,
  SO_ERROR: 4,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_LINGER: 13,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_CONGESTION: 13,
  TCP_USER_TIMEOUT: 18,
  SHUT_WR: 1,
  MSG_PEEK: 0x02,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
} as const;

export const Errno = { EINTR: 4, EAGAIN: 11, EPIPE: 32 } as const;
