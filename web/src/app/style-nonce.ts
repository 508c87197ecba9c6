/**
 * The nonce of this page's Content-Security-Policy (CSP Level 3 §2.3), which the server writes into the page: style
 * elements that libraries add at run time need it.
 */
export function styleNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
}
