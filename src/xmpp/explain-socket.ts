// What a failed or broken connection to the server means, from the codes of Node.js and OpenSSL.

/** Codes that say what is wrong, and what to do about it. */
const known: Readonly<Record<string, { readonly reason: string; readonly advice?: string }>> = {
  ECONNREFUSED: {
    reason: 'refuses connections',
    advice: 'check that the server runs and that its component port is the one in xmpp.service',
  },
  ENOTFOUND: { reason: 'has a host name that does not resolve', advice: 'correct the host in xmpp.service' },
  EAI_AGAIN: { reason: 'has a host name that cannot be resolved at present' },
  ETIMEDOUT: {
    reason: 'does not answer',
    advice: 'check the host in xmpp.service, and whether a firewall drops the packets',
  },
  EHOSTUNREACH: { reason: 'cannot be reached from this machine' },
  ENETUNREACH: { reason: 'cannot be reached from this machine' },
  ECONNRESET: { reason: 'broke the connection off' },
  EPIPE: { reason: 'broke the connection off' },
  EPROTO: { reason: 'does not speak TLS', advice: 'use xmpp:// in xmpp.service if the port has no TLS' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    reason: 'does not speak TLS',
    advice: 'use xmpp:// in xmpp.service if the port has no TLS',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'has a certificate for another name',
    advice: 'use the name from the certificate in xmpp.service',
  },
  CERT_HAS_EXPIRED: { reason: 'has a certificate that has expired' },
};

const untrusted = {
  reason: 'has a certificate that is not trusted here',
  advice: 'set xmpp.caFile to the PEM file of the authority that signed it',
};
for (const code of [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]) {
  Object.assign(known, { [code]: untrusted });
}

export function explainSocketError(error: Error, service: string): { reason: string; advice?: string } {
  const code = codeOf(error);
  const entry = code === undefined ? undefined : known[code];
  if (entry === undefined) return { reason: `the connection to ${service} failed: ${error.message || code}` };
  const { reason, advice } = entry;
  return { reason: `${service} ${reason}`, ...(advice === undefined ? {} : { advice }) };
}

/** A name with several addresses fails with an AggregateError, which has the code of its parts. */
function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? codeOf(first) : undefined;
}
