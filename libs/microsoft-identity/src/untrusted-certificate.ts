/** OpenSSL's verdicts as Node names them, and a certificate for another host name. */
const VERDICT =
  /^(?:CERT_\w+|CRL_\w+|UNABLE_TO_\w+|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/

/** Why the other side's certificate is not trusted, as OpenSSL names it; undefined for errors of any other kind. */
export function untrustedCertificate(error: unknown): string | undefined {
  let at = error
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1) {
    if ('code' in at && VERDICT.test(String(at.code))) return String(at.code)
    at = at.cause
  }
  return undefined
}
